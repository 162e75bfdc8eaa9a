"""How the formatter lays out lines: each case is a text and what becomes of it."""

from __future__ import annotations

import pytest

from sigilc.syntax.format import format_text

COLUMNS = 80     # of the cases; short ones show as much

CASES = {
    "spacing": ("""
fn  add(a:i64,b :i64)->i64{a+b*2}
let t:Map<str,[i64~]>?=f(x,&mut y,-z)[0].k!
if a{b}else if c{d}else{e}
xs|τ{_*2}|φ>0
""", """
fn add(a: i64, b: i64) -> i64 { a + b * 2 }
let t: Map<str, [i64~]>? = f(x, &mut y, -z)[0].k!
if a { b } else if c { d } else { e }
xs |τ{_ * 2} |φ>0
"""),
    "blocks stay on one line only where the writer had them there": ("""
fn f() { g(); h() }
fn k() {
g(); h() }
impl A { fn a() { }
}
""", """
fn f() { g(); h() }
fn k() {
    g()
    h()
}
impl A { fn a() { } }
"""),
    "a pipeline that does not fit has one stage a line": ("""
let total = orders |φ{_.amount > 0 && _.customer.is_known} |τ{apply_discount(_, config)} |τ{.amount} |Σ
""", """
let total = orders
    |φ{_.amount > 0 && _.customer.is_known}
    |τ{apply_discount(_, config)}
    |τ{.amount}
    |Σ
"""),
    "a pipeline that the writer broke stays broken, at each stage": ("""
let a = xs |first
  |len |f
""", """
let a = xs
    |first
    |len
    |f
"""),
    "a stage body of several lines": ("""
xs |τ{x =>
 let y = x * 2
 y + 1 } |ρ{acc, x =>
 acc + x, 0}
xs |each{ x =>
print(x) }
""", """
xs
    |τ{x =>
        let y = x * 2
        y + 1
    }
    |ρ{acc, x =>
        acc + x,
        0
    }
xs |each{x =>
    print(x)
}
"""),
    "arguments are all on one line or one a line": ("""
let answer = some_function(first_argument_of_it, second_argument_of_it, third_argument, fourth_one)
let short = g(
    a, b
)
let kept = g(
    a, b,
)
""", """
let answer = some_function(
    first_argument_of_it,
    second_argument_of_it,
    third_argument,
    fourth_one,
)
let short = g(a, b)
let kept = g(
    a,
    b,
)
"""),
    "the last argument breaks alone": ("""
queue.each(|x| {
  println(x)
})
let p = make(Point { x: 1.0, y: 2.0, z: 3.0, name: "a name that is so long that the line ends" })
""", """
queue.each(|x| {
    println(x)
})
let p = make(Point {
    x: 1.0,
    y: 2.0,
    z: 3.0,
    name: "a name that is so long that the line ends",
})
"""),
    "operators begin their lines, but for those that would begin a statement": ("""
let a = first_operand_of_the_sum * 2 + second_operand_of_the_sum * 3 + third_operand_of_the_sum * 4
let b = first_operand_of_the_sum * 2 - second_operand_of_the_sum * 3 + third_operand_of_the_sum * 4
""", """
let a = first_operand_of_the_sum * 2
    + second_operand_of_the_sum * 3
    + third_operand_of_the_sum * 4
let b = first_operand_of_the_sum * 2 -
    second_operand_of_the_sum * 3 +
    third_operand_of_the_sum * 4
"""),
    "a condition is indented more than its block": ("""
if some_condition_of_the_program(a, b) && another_condition(c, d) || yet_another_condition(e) { go() }
""", """
if some_condition_of_the_program(a, b) && another_condition(c, d)
        || yet_another_condition(e) {
    go()
}
"""),
    "calls of methods": ("""
let b = builder.with_name("name").with_size(1024).with_color(Color·Red).with_border(Border·Solid).build()
self.items.push(an_element_with_a_long_name, another_element_with_a_long_name, the_last_of_them)
""", """
let b = builder
    .with_name("name")
    .with_size(1024)
    .with_color(Color·Red)
    .with_border(Border·Solid)
    .build()
self.items.push(
    an_element_with_a_long_name,
    another_element_with_a_long_name,
    the_last_of_them,
)
"""),
    "signatures": ("""
fn convert<T: Ord + Display>(values: Map<str!, [T~]>, mut output: [T], limit: usize) -> Map<str, T>~? { x }
fn f<T>(x: T) -> T
where T: Ord, [T]: Eq,
{ x }
fn g<T, U>(value_of_the_first: T, value_of_the_second: U) -> T where T: Ord + Display + Hash, U: Eq + Hash { a }
""", """
fn convert<T: Ord + Display>(
    values: Map<str!, [T~]>,
    mut output: [T],
    limit: usize,
) -> Map<str, T>~? {
    x
}
fn f<T>(x: T) -> T where T: Ord, [T]: Eq { x }
fn g<T, U>(value_of_the_first: T, value_of_the_second: U) -> T
where
    T: Ord + Display + Hash,
    U: Eq + Hash,
{
    a
}
"""),
    "arms and fields keep the writer's commas, or their absence": ("""
match c {
    ' ' => i += 1
    '(' => { f(); i += 1 } other => return fail("{other:?} in {i}")
}
match c { A | B => 1,
    C => { 2 }
    _ => 3 }
let p = Point {
 x: 1, ..q }
struct S {
    a: i64
    b~: str = ""
}
""", """
match c {
    ' ' => i += 1
    '(' => { f(); i += 1 }
    other => return fail("{other:?} in {i}")
}
match c {
    A | B => 1,
    C => { 2 }
    _ => 3,
}
let p = Point {
    x: 1,
    ..q
}
struct S {
    a: i64
    b~: str = ""
}
"""),
    "numbers fill their lines, and rows stay rows": ("""
let primes = [1009, 1013, 1019, 1021, 1031, 1033, 1039, 1049, 1051, 1061, 1063, 1069, 1087, 1091, 1093, 1097]
let unit = [
  1, 0,
  0, 1,
]
""", """
let primes = [
    1009, 1013, 1019, 1021, 1031, 1033, 1039, 1049, 1051, 1061, 1063, 1069,
    1087, 1091, 1093, 1097,
]
let unit = [
    1, 0,
    0, 1,
]
"""),
    "a literal that does not fit moves to the next line if it fits there": ("""
let message_to_the_reader = "a sentence that is long enough to go beyond the end of the line, as here"
let message_to_the_reader = "a sentence that is too long for any line, whatever one does with it: it stays where it was written"
""", """
let message_to_the_reader =
    "a sentence that is long enough to go beyond the end of the line, as here"
let message_to_the_reader = "a sentence that is too long for any line, whatever one does with it: it stays where it was written"
"""),
    "single empty lines stay": ("""


use a·b


use c

fn f() {

    x


    y

}
""", """
use a·b

use c

fn f() {
    x

    y
}
"""),
    "semicolons stay where they matter": ("""
let a = 0..; let b = 1; -c; .d; |x| x; e
{ f(); g(); }
xs
;y
""", """
let a = 0..;
let b = 1
-c;
.d;
|x| x
e
{ f(); g(); }
xs
y
"""),
    "literals and parentheses are as they were": ("""
let a = ((0x2Au8)) + 1_000 + r#"raw "x" {y}"# + "\\u{3c4}\\x41" + b'\\n'
let t = \"\"\"
      one { x }
        two
    \"\"\"
""", """
let a = ((0x2Au8)) + 1_000 + r#"raw "x" {y}"# + "\\u{3c4}\\x41" + b'\\n'
let t = \"\"\"
      one { x }
        two
    \"\"\"
"""),
    "actors": ("""
#[mailbox(capacity=64,full=wait | drop_new)] actor A<T:Eq>{n:i64=0,m~:str
on Add(n:i64~){self.n+=n} on Get->i64?{self.n}
}
c<-Add(5)
let s = supervise(strategy: OneForOne){
 w.push(spawn W{}) }
""", """
#[mailbox(capacity = 64, full = wait | drop_new)] actor A<T: Eq> {
    n: i64 = 0
    m~: str
    on Add(n: i64~) { self.n += n }
    on Get -> i64? { self.n }
}
c < -Add(5)
let s = supervise(strategy: OneForOne) {
    w.push(spawn W { })
}
"""),
    "markers that would run together": ("""
let a! ! = x! !; let b? ? = x? ?; let c: T? ? = y |f? ?? z
let d = x!‽; let e = x!!!; let f: (fn(i64) -> i64)! = g
""", """
let a! ! = x! !
let b? ? = x? ?
let c: T? ? = y |f? ?? z
let d = x!‽
let e = x!!!
let f: (fn(i64) -> i64)! = g
"""),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_layout(text: str, expected: str) -> None:
    """The text becomes what stands beside it, and that stays as it is."""
    assert format_text(text, width=COLUMNS) == expected[1:]
    assert format_text(expected[1:], width=COLUMNS) == expected[1:]


def test_empty() -> None:
    """Nothing becomes nothing."""
    assert format_text("") == format_text("\n\n;;\n") == ""


def test_beginning_and_end() -> None:
    """A byte-order mark, a `#!` line and the kind of line breaks stay; there is one line break at the end."""
    assert format_text("\ufefffn f(){}\n\n\n") == "\ufefffn f() { }\n"
    assert format_text("#!/usr/bin/sigilc  script\n\nf( )") == "#!/usr/bin/sigilc  script\n\nf()\n"
    assert format_text("a\r\n |f\r\n") == "a\r\n    |f\r\n"
