"""Runs the passes of an optimisation level, in order."""

from __future__ import annotations

from collections.abc import Callable

from sigilc.ir.function import Module
from sigilc.ir.verify import verify
from sigilc.passes.borrow_loads import borrow_loads
from sigilc.passes.check_holes import check_holes
from sigilc.passes.check_refcounts import check_refcounts
from sigilc.passes.check_uniqueness import check_uniqueness
from sigilc.passes.check_views import check_views
from sigilc.passes.constant_time import check_constant_time, constant_time
from sigilc.passes.drop_unread_faults import drop_unread_faults
from sigilc.passes.elide_refcounts import elide_refcounts
from sigilc.passes.eliminate_dead import eliminate_dead
from sigilc.passes.find_nounwind import find_nounwind
from sigilc.passes.hoist_uniqueness import hoist_uniqueness
from sigilc.passes.infer_borrows import infer_borrows
from sigilc.passes.insert_refcounts import insert_refcounts
from sigilc.passes.simplify_cfg import simplify_cfg
from sigilc.passes.specialise_calls import specialise_calls
from sigilc.passes.take_overwritten import take_overwritten

Pass = Callable[[Module], None]

# Each pass with the lowest level that runs it.
PIPELINE: tuple[tuple[Pass, int], ...] = (
    (simplify_cfg, 0),
    (constant_time, 0),
    (specialise_calls, 1),
    (drop_unread_faults, 1),
    (eliminate_dead, 1),
    (borrow_loads, 0),
    (infer_borrows, 0),
    (insert_refcounts, 0),
    (find_nounwind, 0),
    (elide_refcounts, 0),
    (take_overwritten, 0),
    (hoist_uniqueness, 1),
)

PASSES: dict[str, Pass] = {step.__name__: step for step, _ in PIPELINE}
COUNTED_FROM = insert_refcounts.__name__


def pass_names(level: int) -> list[str]:
    """The names of the passes that a level runs, in order."""
    return [step.__name__ for step, lowest in PIPELINE if level >= lowest]


def run_passes(module: Module, level: int, after: Callable[[str, Module], None] | None = None) -> None:
    """Runs the passes of `level` (0 to 3) on the module, in place; `after` is told each one's name when it is done."""
    for name in pass_names(level):
        PASSES[name](module)
        if after is not None:
            after(name, module)


def insert_counts(module: Module) -> None:
    """Runs the passes up to the one that inserts reference counts, and none that moves them."""
    for name in pass_names(0):
        PASSES[name](module)
        if name == COUNTED_FROM:
            return


def certify(name: str, module: Module) -> None:
    """Checks all that holds after the pass `name`: an `after` for `run_passes`, and by the name "" for their input."""
    verify(module)
    check_views(module)
    if name not in ("", simplify_cfg.__name__):
        check_constant_time(module, is_hidden=name == constant_time.__name__)
    if name and has_counts_after(name):
        check_refcounts(module)
        check_uniqueness(module)
        check_holes(module)


def has_counts_after(name: str) -> bool:
    """Whether counts can be certified after the pass of this name."""
    names = list(PASSES)
    return names.index(name) >= names.index(COUNTED_FROM)
