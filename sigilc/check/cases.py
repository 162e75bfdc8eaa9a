"""Collects the tests and benchmarks of a program, and checks that each can be called by itself."""

from __future__ import annotations

from sigilc.check import typed as t
from sigilc.check.context import Context
from sigilc.check.types import ERROR, NEVER, UNIT, OptionType
from sigilc.resolve.doc_tests import DocTest
from sigilc.resolve.symbols import Item, Module

KINDS = ("test", "bench")


def collect_cases(context: Context, modules: list[Module], doc_tests: list[DocTest]) -> list[t.Case]:
    """The cases of these modules, in the order of the source; to be called when all bodies are checked."""
    found = []
    for module in modules:
        for item in module.items.values():
            for kind in KINDS:
                if any(entry.name == kind for entry in item.attributes) and _can_run(context, item, kind):
                    found.append(t.Case(module.qualified(item.name), kind, item.decl))
    found += [t.Case(test.name, "doc", test.item.decl) for test in doc_tests if isinstance(test.item.decl, t.Function)]
    return found


def refuse_member_case(context: Context, function: t.Function) -> None:
    """`#[test]` or `#[bench]` on a method, a handler, or a function inside another."""
    context.error("E0119", "a test or benchmark must be a function of a module", function.span, "not one of a module",
                  "move it to the top level, or into a `mod`")


def _can_run(context: Context, item: Item, kind: str) -> bool:
    function = item.decl
    what = "a test" if kind == "test" else "a benchmark"
    if item.kind != "fn":
        context.error("E0119", f"{what} must be a function", item.span, "this is none", "put `#[…]` before a `fn`")
        return False
    if not isinstance(function, t.Function):        # the error has been reported
        return False
    if function.params or function.type_params:
        context.error("E0119", f"{what} takes no parameters", function.span, "called by itself, without arguments",
                      "call what is to be tested with values of your own")
        return False
    result = function.result
    if kind == "test" and result not in (UNIT, NEVER, ERROR) and not isinstance(result, OptionType):
        context.error("E0119", f"a test gives nothing or a `T?`, not `{result}`", function.result_span or function.span,
                      "nobody looks at this result", "compare it: `assert_eq(…)`")
        return False
    return True
