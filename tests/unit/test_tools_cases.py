"""`sigilc test` and `sigilc bench`: what is run, and how what failed is shown."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import pytest

from sigilc.diagnostics.paint import Paint
from sigilc.resolve.doc_tests import code_blocks
from sigilc.source.files import SourceFile
from sigilc.tools.run_benchmarks import measure, table
from sigilc.tools.run_case import MAX_OUTPUT, CaseRunner, problem_of
from sigilc.tools.run_tests import run_tests
from sigilc.tools.show_failure import MAX_COMPARED, difference, show_failure
from tests.support.build import Ran, sigilc, sigilc_here

PLAIN = Paint(False)

PROGRAM = """\
/// Half of an even number.
/// ```sigil
/// assert_eq(half(4), Some(2))
/// ```
fn half(n: i64) -> i64? { if n % 2 == 0 { Some(n / 2) } else { fail("{n} is odd") } }

#[test]
fn passes() { println("not shown") }

#[test]
fn differs() {
    println("shown")
    assert_eq([1, 2, 3], [1, 20, 3])
}

#[test]
fn is_absent() -> i64? { half(3) }

mod inner {
    #[test]
    fn nested() { assert(super·half(5) == None) }
}

#[bench]
fn sums() -> i64 { (0..1000) |τ{_ * 3} |Σ }

fn main() { println("the program's own main") }
"""


def written(folder: Path, text: str = PROGRAM) -> Path:
    """A program in a file."""
    path = folder / "app.sg"
    path.write_text(text, encoding="utf-8")
    return path


def without_times(text: str) -> str:
    """Output that is the same each time."""
    return re.sub(r"\d+\.\d+ m?s", "TIME", text)


# ---- `sigilc test` ------------------------------------------------------------------------------------------------------


def test_report(tmp_path: Path) -> None:
    """In the order of the source; what a failed test printed, and the line; nothing of those that passed."""
    written(tmp_path)
    ran = sigilc_here("test", "app.sg", "-j", "2", cwd=tmp_path)
    assert (ran.status, ran.stderr) == (1, "")
    assert without_times(ran.stdout) == """\
running 5 tests
test passes ... ok (TIME)
test differs ... FAILED (TIME)
test is_absent ... FAILED (TIME)
test inner·nested ... ok (TIME)
test app.sg - half (line 3) ... ok (TIME)

failures:

---- differs: panicked ----
shown
panic at app.sg:13:5: assertion failed: left == right
  left: [1, 2, 3]
            -
 right: [1, 20, 3]
            ++
   13 |     assert_eq([1, 2, 3], [1, 20, 3])

---- is_absent: its result is absent ----
fault at app.sg:5:64: 3 is odd
    5 | fn half(n: i64) -> i64? { if n % 2 == 0 { Some(n / 2) } else { fail("{n} is odd") } }

failures:
    differs
    is_absent

test result: FAILED. 3 passed; 2 failed; 0 filtered out; finished in TIME
"""


def test_filter_list_and_levels(tmp_path: Path) -> None:
    """A part of the name chooses; a file may be left out of a package's command line, and a filter too."""
    written(tmp_path)
    assert sigilc_here("test", "app.sg", "--list", cwd=tmp_path).stdout.splitlines() == [
        "passes", "differs", "is_absent", "inner·nested", "app.sg - half (line 3)"]
    ran = sigilc_here("test", "-O3", "app.sg", "nested", cwd=tmp_path)
    assert ran.status == 0 and "1 passed; 0 failed; 4 filtered out" in ran.stdout
    ran = sigilc_here("test", "app.sg", "nothing of this name", cwd=tmp_path)
    assert ran.status == 0 and "running 0 tests" in ran.stdout and "5 filtered out" in ran.stdout
    assert sigilc_here("test", "passes", cwd=tmp_path).status == 2       # a filter, and no package
    assert sigilc_here("test", "app.sg", "a", "b", cwd=tmp_path).status == 2


def test_nocapture(tmp_path: Path) -> None:
    """What tests print comes through."""
    written(tmp_path)
    ran = sigilc("test", "app.sg", "passes", "--nocapture", cwd=tmp_path)
    assert ran.status == 0 and "not shown\n" in ran.stdout


def test_a_test_that_does_not_end(tmp_path: Path) -> None:
    """Is ended; the others are not affected."""
    written(tmp_path, "#[test]\nfn endless() { loop { } }\n#[test]\nfn fine() { }\n")
    begin = time.monotonic()
    ran = sigilc_here("test", "app.sg", "--timeout", "0.5", cwd=tmp_path)
    assert time.monotonic() - begin < 30
    assert ran.status == 1
    assert "---- endless: still running after 0.5 s ----" in ran.stdout and "test fine ... ok" in ran.stdout


def test_errors_in_the_program(tmp_path: Path) -> None:
    """Those of a doc comment's code are shown where it stands, syntax and types."""
    written(tmp_path, "/// ```sigil\n/// let x: i64 = true\n/// ```\nfn f() { }\n\n"
                      "/// ```sigil\n/// let = 3\n/// ```\nfn g() { }\n")
    ran = sigilc_here("test", "app.sg", cwd=tmp_path)
    assert ran.status == 1 and "app.sg:7:9" in ran.stderr
    text = (tmp_path / "app.sg").read_text(encoding="utf-8").replace("let = 3", "let y = 3")
    written(tmp_path, text)
    ran = sigilc_here("test", "app.sg", cwd=tmp_path)
    assert ran.status == 1 and "error[E0201]" in ran.stderr and "app.sg:2:18" in ran.stderr
    assert "/// let x: i64 = true" in ran.stderr
    assert sigilc_here("check", "app.sg", cwd=tmp_path).status == 0      # only tests look at comments


def package(folder: Path, main: str, library: str) -> Path:
    """A package with a program and a library."""
    (folder / "src").mkdir()
    (folder / "Sigil.toml").write_text('[package]\nname = "app"\n')
    (folder / "src" / "main.sg").write_text(main)
    (folder / "src" / "lib.sg").write_text(library)
    return folder


def test_a_package(tmp_path: Path) -> None:
    """Tests of the program and of the library, with one word on the command line as a filter."""
    package(tmp_path, "#[test]\nfn ours() { assert_eq(app·one(), 1) }\nfn main() { }\n",
            "/// ```sigil\n/// use app·one\n/// assert_eq(one(), 1)\n/// ```\npub fn one() -> i64 { 1 }\n"
            "#[test]\nfn theirs() { assert_eq(one(), 1) }\n")
    ran = sigilc_here("test", cwd=tmp_path / "src")
    assert ran.status == 0, ran.stderr
    assert [line.split(" ... ")[0] for line in ran.stdout.splitlines() if " ... ok" in line] == [
        "test ours", "test app·theirs", "test lib.sg - one (line 2)"]
    assert "1 passed; 0 failed; 2 filtered out" in sigilc_here("test", "theirs", cwd=tmp_path).stdout


def test_cases_are_not_built(tmp_path: Path) -> None:
    """The program itself has none of its tests."""
    written(tmp_path, '#[test]\nfn only_a_test() { println("needle in the test") }\nfn main() { }\n')
    assert sigilc_here("build", "app.sg", cwd=tmp_path).status == 0
    assert b"needle in the test" not in (tmp_path / "app").read_bytes()


# ---- Doc comments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "code"), [
    ("/// ```sigil\n/// a\n///   b\n///\n/// c\n/// ```\n", ["a\n  b\n\nc"]),
    ("//! ```sigil\n//! a\n//! ```\n//! ```sigil\n//! b\n//! ```\n", ["a", "b"]),
    ("/// ```text\n/// a\n/// ```\n/// ```\n/// b\n/// ```\n", []),
    ("/// ```sigil no\n/// a\n/// ```\n", []),
    ("/// ```sigil\n/// a\n", []),
    ("/// ```sigil\n/// a\nfn f() { }\n/// ```\n", []),
    ("// ```sigil\n// a\n// ```\n", []),
    ("//// ```sigil\n//// a\n//// ```\n", []),
    ('let x = "\n/// ```sigil\n/// a\n/// ```\n"""\n/// ```sigil\n/// b\n/// ```\n"""\n', ["a"]),
    ("/// ```sigil\r\n/// a\r\n/// b\r\n/// ```\r\n", ["a\nb"]),
    ("/// ```sigil\n/// ```\n", []),
])
def test_code_blocks(text: str, code: list[str]) -> None:
    """Only what is marked, closed, and a doc comment; in strings there are none."""
    source = SourceFile("x.sg", text)
    found = []
    for block in code_blocks(source):
        part = block.part_of(source.text)
        assert part[:block.lines[0][0]].isspace()
        assert all(part[a:b] == source.text[a:b] for a, b in block.lines), "each line at its own place"
        found.append("\n".join(source.text[a:b] for a, b in block.lines))
    assert found == code


# ---- Running ------------------------------------------------------------------------------------------------------------


def script(folder: Path, text: str) -> str:
    """An executable that takes the case's name as a Python program does."""
    path = folder / "cases"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time, signal\nname = sys.argv[1]\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_output_is_kept_in_order(tmp_path: Path) -> None:
    """Both streams together."""
    runner = CaseRunner(script(tmp_path, "os.write(1, b'a'); os.write(2, b'b'); os.write(1, b'c'); sys.exit(3)"), 20)
    outcome = runner.run("x")
    assert (outcome.output, outcome.problem, outcome.has_passed) == ("abc", "exit status 3", False)


def test_long_output_is_cut(tmp_path: Path) -> None:
    """Both ends stay."""
    count = 4 * MAX_OUTPUT
    outcome = CaseRunner(script(tmp_path, f"sys.stdout.write('<' + 'x' * {count} + '>')"), 20).run("x")
    assert outcome.has_passed and len(outcome.output) < 3 * MAX_OUTPUT
    assert outcome.output[0] == "<" and outcome.output[-1] == ">" and "bytes left out" in outcome.output


def test_what_a_case_has_started_is_ended(tmp_path: Path) -> None:
    """A child that holds the output open, too."""
    text = "if os.fork() == 0: time.sleep(60)\nelse: time.sleep(60)"
    begin = time.monotonic()
    outcome = CaseRunner(script(tmp_path, text), 0.5).run("x")
    assert outcome.problem == "still running after 0.5 s" and time.monotonic() - begin < 20


@pytest.mark.parametrize(("status", "problem"), [(0, ""), (101, "panicked"), (1, "its result is absent"),
                                                 (-11, "ended by SIGSEGV"), (7, "exit status 7")])
def test_problems(status: int, problem: str) -> None:
    """In words."""
    assert problem_of(status) == problem


def test_jobs(tmp_path: Path) -> None:
    """Several run at a time, and are reported in order."""
    meet = "open(name, 'w').close()\nother = {'a': 'b', 'b': 'a'}[name]\nend = time.time() + 20\n" \
           "while not os.path.exists(other):\n    assert time.time() < end\n    time.sleep(0.01)"
    runner = CaseRunner(script(tmp_path, f"os.chdir({str(tmp_path)!r})\n{meet}"), 30)
    lines: list[str] = []
    report = run_tests(["b", "a"], runner, 2, 0, PLAIN, lines.append)
    assert report.has_passed and report.passed == 2
    assert [line.split(" ... ")[0] for line in lines[1:3]] == ["test b", "test a"]


# ---- What is shown ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "right", "lines"), [
    ("1", "2", ["  left: 1", "        -", " right: 2", "        +"]),
    ("[1, 2]", "[1, 2, 3]", ["  left: [1, 2]", " right: [1, 2, 3]", "             +++"]),
    ("P { x: 1 }", "P { y: 1 }", ["  left: P { x: 1 }", "            -", " right: P { y: 1 }", "            +"]),
    ('"語a"', '"語b"', ['  left: "語a"', "         ---", ' right: "語b"', "         +++"]),
    ("NaN", "NaN", ["  left: NaN", " right: NaN"]),
])
def test_difference(left: str, right: str, lines: list[str]) -> None:
    """Marks stand under the words that differ, wide characters or not."""
    assert difference(left, right, PLAIN) == lines


@pytest.mark.parametrize("length", [300, MAX_COMPARED])
def test_long_values_are_cut(length: int) -> None:
    """Around the first difference; very long ones are compared at their ends."""
    left = "[" + "0, " * length + "1, " + "0, " * length + "0]"
    lines = difference(left, left.replace("1", "2"), PLAIN)
    assert len(lines) == 4 and all(len(line) < 130 for line in lines)
    assert lines[0][lines[1].index("-")] == "1" and lines[2][lines[3].index("+")] == "2"


def test_failures_without_a_source(tmp_path: Path) -> None:
    """A panic of a file that is not there any more is shown as it is."""
    text = f"panic at {tmp_path}/gone.sg:3:5: index 3 out of bounds"
    assert show_failure(text + "\n", PLAIN) == text
    assert show_failure("", PLAIN) == ""


# ---- `sigilc bench` -----------------------------------------------------------------------------------------------------


def bench(folder: Path, *arguments: str) -> Ran:
    """The command in a folder."""
    return sigilc_here("bench", *arguments, cwd=folder)


def test_benchmarks(tmp_path: Path) -> None:
    """A line for each, as a table or as JSON; one that fails is said on stderr."""
    written(tmp_path, PROGRAM + '#[bench]\nfn breaks() { panic("no") }\n')
    ran = bench(tmp_path, "app.sg", "--json")
    assert ran.status == 1 and "benchmark breaks failed: panicked" in ran.stderr
    found = json.loads(ran.stdout)
    assert found["name"] == "sums" and found["calls"] > 0 and found["batches"] >= 3
    assert 0 < found["min_ns"] <= found["median_ns"] <= found["max_ns"]
    ran = bench(tmp_path, "app.sg", "sums")
    assert ran.status == 0 and [line.split()[0] for line in ran.stdout.splitlines()] == ["benchmark", "sums"]
    assert bench(tmp_path, "app.sg", "--list").stdout == "sums\nbreaks\n"
    assert bench(tmp_path, "app.sg", "nothing").stdout == "no benchmarks\n"


def test_measure() -> None:
    """The median, and half the width of the middle half."""
    found = measure("x", 10, [100, 120, 110, 500])
    assert (found.median_ns, found.spread_ns, found.min_ns, found.max_ns) == (11.5, 0.5, 10.0, 50.0)
    assert (found.calls, found.batches) == (40, 4)
    assert table([found]).splitlines() == [
        "benchmark  ns a call      ±  fastest  calls",
        "x              11.50  4.3 %    10.00     40"]
