"""What the library brings in, and what it demands: without a picture of the errors, which show lines of the library."""

from __future__ import annotations

from tests.support.checking import check_text
from tests.unit.test_evidence_rules import found_errors, wanted_errors

PROGRAM = """\
//! What the library reads is reported, however it is reached; what it writes to or runs must be known.
use std·env
use std·fs
use std·io
use std·process
enum Bad { Read(str), Size(i64) }
impl From<Fault> for Bad { fn from(why: Fault) -> Bad { Bad·Read(why.message) } }
struct Key(i64!)
fn known(x: i64!) { println("{x}") }
fn text(x: str!) { println(x) }

fn read() {
    for line in io·stdin().lines() { text(line) }  //~ E0301
    text(io·stdin().read_line() ?? "")  //~ E0301
    text(env·var("HOME") ?? "")  //~ E0301
    for arg in env·args() { text(arg) }  //~ E0301
    text(fs·read_text("notes") ?? "")  //~ E0301
    match process·run("date") {
        Some(output) => text(output.text() ?? ""),  //~ E0301
        None(why) => text(why.message),  //~ E0301
    }
}

fn written(path: str~) -> ()? {
    fs·write_text(path, "x")?  //~ E0301
    fs·remove_file(path)?  //~ E0301
    process·run(path, [path])?  //~ E0301
    fs·read_text(path)?
    fs·write_text("log", path)
}

fn convert(n: i64) -> Result<i64, Bad> { Ok(i64·parse("{n}")?) }

fn errors(n: i64~) {
    match convert(1) {
        Ok(n) => known(n),
        Err(Bad·Read(why)) => text(why),  //~ E0301
        Err(Bad·Size(size)) => println("{size}"),
    }
    match convert(n) {
        Ok(n) => known(n),  //~ E0301
        Err(_) => { }
    }
}

fn constructors(raw: [i64~]) {
    for key in raw |τ{Key} { println("{key.0}") }  //~ E0301
    for key in [1, 2] |τ{Key} { known(key.0) }
}

fn main() { read() }
"""


def test_sources_and_sinks() -> None:
    """Exactly the marked errors."""
    assert found_errors(PROGRAM) == wanted_errors(PROGRAM), [(d.span.line, d.message) for d in check_text(PROGRAM).items]
