"""Comments stay where they are: each case is a text and what becomes of it."""

from __future__ import annotations

import pytest

from sigilc.syntax.format import format_text

CASES = {
    "between statements": ("""
//! module
// one


// two
let a = 1 // three
   /* four */
let b = 2
// five
""", """
//! module
// one

// two
let a = 1  // three
/* four */
let b = 2
// five
"""),
    "around items": ("""
/// doc
#[test] // why
fn f() { }
/// doc
pub struct S {
/// field
a: i64, // x
 // y
b: i64 // z
}
""", """
/// doc
#[test]  // why
fn f() { }
/// doc
pub struct S {
    /// field
    a: i64,  // x
    // y
    b: i64,  // z
}
"""),
    "in empty brackets": ("""
fn f() { /* nothing */ }
fn g() {
// nothing
}
fn h( /* none */ ) { f(/* none */); let a = [ // none
]; let b = Point { /* none */ } }
match x { // none
}
""", """
fn f() { /* nothing */ }
fn g() {
    // nothing
}
fn h(/* none */) {
    f(/* none */)
    let a = [  // none
    ]
    let b = Point { /* none */ }
}
match x {  // none
}
"""),
    "before a closing bracket": ("""
f(a, b // last
)
g(a
  // after all
)
{
 x

 // the end
}
h(a /* last */)
""", """
f(
    a,
    b,  // last
)
g(
    a,
    // after all
)
{
    x

    // the end
}
h(a /* last */)
"""),
    "around else": ("""
if a { b } // then
// why
else /* what */ { c } // end
if a {
  b }
else if c { // first
 d
}
""", """
if a {
    b
}  // then
// why
else /* what */ {
    c
}  // end
if a {
    b
} else if c {  // first
    d
}
"""),
    "among arguments and parameters": ("""
fn f(a: i64 /* width */, /* height */ b: i64, // depth
c: i64) { }
f(a /* width */, /* height */ b)
f(a // width
, b)
""", """
fn f(
    a: i64 /* width */,
    /* height */ b: i64,  // depth
    c: i64,
) { }
f(a /* width */, /* height */ b)
f(
    a,  // width
    b,
)
"""),
    "in pipelines": ("""
let x = a // source
 // more
 |f // and
 /* so */ |g /* here */
 |h
""", """
let x = a  // source
    // more
    |f           // and
    /* so */ |g  /* here */
    |h
"""),
    "in expressions": ("""
let a = /* one */ 1 /* plus */ + /* two */ 2 // sum
let b = 1 + // and
 2
let c = // why
 x
let d = a /* nested /* comment */ still */ . b
""", """
let a = /* one */ 1 /* plus */ + /* two */ 2  // sum
let b = 1
    +  // and
    2
let c =  // why
    x
let d = a /* nested /* comment */ still */ .b
"""),
    "in types and patterns": ("""
let a: Map<str /* key */, i64 // value
> = x
match x { A /* or */ | B // alternatives
 => 1 }
""", """
let a: Map<str /* key */, i64  // value
> = x
match x {
    A /* or */ | B  // alternatives
    => 1
}
"""),
    "of several lines": ("""
fn f() {
      /* as
     it
  was */
 x /* two
lines */
}
""", """
fn f() {
    /* as
     it
  was */
    x  /* two
lines */
}
"""),
    "at the ends of neighbouring lines are aligned": ("""
let a = 1 // one
let long_name = 2 // two

let b = 3 // three
let c = 4
let d_e = 5 // five
""", """
let a = 1          // one
let long_name = 2  // two

let b = 3  // three
let c = 4
let d_e = 5  // five
"""),
    "behind separators that go": ("""
a; // one
b /* two */; c;
// three
; d
x(a, /* four */
)
""", """
a  // one
b  /* two */
c
// three
d
x(
    a,  /* four */
)
"""),
    "runes": ("""
    //@ rune: inline,cold // why
fn f() { }
""", """
//@ rune: inline,cold // why
fn f() { }
"""),
    "in strings": ("""
let a  = "{x /* y */}  // no comment {z}" // one
""", """
let a = "{x /* y */}  // no comment {z}"  // one
"""),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_comments(text: str, expected: str) -> None:
    """The text becomes what stands beside it, and that stays as it is."""
    assert format_text(text) == expected[1:]
    assert format_text(expected[1:]) == expected[1:]


def test_only_comments() -> None:
    """A file need not have any statement."""
    assert format_text("\n\n  // a\n\n\n/* b */ /* c */  ") == "// a\n\n/* b */ /* c */\n"
