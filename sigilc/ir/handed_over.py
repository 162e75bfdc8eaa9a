"""Which arguments a call hands over to a callee that it does not know: of a function value, of a method behind `dyn`."""

from __future__ import annotations

from functools import lru_cache

from sigilc.ir.types import UNIT, IrBox, IrDyn, IrFn, IrType, parts_of


@lru_cache(maxsize=4096)
def handed_over(type_: IrFn) -> frozenset[int]:
    """The numbers of the parameters that the callee owns, whichever function it is.

    They hold values with a destructor, which has to run where the callee lets go of them. A function whose result is plain
    data can't hand them on: it is only lent them.
    """
    if type_.result != UNIT and not _holds(type_.result, is_result=True):
        return frozenset()
    return frozenset(number for number, param in enumerate(type_.params) if _ends(param))


@lru_cache(maxsize=4096)
def handed_to_method(type_: IrFn) -> frozenset[int]:
    """The same for a method behind `dyn`, which is handed all but the value itself."""
    return frozenset(number for number, param in enumerate(type_.params) if number > 0 and _ends(param))


def _ends(param: IrType) -> bool:
    return param.is_counted and not param.in_memory and _holds(param, is_result=False)


def _holds(type_: IrType, *, is_result: bool) -> bool:
    """Whether a value holds one with a destructor; of a result, whether it may have captured one."""
    stack, seen = [type_], set[IrType]()
    while stack:
        current = stack.pop()
        if (isinstance(current, IrBox) and current.drop) or (is_result and isinstance(current, IrFn | IrDyn)):
            return True
        if current not in seen:
            seen.add(current)
            stack += parts_of(current)
    return False
