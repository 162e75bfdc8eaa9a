"""The architecture as tests: who may import whom, how long files may be, and what no file may contain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sigilc.options import VERSION

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "sigilc"
MAX_LINES = 700
# One class, or one rule, after the other without any depth: these read as tables do.
FLAT_FILES = {"sigilc/ir/ops.py": 1000, "sigilc/check/typed.py": 1000,
              "docs/evidence-errors.md": 1100}

# What each package (or module at the top) may import of the others. `source` and `crash` are everybody's.
EVERYBODY = {"source", "crash"}
MAY_IMPORT = {
    "source": set(),
    "crash": set(),
    "options": set(),
    "bytecode": set(),
    "cache": {"bytecode"},
    "diagnostics": set(),
    "syntax": {"diagnostics", "cache"},
    "resolve": {"syntax", "diagnostics"},
    "check": {"resolve", "syntax", "diagnostics"},
    "ir": set(),
    "lower": {"check", "ir"},
    "passes": {"ir"},
    "codegen": {"ir", "cache"},
    "bindings": {"check"},
    "link": {"cache"},
    "driver": {"options", "cache", "diagnostics", "syntax", "resolve", "check", "ir", "lower", "passes", "codegen",
               "bindings", "link"},
    "tools": {"options", "cache", "diagnostics", "syntax", "resolve", "check", "ir", "lower", "passes", "codegen",
              "link", "driver"},
    "cli": {"driver", "options", "cache", "diagnostics", "tools"},
    "__main__": {"bytecode", "cli", "cache"},
    "__init__": set(),
}
MODULES = sorted(PACKAGE.rglob("*.py"))
# Written by people and read by people; what tools make is not counted.
TEXTS = sorted(path for pattern in ("*.py", "*.c", "*.h", "*.sg", "*.md", "*.lark", "*.toml", "Makefile", ".ci/run")
               for path in ROOT.rglob(pattern)
               if not {".venv", ".git", "build", "__pycache__"} & set(path.relative_to(ROOT).parts))


def read(path: Path) -> str:
    """A file's text, whatever its bytes are."""
    return path.read_text(encoding="utf-8", errors="replace")


def part_of(module: str) -> str:
    """`sigilc.ir.ops` belongs to `ir`."""
    words = module.split(".")
    return words[1] if len(words) > 1 else "__init__"


def imported_parts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and part of everything that a file imports from the package, under TYPE_CHECKING as well."""
    for node in ast.walk(ast.parse(read(path))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            names = [f"sigilc.{alias.name}" for alias in node.names] if module == "sigilc" else [module]
        for name in names:
            if name.split(".")[0] == "sigilc":
                yield node.lineno, part_of(name)


def test_import_direction() -> None:
    """No package looks back (ARCHITECTURE: source, diagnostics, syntax, resolve, check; ir on its own; and so on)."""
    wrong = []
    for path in MODULES:
        part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        assert part in MAY_IMPORT, f"say in MAY_IMPORT what `{part}` may import"
        allowed = MAY_IMPORT[part] | EVERYBODY | {part}
        wrong += [f"{path.relative_to(ROOT)}:{line} imports {other}"
                  for line, other in imported_parts(path) if other not in allowed]
    assert not wrong


def test_import_direction_can_fail(tmp_path: Path) -> None:
    """The reader of imports sees all their forms."""
    file = tmp_path / "example.py"
    file.write_text("import sigilc.ir.ops\nfrom sigilc import cache\ndef f():\n    from sigilc.check.types import T\n")
    assert sorted(imported_parts(file)) == [(1, "ir"), (2, "cache"), (4, "check")]


def test_file_sizes() -> None:
    """A file that outgrows its limit is split by subject."""
    sizes = {str(path.relative_to(ROOT)): read(path).count("\n") for path in TEXTS}
    assert not {name: size for name, size in sizes.items() if size > FLAT_FILES.get(name, MAX_LINES)}
    assert set(FLAT_FILES) <= set(sizes), "an exception for a file that is not there"


def test_no_absolute_paths() -> None:
    """Nothing depends on where somebody's files happen to be."""
    pattern = re.compile(r"(?<![\w./~:-])/(?:home|root|work|Users|mnt)/[\w.-]+")
    assert not {str(path.relative_to(ROOT)): found for path in TEXTS if (found := pattern.findall(read(path)))}
    assert pattern.search("see " + "/".join(["", "home", "me", "x"]))


def test_every_module_says_what_it_is_for() -> None:
    """The first line of a file's docstring."""
    silent = [str(path.relative_to(ROOT)) for path in MODULES
              if path.name != "__init__.py" and not ast.get_docstring(ast.parse(read(path)))]
    assert not silent


def test_version_is_the_packages() -> None:
    """`sigilc --version` tells what pyproject.toml says."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{VERSION}"\n' in text


def test_start_up_stays_light() -> None:
    """A cache hit imports `sigilc`, `__main__`, `bytecode` and `cache`: nothing heavy may stand at their top."""
    assert not (PACKAGE / "__init__.py").read_text(encoding="utf-8").strip()
    for name in ("__main__.py", "bytecode.py", "cache.py"):
        tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
        modules = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
        modules |= {node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)}
        assert modules <= {"__future__", "gc", "os", "sys", "_blake2", "sigilc", "sigilc.bytecode"}
