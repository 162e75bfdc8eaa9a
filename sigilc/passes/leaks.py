"""What a function in constant time must not do with a secret, as data and in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from sigilc.ir.ops import Call, Op, Value
from sigilc.source.spans import Span

_SELECT = "compute both, and take one by `select(c, a, b)` of `std·constant_time`"
_WRAP = "`wrapping_add`, `wrapping_sub`, `wrapping_mul` and `wrapping_neg` never look at the result"
_OUTSIDE = "do it outside of what takes constant time, or make what it needs public"

# By kind: code, message, label, help.
_WORDS: dict[str, tuple[str, str, str, str]] = {
    "branch": ("E0620", "a branch depends on a secret", "what this decides shows in the time that follows", _SELECT),
    "logic": ("E0620", "a branch depends on a secret", "the right side is computed only where the left one asks for it",
              "`&` and `|` of two bools compute both sides"),
    "loop": ("E0620", "how often a loop runs depends on a secret", "the number of turns shows in the time",
             "let it run as often as something public says, and keep what counts by `select` of `std·constant_time`"),
    "presence": ("E0620", "a branch depends on a secret", "whether the value is present shows in the time that follows",
                 _SELECT),
    "copied": ("E0620", "a value that is secretly absent is copied or freed",
               "whether there is anything to count shows in the time",
               "let the option be public, or pass what is in it, and a bool"),
    "index": ("E0621", "an address depends on a secret", "which element is touched shows in the caches",
              "go through all elements, and keep the one that is wanted by `select` of `std·constant_time`"),
    "range": ("E0621", "an address depends on a secret", "this range has a secret bound",
              "lengths and bounds must be public: name them in `#[constant_time(public = …)]`"),
    "size": ("E0621", "the size of memory depends on a secret", "so much memory is asked for",
             "lengths must be public: name them in `#[constant_time(public = …)]`"),
    "key": ("E0621", "a map is searched by a secret key", "hashing and comparing take their time",
            "go through the entries of an array, and keep the one that is wanted by `select` of `std·constant_time`"),
    "pointer": ("E0621", "an address depends on a secret", "this pointer is secret",
                "name the pointer in `#[constant_time(public = …)]`: what it points to stays secret"),
    "add": ("E0622", "whether `+` overflows depends on a secret", "overflow is looked for here", _WRAP),
    "sub": ("E0622", "whether `-` overflows depends on a secret", "overflow is looked for here", _WRAP),
    "mul": ("E0622", "whether `*` overflows depends on a secret", "overflow is looked for here", _WRAP),
    "div": ("E0622", "a secret is divided", "the processor takes longer for some numbers",
            "of unsigned numbers, `>>` divides by a power of two, and `&` gives the remainder"),
    "shift": ("E0622", "a shift by a secret amount is checked", "an amount out of range would panic",
              "`wrapping_shl` and `wrapping_shr` look at the low bits of the amount alone"),
    "wide_shift": ("E0622", "128 bits are shifted by a secret amount", "the processor needs a choice for that",
                   "shift by public amounts, and take one of the results by `select` of `std·constant_time`"),
    "zeros": ("E0622", "the zeros of a secret are counted", "not every processor does this without a branch",
              "spread the highest one by shifts and `|`, then `count_ones` counts"),
    "float": ("E0622", "a float is computed from a secret", "the processor takes longer for some numbers",
              "use integers, with a fixed number of bits behind the point"),
    "equal": ("E0622", "comparing ends at the first difference", "where the two differ shows in the time",
              "`equal(a, b)` of `std·constant_time` always goes through all bytes"),
    "sort": ("E0622", "sorting goes by secrets", "the order shows in the time", _OUTSIDE),
    "text": ("E0622", "a secret becomes text", "how long this takes depends on what it says", _OUTSIDE),
    "runtime": ("E0622", "the runtime gets a secret", "it takes its time", _OUTSIDE),
    "value": ("E0623", "a function that is only known as a value gets a secret", "what is called is not known here",
              "call a function by its name"),
    "dyn": ("E0623", "a method of a `dyn` gets a secret", "what is called is not known here",
            "take a type parameter with the trait as its bound instead"),
    "foreign": ("E0623", "C gets a secret", "nothing is known of what C does with it", _OUTSIDE),
    "actor": ("E0623", "an actor gets a secret", "its handlers take their time", _OUTSIDE),
    "public": ("E0623", "a secret is passed for a parameter that is public", "this function says that it is no secret",
               "what is secret can't be passed on as public"),
}


@dataclass(slots=True)
class Leak:
    """An op whose time, or whose addresses, depend on a secret; `secret` is the operand that does.

    `calls` lead to it, the outermost first, from a function in constant time; none where the op is its own. `param` is a
    parameter of that function from which the secret came, where it is known.
    """

    kind: str
    op: Op
    function: str
    secret: Value | None = None
    span: Span | None = None
    calls: tuple[Op, ...] = ()
    param: str = ""
    root: str = ""
    root_span: Span | None = None

    @property
    def place(self) -> Span | None:
        """What the program has written that leaks: in the function in constant time itself."""
        return self.calls[0].span if self.calls else self.span or self.op.span


@dataclass(slots=True)
class LeakReport:
    """A leak as it is to be told: a code, texts, and places."""

    code: str
    message: str
    span: Span
    label: str
    labels: list[tuple[Span, str]] = field(default_factory=list)
    help: str = ""


def describe(leak: Leak) -> LeakReport | None:
    """A leak in words; None where the program has no place for it."""
    place = leak.place
    if place is None:
        return None
    code, message, label, help_ = _WORDS[leak.kind]
    written = leak.span or leak.op.span
    report = LeakReport(code, message, place, label, help=help_)
    if leak.calls and written is not None:
        callee = leak.calls[0]
        name = callee.function if isinstance(callee, Call) else "what is called"
        report.code, report.message = "E0623", f"`{name}` does not take constant time for secrets"
        report.label = "it gets one here"
        report.labels += [(call.span, "which calls") for call in leak.calls[1:] if call.span is not None]
        report.labels.append((written, f"{message}: {label}"))
    if leak.root_span is not None and leak.root_span != place:
        what = f"`{leak.param}`, a parameter of this function, is secret" if leak.param else "this function takes constant time"
        report.labels.append((leak.root_span, what))
    return report
