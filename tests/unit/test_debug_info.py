"""`-g`: what a debugger sees of a program."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sigilc.codegen.module import emit_module
from sigilc.ir.parser import parse_module
from sigilc.ir.printer import print_module
from sigilc.lower.program import lower_program
from sigilc.options import Options
from sigilc.passes.manager import certify, run_passes
from tests.support.build import build, compile_program

needs_gdb = pytest.mark.skipif(shutil.which("gdb") is None, reason="there is no gdb")

PROGRAM = """\
struct Point { x: f64, y: i32 }
enum Shape { Circle(f64), Rect { w: f64, h: i64 }, Named(str, bool), Dot }
enum Color { Red, Green, Blue }

fn Δsquare(x: i64) -> i64 {
    let σ = x * x
    println("{σ}")
    σ + 1
}

impl Point {
    fn shift(mut self, dx: f64) {
        self.x += dx
        println("{self.x}")
    }
}

fn describe(shape: Shape, color: Color) {
    match shape {
        Shape·Circle(r) => {
            let area = 3.0 * r * r
            println("{area}")
        }
        Shape·Named(name, _) => {
            println(name)
        }
        _ => println("other"),
    }
}

fn main() {
    let mut p = Point { x: 1.5, y: 7 }
    p.shift(2.0)
    let text = "hello"
    let xs = [1, 2, 3]
    let (flag, c) = (true, 'λ')
    let pair = (4, "four")
    let maybe: i64? = Some(5)
    let missing: i64? = fail("no")
    let mut sum = 0
    for x in xs {
        let x = x * 2
        sum += Δsquare(x)
    }
    let scale = |n: i64| {
        let by = sum + n
        println("{by}")
        by
    }
    scale(1)
    println("{text} {flag} {c} {pair.1} {maybe ?? 0} {missing ?? 1}")
    describe(Shape·Circle(2.0), Color·Green)
    describe(Shape·Named("abc", true), Color·Blue)
    println("{xs[3]}")
}
"""


def line_of(text: str) -> int:
    """The first line of the program that contains a text."""
    return next(i for i, line in enumerate(PROGRAM.splitlines(), 1) if text in line)


@pytest.fixture(scope="module", params=[0])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program built with `-g` at -O0."""
    return build_in(tmp_path_factory.mktemp("debug"), request.param)


def build_in(folder: Path, level: int) -> Path:
    (folder / "app.sg").write_text(PROGRAM, encoding="utf-8")
    return build(folder / "app.sg", folder / "app", level, debug=True)


def gdb(executable: Path, *commands: str) -> str:
    """What gdb prints for commands; it runs until the program ends."""
    arguments = [part for command in ("set pagination off", "set debuginfod enabled off", "set confirm off", *commands)
                 for part in ("-ex", command)]
    done = subprocess.run(["gdb", "-q", "-nx", "-batch", *arguments, str(executable)], capture_output=True, text=True,
                          encoding="utf-8", errors="replace", timeout=60, check=False, stdin=subprocess.DEVNULL)
    return done.stdout


@needs_gdb
def test_break_on_a_line_and_print(program: Path) -> None:
    """Values of every kind, shadowed names, the outer frame's variables."""
    shown = gdb(program, f"break app.sg:{line_of('σ + 1')}", "run", "print σ", "print x", "info args", "up", "print x",
                "print sum", "print text", "print xs", "print xs[1]", "print pair", "print maybe", "print missing",
                "print flag", "print c", "print p", "print p.x", "ptype Shape")
    values = re.findall(r"^\$\d+ = (.*)$", shown, re.MULTILINE)
    assert values[:2] == ["4", "2"], shown
    assert values[2:9] == ["2", "0", '"hello"', "&[i64] [1, 2, 3]", "2", '(4, "four")', "Some(5)"], shown
    assert values[9].startswith("None(") and values[10] == "true", shown
    assert values[11].startswith("955") and values[12:] == ["Point {x: 3.5, y: 7}", "3.5"], shown
    assert "Circle(f64)" in shown and "Rect{w: f64, h: i64}" in shown


@needs_gdb
def test_step_and_backtrace(program: Path) -> None:
    """`step` enters a function, `next` goes on by lines, `finish` leaves, the frames have the program's names."""
    call = line_of("sum += Δsquare")
    shown = gdb(program, f"break app.sg:{call}", "run", "step", "backtrace", "next", "next", "info locals", "finish")
    assert re.search(r"Δsquare \(x=2\) at .*app.sg:6\b", shown), shown
    assert re.search(rf"^#0 .*Δsquare.*app\.sg:6\n#1 .* in main \(\) at .*app\.sg:{call}$", shown, re.MULTILINE), shown
    assert re.search(r"^8\t    σ \+ 1\nσ = 4$", shown, re.MULTILINE), shown
    assert "Value returned is $1 = 5" in shown, shown


@needs_gdb
def test_scopes(program: Path) -> None:
    """A variable is shown from behind its `let` to the end of its block, and a later one of its name hides it."""
    begin = line_of("let xs")
    shown = gdb(program, f"break app.sg:{begin}", "run", "info locals")
    locals_shown = shown.splitlines()[-2:]
    assert locals_shown == ['text = "hello"', "p = Point {x: 3.5, y: 7}"], shown
    shown = gdb(program, f"break app.sg:{line_of('{text} {flag}')}", "run", "info locals")
    names = re.findall(r"^(\w+) = ", shown, re.MULTILINE)
    assert sorted(names) == ["c", "flag", "maybe", "missing", "p", "pair", "scale", "sum", "text", "xs"], shown


@needs_gdb
def test_places_closures_and_arms(program: Path) -> None:
    """A method that changes its object sees the caller's; a closure what it captured; an arm what it bound."""
    stops = [line_of('println("{self.x}")'), line_of('println("{by}")'), line_of('println("{area}")'),
             line_of("println(name)")]
    prints = [["p self", "p dx"], ["p by", "p sum", "p n"], ["p shape", "p color", "p r", "p area"], ["p name"]]
    commands = [f"break app.sg:{line}" for line in stops] + ["run"]
    for number, wanted in enumerate(prints):
        commands += [*(["continue"] if number else []), *wanted]
    shown = gdb(program, *commands)
    values = re.findall(r"^\$\d+ = (.*)$", shown, re.MULTILINE)
    assert values == ["Point {x: 3.5, y: 7}", "2", "60", "59", "1", "Circle(2)", "Green", "2", "12",
                      '"abc"'], shown


@needs_gdb
def test_panic_shows_where(program: Path) -> None:
    """The frame that panics has its line."""
    shown = gdb(program, "break sigil_panic_bounds", "run", "backtrace")
    assert re.search(rf"^#1 .* in main \(\) at .*app\.sg:{line_of('xs[3]')}$", shown, re.MULTILINE), shown


@needs_gdb
def test_lines_when_optimised(tmp_path: Path) -> None:
    """At -O3 breakpoints and frames still have lines, inlined functions their frames."""
    program = build_in(tmp_path, 3)
    shown = gdb(program, f"break app.sg:{line_of('{self.x}')}", "run", "backtrace")
    assert re.search(rf"^#0 .*Point·shift .*app\.sg:{line_of('{self.x}')}$", shown, re.MULTILINE), shown
    assert re.search(rf"^#1 .*main \(\) at .*app\.sg:{line_of('p.shift')}$", shown, re.MULTILINE), shown


@pytest.mark.parametrize("level", [0, 3])
def test_every_call_has_a_location(tmp_path: Path, level: int) -> None:
    """Or LLVM drops all debug information, with a line on stderr only."""
    (tmp_path / "app.sg").write_text(PROGRAM, encoding="utf-8")
    compilation = compile_program(tmp_path / "app.sg", Options(), stop_after="evidence")
    assert compilation.program is not None
    module = lower_program(compilation.program, overflow_checks=True, debug=True)
    run_passes(module, level, after=certify)
    text = emit_module(module, debug=True, is_optimised=level > 0)
    is_inside = False
    count = 0
    for line in text.splitlines():
        if line.startswith("define"):
            is_inside = "!dbg" in line
        elif is_inside and (" call " in line or " invoke " in line):
            count += 1
            assert "!dbg" in line, line
    assert count > 20


def test_declarations_in_the_ir(tmp_path: Path) -> None:
    """Variables are in the IR only with `-g`; its text form keeps them, with the names of fields."""
    (tmp_path / "app.sg").write_text(PROGRAM, encoding="utf-8")
    compilation = compile_program(tmp_path / "app.sg", Options(), stop_after="evidence")
    assert compilation.program is not None
    plain = print_module(lower_program(compilation.program, overflow_checks=True))
    assert "declare" not in plain
    text = print_module(lower_program(compilation.program, overflow_checks=True, debug=True), spans=True)
    assert 'struct %Point { x: f64, y: i32 }' in text and 'Rect(w: f64, h: i64) = 1' in text
    assert re.search(r'declare %x, "x", \d+, \d+ @ ".*app.sg:5:12"', text)
    assert print_module(parse_module(text), spans=True) == text
