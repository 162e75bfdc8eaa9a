"""Why nothing can be moved out of a variable, in words, and what to do instead."""

from __future__ import annotations

LENT = "the closure is only lent it"
CAPTURED = "the closure keeps what it has captured"
CALLERS = "it is a place of the caller's"
MATCHED = "it is a part of what is matched in place"
LOOKED_AT = "it is only looked at here"
SHARED = "neighbouring parts of an array share its elements"
ELEMENT = "an element stays in its collection"

KEEPING = "a function value may keep what it is given if its result is a value that moves, or `()`"
_LEAVE_ANOTHER = "leave something in its place: `mem·replace(&mut place, other)`, or hold a `T?` and take it out with `.take()`"
_OTHERWISE = "use it where it is, or hold it as a `T?` and take it out with `.take()`"
_INSTEAD = {
    LENT: f"{KEEPING}: return it, or write a `match` or a loop",
    CAPTURED: "give it to the closure as an argument, or use it where it is",
    CALLERS: _LEAVE_ANOTHER,
    MATCHED: _LEAVE_ANOTHER,
    SHARED: "take the elements out of the array, by `drain` or `split_off`, or look at the parts where they are",
    ELEMENT: "take the element out of its collection, by `pop` or `remove`, or use it where it is",
}


def instead(reason: str) -> str:
    """What to do instead of moving."""
    return _INSTEAD.get(reason, _OTHERWISE)
