"""The documentation is true: its programs compile, print what stands below them, or are rejected as it says.

In `docs/*.md` and `README.md` a block marked `sigil` must compile without an error. A block `output` right behind it is
what it prints. A block `sigil-error CODE …` must be rejected with exactly these codes. A row of a table that ends in two
cells in backticks, a program and a code, is such a program in one line.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from sigilc.cli.main import sigilc as command_line
from sigilc.driver import render_text
from sigilc.options import Options
from sigilc.passes.manager import PIPELINE
from tests.support.build import ROOT, build, compile_program, run

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(sigil(?:-error)?)\b([^\n]*)\n(.*?)^```\n(?:```output\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\|.*\| `([^`]+)` \| `(E\d{4})` \|$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#([^)\s]+))?\)")


@dataclass(frozen=True)
class Snippet:
    """A program in a page: its line there, the codes that reject it, what it prints (None: not said)."""

    page: Path
    line: int
    text: str
    codes: frozenset[str] = frozenset()
    output: str | None = None

    def __str__(self) -> str:
        return f"{self.page.stem}:{self.line}"


def snippets_of(page: Path, text: str) -> list[Snippet]:
    """All programs of a page, in order."""
    found = []
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        codes = frozenset(match[2].split())
        assert bool(codes) == (match[1] == "sigil-error"), f"{page.name}:{line}: `sigil-error` and its codes go together"
        found.append(Snippet(page, line, match[3], codes, match[4]))
    for match in ROW.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found.append(Snippet(page, line, match[1].replace("\\|", "|").replace(" ⏎ ", "\n") + "\n", frozenset([match[2]])))
    return found


SNIPPETS = [snippet for page in PAGES for snippet in snippets_of(page, page.read_text(encoding="utf-8"))]


def test_there_are_snippets() -> None:
    """Each kind is there, and none is overlooked for a fence that is spelled differently."""
    assert sum(not snippet.codes for snippet in SNIPPETS) >= 20
    assert sum(bool(snippet.codes) for snippet in SNIPPETS) >= 3
    fences = sum(len(re.findall(r"^```sigil", page.read_text(encoding="utf-8"), re.MULTILINE)) for page in PAGES)
    rows = sum(len(ROW.findall(page.read_text(encoding="utf-8"))) for page in PAGES)
    assert len(SNIPPETS) == fences + rows


@pytest.mark.parametrize("snippet", SNIPPETS, ids=str)
def test_snippet(snippet: Snippet, tmp_path: Path) -> None:
    """Compiles, or is rejected with the codes that are named."""
    program = tmp_path / "snippet.sg"
    program.write_text(snippet.text, encoding="utf-8")
    compilation = compile_program(program, Options(), stop_after="evidence")
    errors = {item.code for item in compilation.diagnostics.items if item.code.startswith("E")}
    assert errors or not snippet.codes, "compiles now: what the page says of it has to be rewritten, a table's row taken out"
    assert errors == snippet.codes, render_text(compilation, use_color=False)


@pytest.mark.parametrize("snippet", [s for s in SNIPPETS if s.output is not None], ids=str)
def test_output(snippet: Snippet, tmp_path: Path) -> None:
    """Prints what the page says."""
    program = tmp_path / "snippet.sg"
    program.write_text(snippet.text, encoding="utf-8")
    ran = run(build(program, tmp_path / "program"), cwd=tmp_path)
    assert (ran.stdout, ran.status) == (snippet.output, 0), ran.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links(page: Path) -> None:
    """What a page links to is there, headings included."""
    for target, heading in LINK.findall(page.read_text(encoding="utf-8")):
        path = page.parent / target
        assert path.exists(), f"{page.name} links to {target}"
        if heading:
            titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_command_is_documented() -> None:
    """The guide's table has a row for each command, and none for a command that is not there."""
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `sigilc (\w+)", guide, re.MULTILINE)) == set(command_line.commands)


def test_every_pass_is_documented() -> None:
    """The table of passes is the manager's: the same passes, in the same order, from the same level on."""
    page = (ROOT / "docs" / "compiler.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d) \|", page, re.MULTILINE)
    assert rows == [(step.__name__, str(level)) for step, level in PIPELINE]


def test_every_dependency_is_documented() -> None:
    """Each library that pyproject.toml asks for has a row with its version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [re.split("([=>]=)", text) for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| ([\w-]+) \| ([\d.]+)(, exactly| or newer) \|", page, re.MULTILINE))
    assert rows == {(name, version, ", exactly" if relation == "==" else " or newer") for name, relation, version in wanted}


def test_every_runtime_file_is_documented() -> None:
    """The runtime's page names each C file, and none that is not there."""
    page = (ROOT / "docs" / "runtime.md").read_text(encoding="utf-8")
    named = {name for row in re.findall(r"^\| (`\w+\.c`.*?) \|", page, re.MULTILINE)
             for name in re.findall(r"`(\w+\.c)`", row)}
    assert named == {path.name for path in (ROOT / "runtime").glob("*.c")}
