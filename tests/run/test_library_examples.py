"""The examples in the doc comments of the standard library: all of them in one program, built at -O0 and at -O3."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sigilc.resolve.doc_tests import code_blocks
from sigilc.source.files import SourceFile
from tests.support.build import ROOT, build, run

LIBRARY = ROOT / "stdlib"
FILES = sorted(LIBRARY.rglob("*.sg"))
# Their functions do not have an example each yet.
WITHOUT_EXAMPLES = {"prelude/core.sg", "prelude/foreign.sg", "prelude/options.sg", "prelude/results.sg",
                    "prelude/traits.sg"}
PUBLIC = re.compile(r"((?:^[ ]*///.*\n|^[ ]*#\[.*\]\n)*)^([ ]*)pub (?:const |unsafe |async )*fn (\w+)", re.MULTILINE)


def named(path: Path) -> str:
    """A file as messages call it."""
    return path.relative_to(LIBRARY).as_posix()


def examples_of(path: Path) -> list[tuple[str, str]]:
    """Each code block of a file: a name for its function, and its lines."""
    source = SourceFile(str(path), path.read_text(encoding="utf-8"))
    stem = named(path).removesuffix(".sg").replace("/", "_")
    return [(f"{stem}_{source.position(block.lines[0][0])[0]}", "\n".join(source.text[a:b] for a, b in block.lines))
            for block in code_blocks(source)]


EXAMPLES = [example for path in FILES for example in examples_of(path)]


def test_there_are_examples() -> None:
    """Each fence in a doc comment opens or closes an example: none is misspelled."""
    fences = sum(len(re.findall(r"^\s*//[/!] ```", path.read_text(encoding="utf-8"), re.MULTILINE)) for path in FILES)
    assert fences == 2 * len(EXAMPLES) and len(EXAMPLES) > 80


@pytest.mark.time_limit(180)
@pytest.mark.parametrize("level", [0, 3])
def test_examples(level: int, tmp_path: Path) -> None:
    """They compile, hold, and leave nothing alive."""
    functions = [f"fn {name}() {{\n{body}\n}}\n" for name, body in EXAMPLES]
    calls = [f'    println("{name}")\n    {name}()\n' for name, _ in EXAMPLES]
    program = tmp_path / "examples.sg"
    program.write_text("".join(functions) + "fn main() {\n" + "".join(calls) + "}\n", encoding="utf-8")
    ran = run(build(program, tmp_path / "examples", level), cwd=tmp_path)
    assert ran.status == 0, f"in {ran.stdout.splitlines()[-1] if ran.stdout else 'the first'}: {ran.stderr}"


@pytest.mark.parametrize("path", [p for p in FILES if named(p) not in WITHOUT_EXAMPLES], ids=named)
def test_everything_is_documented(path: Path) -> None:
    """Each public function has a doc comment; each is used in an example of its file."""
    found = PUBLIC.findall(path.read_text(encoding="utf-8"))
    bare = [name for docs, _, name in found if "///" not in docs]
    assert bare == []
    shown = "\n".join(body for _, body in examples_of(path))
    unused = [name for _, _, name in found if not re.search(rf"\b{name}\b", shown)]
    assert unused == []
