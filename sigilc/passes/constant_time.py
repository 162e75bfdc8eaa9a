"""Makes the functions marked `#[constant_time]` take a time, and touch addresses, that no secret has a say in.

Secret are all their parameters but for what the mark names as public; lengths are public, and so is how often memory is
shared. What is computed from a secret is secret (`secret_flow`), also in what they call. A leak (`leaks`) is an op that
takes a branch, an address or an amount of memory from a secret, or takes longer for some of its operands: `find_leaks`
tells the program's author.

What is left then is LLVM, which makes a choice of `0 - (x & 1) & y`, and a branch of a choice. The pass hides from it what
may be one of two numbers (`two_valued`):

    %c: bool = lt %a, %b                %c: bool = lt %a, %b
    %m: u64 = cast %c           →       %n: u64 = cast %c
                                        %m: u64 = opaque %n

Requires
    a module that `verify` accepts.
Establishes
 1. no op that a function in constant time leads to, inside itself or in calls, leaks;
 2. a secret that is made of a bool, of two bools, or that may be one of two numbers, is used behind an `opaque` alone.
`check_constant_time` certifies both; of the second, behind later passes, only what concerns bools: how much is found out
about an integer depends on the ways that are kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from sigilc.crash import InternalError
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import Op, Value
from sigilc.ir.secret_ops import Opaque
from sigilc.passes.leaks import Leak, LeakReport, describe
from sigilc.passes.secret_flow import FunctionFlow, SecretFlow, declared_labels
from sigilc.passes.two_valued import TwoValued, is_from_bool
from sigilc.source.spans import Span


def marked_functions(module: Module) -> list[IrFunction]:
    """Those that are to take constant time."""
    return [function for function in module.functions.values() if function.public_parts is not None]


def find_leaks(module: Module) -> list[LeakReport]:
    """What is to be told of the program: the first leak of each place, in the order of the functions and of their ops."""
    found: dict[Span | None, LeakReport] = {}
    for leak in _leaks(module):
        report = describe(leak)
        if report is not None:
            found.setdefault(report.span, report)
    return list(found.values())


def _leaks(module: Module) -> list[Leak]:
    flow = SecretFlow(module)
    found: list[Leak] = []
    for function in marked_functions(module):
        leaks = flow.of_marked(function).leaks
        if leaks:
            own = FunctionFlow(flow, function, declared_labels(function))
            own.run()
            for leak in leaks.values():
                leak.root, leak.root_span, leak.param = function.name, function.span, own.source_of(leak.secret)
        found += leaks.values()
    return found


def constant_time(module: Module) -> None:
    """The pass."""
    # What is hidden changes what is known of the rest.
    while found := list(_to_be_hidden(module)):
        for function, hidden in found:
            for block in function.blocks:
                block.ops = [made for op in block.ops for made in (_behind_opaque(op) if op in hidden else (op,))]


def _behind_opaque(op: Op) -> tuple[Op, Op]:
    seen = op.result
    assert seen is not None
    op.result = Value(seen.type, seen.name)
    return op, Opaque(value=op.result, result=seen, span=op.span)


def _to_be_hidden(module: Module) -> Iterator[tuple[IrFunction, set[Op]]]:
    """By function: the ops with a secret result that LLVM must not look into."""
    marked = marked_functions(module)
    if not marked:
        return
    secrets: dict[str, list[frozenset[Value]]] = {}
    for (name, _), summary in SecretFlow(module).reached(marked).items():
        if summary.secrets:
            secrets.setdefault(name, []).append(summary.secrets)
    two_valued = TwoValued([module.functions[name] for name in secrets])
    for name, found in secrets.items():
        function = module.functions[name]
        bare = {value for op in function.ops() if not isinstance(op, Opaque) for value in op.operands()}
        hidden = {op for secret in found for op in two_valued.find(function, secret)}
        hidden.update(op for op in function.ops() if is_from_bool(op) and any(op.result in secret for secret in found))
        hidden = {op for op in hidden if op.result in bare}
        if hidden:
            yield function, hidden


def check_constant_time(module: Module, is_hidden: bool = True) -> None:
    """The certifier: raises `InternalError` at the first leak, and (`is_hidden`, behind the pass) at what is not hidden."""
    for leak in _leaks(module):
        raise InternalError(f"{leak.root} does not take constant time: {type(leak.op).__name__} in {leak.function} "
                            f"({leak.kind}) depends on a secret", leak.place or leak.root_span)
    for function, hidden in _to_be_hidden(module):
        for op in filter(is_from_bool, hidden) if not is_hidden else hidden:
            raise InternalError(f"{function.name}: LLVM may look into {type(op).__name__}, a secret", op.span or function.span)
