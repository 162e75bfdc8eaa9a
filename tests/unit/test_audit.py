"""`sigilc audit`: every kind of boundary, the coverage, and each form in which it is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sigilc.driver import compile_file, in_large_stack
from sigilc.options import Options
from sigilc.tools import audit_graph
from sigilc.tools.audit import Boundary, coverage, find_boundaries
from tests.support.build import ROOT
from tests.unit.test_cli import status_of

PROGRAM = """\
use std·env
use std·fs
use std·process
extern "C" { fn labs(x: i64) -> i64 }
fn is_small(n: i64) -> bool { n < 10 }
fn report(path: str!) -> ()? {
    let text~ = fs·read_text(path)?
    fs·write(path, text.bytes())?
    println(process·run("date")?.text()?)
}
#[export]
#[trusted_caller("the host checks it")]
fn record(n: i64!) -> i64 { n }
#[export]
fn collect(n: i64~, m: i64) -> i64 { n + m }
fn main() -> ()? {
    let size = unsafe { labs(-3) }
    let small = size |φ{is_small}!
    let all = [size, 2] |φ{true}! |τ{_ + small}
    let name = env·var("HOME")
    println("{name ?? ""} {size‽} {size |assume!("it is a number")} {all:?} {5~}")
    let kept = env·args() |φ{_ != "a"}! |first
    report(kept ?? "x")?
}
"""

@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    path = Path("app.sg")
    path.write_text(PROGRAM, encoding="utf-8")
    return path


def boundaries_of(path: Path) -> list[Boundary]:
    """What the audit finds in a program."""
    compilation = in_large_stack(lambda: compile_file(str(path), Options(), stop_after="evidence"))
    assert compilation.program is not None and compilation.evidence is not None and not compilation.has_errors
    return find_boundaries(compilation.program, compilation.evidence)


def test_every_boundary_is_found(app: Path) -> None:
    """Kind, line, what it is, detail, and whether it is marked."""
    found = [(b.kind, b.span.line, b.what, b.detail, b.is_marked) for b in boundaries_of(app)]
    assert found == [
        ("source", 7, "std·fs·read_text", "standard library", True),
        ("sink", 8, "std·fs·write", "`path` must be known", True),
        ("source", 9, "std·process·run", "standard library", False),
        ("sink", 9, "std·process·run", "`program` must be known", True),
        ("trusted caller", 13, "record", "the host checks it", True),
        ("source", 15, "parameter n", "a caller in foreign code", True),
        ("source", 15, "parameter m", "a caller in foreign code", False),
        ("unsafe", 17, "unsafe block", "", True),
        ("source", 17, "labs", "foreign code", False),
        ("validation", 18, "φ{is_small}", "whole", True),
        ("validation", 19, "φ{true}", "each, ignores its value", False),
        ("source", 20, "std·env·var", "standard library", False),
        ("assertion", 21, "size", "", False),
        ("assertion", 21, "size", "it is a number", True),
        ("source", 21, "5", "declared with `~`", True),
        ("source", 22, "std·env·args", "standard library", True),
        ("validation", 22, "φ{_ != \"a\"}", "each", True),
    ]
    assert round(coverage(boundaries_of(app)), 1) == 64.7


def test_text(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list for each kind; what is missing is said beside the boundary."""
    assert status_of("audit", str(app)) == 0
    shown = capsys.readouterr().out
    assert "Sources (8)\n  app.sg:7:17   std·fs·read_text (standard library) in report\n" in shown
    assert "std·env·var (standard library) in main  <- mark what it is bound to with `~`, or validate it\n" in shown
    assert "Validations (3)\n  app.sg:18:23  φ{is_small} (whole) in main\n" in shown
    assert "size in main  <- give the reason: `|assume!(\"…\")`\n" in shown
    assert "Trusted callers (1)\n  app.sg:13:1  record (the host checks it) in record\n" in shown
    assert shown.endswith("evidentiality coverage 64.7 % (11 of 17 boundaries are marked)\n")


@pytest.mark.parametrize(("least", "status"), [("64", 0), ("65", 1), ("100", 1)])
def test_least_coverage(app: Path, least: str, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    """`--min` fails below it, and says so."""
    assert status_of("audit", "--min", least, str(app)) == status
    assert ("64.7 %, below" in capsys.readouterr().err) == bool(status)


def test_json(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An object a line, the coverage last."""
    assert status_of("audit", "--json", str(app)) == 0
    *lines, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == {"kind": "source", "what": "std·fs·read_text", "detail": "standard library", "function": "report",
                        "marked": True, "file": "app.sg", "line": 7, "column": 17, "end_line": 7, "end_column": 35}
    assert (last["kind"], last["percent"], last["boundaries"], last["marked"]) == ("coverage", 64.7, 17, 11)
    assert last["counts"] == {"source": 8, "validation": 3, "filter": 0, "assertion": 2,
                              "trusted caller": 1, "unsafe": 1, "sink": 2}


def test_sarif(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A result for each boundary, with its rule, level and place."""
    assert status_of("audit", "--sarif", str(app)) == 0
    log = json.loads(capsys.readouterr().out)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0" and len(run["results"]) == 17
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    assert sum(result["level"] == "warning" for result in run["results"]) == 6
    first = run["results"][0]["locations"][0]["physicalLocation"]
    assert first == {"artifactLocation": {"uri": "app.sg"},
                     "region": {"startLine": 7, "startColumn": 17, "endLine": 7, "endColumn": 35}}


def test_dot(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Functions, boundaries, and what goes from one to the other."""
    assert status_of("audit", "--dot", str(app)) == 0
    graph = capsys.readouterr().out
    assert graph.startswith("digraph evidence {\n") and graph.endswith("}\n")
    assert graph.count("shape=box") == 5
    assert graph.count('label="std·env·args\\napp.sg:22:16", shape=cds') == 1
    assert graph.count("shape=diamond") == 3 and graph.count("shape=house") == 2


def test_svg_needs_graphviz(app: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it that is said, and how to get the graph; with it the picture is what `dot` makes."""
    monkeypatch.setattr(audit_graph.shutil, "which", lambda name: None)
    assert status_of("audit", "--svg", str(app)) == 2
    assert "`dot` is not installed; --dot prints the graph" in capsys.readouterr().err
    tool = Path("dot")
    tool.write_text("#!/bin/sh\necho \"<svg $1>\"; cat\n")
    tool.chmod(0o755)
    monkeypatch.setattr(audit_graph.shutil, "which", lambda name: str(tool.resolve()))
    assert status_of("audit", "--svg", str(app)) == 0
    assert capsys.readouterr().out.startswith("<svg -Tsvg>\ndigraph evidence {")


def test_wrong_program_is_not_audited(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its errors are shown instead."""
    path = tmp_path / "wrong.sg"
    path.write_text("fn main() { let x! = 5~ }\n", encoding="utf-8")
    assert status_of("audit", str(path)) == 1
    assert "E0301" in capsys.readouterr().err


FILTERS = """\
use std·env
fn is_small(n: i64) -> bool { n < 10 }
fn below(n: i64, limit: i64) -> bool { n < limit }
fn helper(xs: [i64]) -> [i64] { xs |φ{is_small} }
fn main() {
    let counts~ = env·args() |τ{_.len() as i64}
    let chosen = counts |φ{is_small} |φ{below(_, 3)} |φ{_ > 1}
    let first = counts[0] |φ{is_small}
    let known = [1, 2] |φ{is_small}
    let sure = counts |φ{is_small}! |φ{is_small}
    println("{chosen:?} {first:?} {known:?} {sure:?} {helper(counts):?}")
}
"""


def test_named_filters_of_reported_data(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is listed with its level, and is no boundary; where the value is known, or by an unnamed predicate, none is."""
    app.write_text(FILTERS, encoding="utf-8")
    assert [(b.span.line, b.what, b.detail) for b in boundaries_of(app) if b.kind == "filter"] == [
        (4, "φ{is_small}", "each, stays reported"),
        (7, "φ{is_small}", "each, stays reported"),
        (7, "φ{below}", "each, stays reported"),
        (8, "φ{is_small}", "whole, stays reported"),
    ]
    assert status_of("audit", str(app)) == 0
    shown = capsys.readouterr().out
    assert "Filters (4)\n  app.sg:4:37  φ{is_small} (each, stays reported) in helper\n" in shown
    assert shown.endswith("evidentiality coverage 100 % (2 of 2 boundaries are marked)\n")


FILES = """\
use std·fs·File
use std·process
fn main() {
    let mut file = File·open("in")!
    let line~ = file.read_line()
    for text~ in file.lines() { println(text) }
    let mut child = process·spawn("date")!
    let status~ = child.wait()
    let done~ = process·run("date")
    println("{line:?} {status:?} {done:?}")
    let mut out = File·create("out")!
    out.write_text("x")!
}
"""


def test_open_files_and_programs(app: Path) -> None:
    """What is read from them is a source each time, what they hold is none; what is written and run is a sink."""
    app.write_text(FILES, encoding="utf-8")
    assert [(b.kind, b.span.line, b.what.rpartition("·")[2]) for b in boundaries_of(app)] == [
        ("source", 5, "read_line"), ("source", 6, "lines"), ("sink", 7, "spawn"), ("source", 8, "wait"),
        ("source", 9, "run"), ("sink", 9, "run"), ("sink", 11, "create")]


EXAMPLES = sorted(path for path in (ROOT / "examples").rglob("*.sg"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_covered(example: Path) -> None:
    """Every boundary of the examples says what it is."""
    assert [b.span.site() for b in boundaries_of(example) if not b.is_marked] == []
