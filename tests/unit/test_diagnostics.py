"""How diagnostics look, as text and as JSON, and which names are suggested."""

from __future__ import annotations

import io
import json

import pytest

from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics, Label
from sigilc.diagnostics.render import render_all, render_diagnostic, wants_color
from sigilc.diagnostics.suggest import closest, edit_distance
from sigilc.diagnostics.to_json import all_to_json, to_json
from sigilc.source.files import SourceFile
from sigilc.source.spans import Span

APP = SourceFile("app.sg", 'fn store(key: str!) { println(key) }\n\nfn main() {\n    let name~ = "from the network"\n'
                           '    store(name)\n}\n')
LIB = SourceFile("lib.sg", "pub fn give() -> str~ { read() }\n")


def span_of(file: SourceFile, text: str, nth: int = 0) -> Span:
    """The nth place of a text in a file."""
    start = -1
    for _ in range(nth + 1):
        start = file.text.index(text, start + 1)
    return Span(file, start, start + len(text))


def rendered(*lines: str) -> str:
    """What is expected, a line each."""
    return "\n".join(lines)


def test_labels_on_several_lines_and_in_several_files() -> None:
    """The file of the error comes first; lines far apart are separated by dots, one line between is shown."""
    diagnostic = Diagnostic(
        "E0301", "a reported value is used as a known one", span_of(APP, "name", 1), "this is reported",
        [Label(span_of(APP, "name~"), "it became reported here"), Label(span_of(APP, "key: str!"), "this is demanded"),
         Label(span_of(LIB, "str~"), "as here")], "validate it: `|φ{…}!`\nor let the parameter say `~`")
    assert render_diagnostic(diagnostic) == rendered(
        "error[E0301]: a reported value is used as a known one",
        " --> app.sg:5:11",
        "  |",
        "1 | fn store(key: str!) { println(key) }",
        "  |          --------- this is demanded",
        "...",
        '4 |     let name~ = "from the network"',
        "  |         ----- it became reported here",
        "5 |     store(name)",
        "  |           ^^^^ this is reported",
        " ::: lib.sg:1:18",
        "  |",
        "1 | pub fn give() -> str~ { read() }",
        "  |                  ---- as here",
        "  |",
        "  = help: validate it: `|φ{…}!`",
        "          or let the parameter say `~`")


def test_several_labels_on_one_line() -> None:
    """The last text stands beside its mark, the others below, each on a stem of its own."""
    file = SourceFile("a.sg", "give(first, second)\n")
    diagnostic = Diagnostic("E0201", "types differ", span_of(file, "second"), "this is `str`",
                            [Label(span_of(file, "give"), "the call"), Label(span_of(file, "first"), "this is `i64`")])
    assert render_diagnostic(diagnostic) == rendered(
        "error[E0201]: types differ",
        " --> a.sg:1:13",
        "  |",
        "1 | give(first, second)",
        "  | ---- -----  ^^^^^^ this is `str`",
        "  | |    |",
        "  | |    this is `i64`",
        "  | the call")


def test_place_over_several_lines() -> None:
    """The first lines and the last are marked, from the first character that is no space."""
    file = SourceFile("a.sg", "let x = match y {\n    A => 1\n    B => 2\n    C => 3\n    D => 4\n}\n")
    whole = Span(file, 8, len(file.text) - 1)
    diagnostic = Diagnostic("W0201", "this is not used", whole, "all of it", severity="warning")
    assert render_diagnostic(diagnostic) == rendered(
        "warning[W0201]: this is not used",
        " --> a.sg:1:9",
        "  |",
        "1 | let x = match y {",
        "  |         ^^^^^^^^^",
        "2 |     A => 1",
        "  |     ^^^^^^",
        "3 |     B => 2",
        "  |     ^^^^^^",
        "...",
        "6 | }",
        "  | ^ all of it")


def test_marks_stand_under_wide_combining_and_tab_characters() -> None:
    """Columns are counted as a terminal shows them."""
    file = SourceFile("a.sg", "\t変数 + e\u0301 + b\x07d\n")
    for text, column in (("変数", 4), ("e\u0301", 11), ("b\x07d", 15)):
        rows = render_diagnostic(Diagnostic("E0101", "unknown", span_of(file, text))).split("\n")
        assert rows[3] == "1 |     変数 + e\u0301 + b\u2407d"
        width = {"変数": 4, "e\u0301": 1, "b\x07d": 3}[text]
        assert rows[4] == "  | " + " " * column + "^" * width


def test_long_lines_are_cut() -> None:
    """A line of a generated program does not fill the screen, and the mark stays under its text."""
    file = SourceFile("a.sg", "x" * 500 + " wrong " + "y" * 500)
    rows = render_diagnostic(Diagnostic("E0101", "unknown", span_of(file, "wrong"))).split("\n")
    assert len(rows[3]) < 180
    assert rows[3][rows[4].index("^"):][:5] == "wrong"
    assert rows[4].count("^") == 5


def test_file_without_text() -> None:
    """A file that could not be read has no lines to show."""
    diagnostic = Diagnostic("E0001", "can't read `b.sg`", Span(SourceFile("b.sg", ""), 0, 0), help="look for it")
    assert render_diagnostic(diagnostic) == "error[E0001]: can't read `b.sg`\n --> b.sg\n  = help: look for it"


def test_text_of_the_program_cannot_command_the_terminal() -> None:
    """Escape sequences and direction marks in a program are shown as characters."""
    file = SourceFile("\x1b[31m.sg", "let a = \"\x1b[2J\u202e\"\n")
    out = render_diagnostic(Diagnostic("E0101", "\x1b[2J", span_of(file, "a"), "\u2066\x1b"))
    assert "\x1b" not in out and "\u202e" not in out and "\u2066" not in out


def test_several_are_sorted_counted_and_limited() -> None:
    """By position; errors before warnings where not all are shown; the rest and the sum are counted."""
    items = [Diagnostic("E0101", f"error {i}", Span(APP, i, i + 1)) for i in (4, 2, 0)]
    items.insert(0, Diagnostic("W0101", "warning", Span(APP, 1, 2), severity="warning"))
    out = render_all(items)
    assert [line.split(": ")[1] for line in out.split("\n") if ": " in line and "[" in line] == [
        "error 0", "warning", "error 2", "error 4"]
    assert out.endswith("\n\n3 errors, 1 warning")
    limited = render_all(items, limit=3)
    assert "warning[" not in limited and limited.endswith("… and 1 more\n\n3 errors, 1 warning")
    assert render_all([]) == ""


def test_the_same_twice_is_reported_once() -> None:
    """One code at one place is one mistake."""
    diagnostics = Diagnostics()
    for message in ("one", "two"):
        diagnostics.error("E0101", message, Span(APP, 0, 1))
    diagnostics.error("E0102", "three", Span(APP, 0, 1))
    assert [d.message for d in diagnostics.items] == ["one", "three"]
    assert diagnostics.has_errors


def test_color_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither files nor people who asked for none get escape sequences."""
    class Terminal(io.StringIO):
        """Says that it is one."""

        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert wants_color(Terminal()) and not wants_color(io.StringIO())
    assert wants_color(io.StringIO(), "always") and not wants_color(Terminal(), "never")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color(Terminal())
    diagnostic = Diagnostic("E0101", "unknown", Span(APP, 0, 2), "here")
    plain, colored = render_diagnostic(diagnostic), render_diagnostic(diagnostic, use_color=True)
    assert "\x1b[1;31m" in colored and "\x1b" not in plain


def test_json() -> None:
    """The keys and positions of the language's description; one line each."""
    diagnostic = Diagnostic("E0301", "a reported value", span_of(APP, "name", 1), "this",
                            [Label(span_of(LIB, "str~"), "there")])
    line = to_json(diagnostic)
    assert "\n" not in line
    assert json.loads(line) == {
        "severity": "error", "code": "E0301", "message": "a reported value", "file": "app.sg", "line": 5, "column": 11,
        "end_line": 5, "end_column": 15, "labels": [
            {"message": "this", "file": "app.sg", "line": 5, "column": 11, "end_line": 5, "end_column": 15},
            {"message": "there", "file": "lib.sg", "line": 1, "column": 18, "end_line": 1, "end_column": 22}],
        "help": None}
    later = Diagnostic("E0301", "later", span_of(APP, "}", 1))
    assert [json.loads(x)["message"] for x in all_to_json([later, diagnostic])] == ["a reported value", "later"]


@pytest.mark.parametrize(("name", "candidates", "wanted"), [
    ("prinltn", ["print", "println", "panic"], "println"),
    ("lenght", ["length", "len"], "length"),
    ("Name", ["name", "game"], "name"),
    ("is_emtpy", ["isempty", "is_full"], "isempty"),
    ("xyz", ["print", "len"], None),
    ("a", ["b", "c"], None),
    ("coutn", ["count", "cousin"], "count"),
    ("ab", ["ac", "ad"], "ac"),
])
def test_suggestions(name: str, candidates: list[str], wanted: str | None) -> None:
    """Near misses are found, far ones are not, and equals are settled by the alphabet."""
    assert closest(name, candidates) == wanted
    assert closest(name, set(candidates)) == wanted


def test_edit_distance() -> None:
    """A swap of neighbours is one edit."""
    assert edit_distance("abcd", "abdc", 3) == 1
    assert edit_distance("kitten", "sitting", 3) == 3
    assert edit_distance("kitten", "sitting", 2) is None
    assert edit_distance("", "ab", 2) == 2
