"""Runs a module in plain Python: the oracle that compiled programs are compared with.

It takes the IR as `lower` made it, or after any pass: counts are ignored. In-out parameters are references to places,
everything else is copied as far as a program can tell (see `interp_values`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sigilc.crash import InternalError
from sigilc.ir import (
    interp_calls,
    interp_drops,
    interp_foreign,
    interp_loans,
    interp_maps,
    interp_ops,
    interp_scalars,
    interp_taint,
)
from sigilc.ir.function import Module
from sigilc.ir.interp_actors import Scheduler
from sigilc.ir.interp_code import Code, Maker, Panicked
from sigilc.ir.interp_loans import Loan, end_loans
from sigilc.ir.interp_values import FaultValue
from sigilc.ir.ops import Op
from sigilc.ir.types import IrInt

MAX_DEPTH = 20_000          # calls
FRAMES_PER_CALL = 4         # of Python's, at most
STATUS_FAILED = 1
STATUS_PANIC = 101


MAKERS: dict[type[Op], Maker] = {**interp_scalars.MAKERS, **interp_ops.MAKERS, **interp_maps.MAKERS,
                             **interp_calls.MAKERS, **interp_foreign.MAKERS, **interp_loans.MAKERS, **interp_taint.MAKERS}


class LimitReached(Exception):
    """The program took more steps, or calls within calls, than the interpreter was given."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program did.

    Where evidence was tracked, `broken` names the demands that a value with less trust reached, of `demands` in all.
    """

    stdout: str
    stderr: str
    status: int
    broken: tuple[str, ...] = ()
    demands: int = 0


class Machine:
    """A program made ready, and the state of its run; `start` makes it ready for another one."""

    def __init__(self, module: Module, args: Iterable[str], max_steps: int | None, tracks_trust: bool = False,
                 runs_drops: bool = False):
        self.module = module
        self.makers = interp_taint.tainting_makers(MAKERS) if tracks_trust else MAKERS
        self.runs_drops = runs_drops
        if runs_drops:
            self.makers = interp_drops.dropping_makers(self.makers)
        self.max_steps: float = float("inf") if max_steps is None else max_steps
        self._codes: dict[str, Code] = {}
        self.start(args)

    def start(self, args: Iterable[str]) -> None:
        """Forgets the run before."""
        self.args = tuple(args)
        self.steps = 0
        self.depth = 0
        self.loans: list[Loan] = []                         # parts of arrays that callees are writing
        self.stdout: list[bytes] = []
        self.stderr: list[bytes] = []
        self.broken: list[str] = []                         # demands that were not kept
        self.demands = 0                                    # how many were looked at
        self.scheduler = Scheduler(self)
        self.callbacks: dict[str, Any] = {}                 # functions as C calls them, kept alive
        self.callback_errors: list[Exception] = []          # raised in a callback, on the way through C

    def code(self, name: str) -> Code:
        """A function, ready to be called."""
        if name not in self._codes:
            if name not in self.module.functions:
                raise InternalError(f"there is no function {name}")
            self._codes[name] = Code(self.module.functions[name], self)
        return self._codes[name]

    def enter(self) -> None:
        """One more call on the stack."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise LimitReached(f"more than {MAX_DEPTH} calls within each other")

    def end_calls(self, depth: int, loans: int) -> None:
        """A panic has left all but the first `depth` calls, in which `loans` parts of arrays are lent."""
        self.depth = depth
        end_loans(self.loans, loans)

    def step_limit(self) -> LimitReached:
        """The exception for a run that takes too long."""
        return LimitReached(f"more than {self.max_steps} ops")

    def run(self) -> int:
        """Runs `main` and then what is left in mailboxes; the exit status."""
        main = self.module.functions.get(self.module.main)
        if main is None:
            raise InternalError("the module has no main function")
        try:
            result = self.code(main.name).call([])
        except Panicked as panic:
            self.stderr.append(panic.lines().encode())
            self.end_calls(0, 0)
            status, result = STATUS_PANIC, None
        else:
            status = self._status(result, isinstance(main.result, IrInt))
            self.depth = 0
            self.scheduler.run_all()
        if self.runs_drops:
            self.release(result)
            self.scheduler.end_all()
        return status

    def release(self, value: object) -> None:
        """A value ends that no op of the module releases."""
        if self.runs_drops:
            interp_drops.release(value)

    def _status(self, result: Any, is_integer: bool) -> int:
        if is_integer:
            return int(result) & 0xFF
        if isinstance(result, FaultValue):
            site = f" at {result.site.decode()}" if result.site else ""
            self.stderr.append(f"fault{site}: {result.lines()}".encode())
            return STATUS_FAILED
        return 0


def interpret(module: Module, args: Iterable[str] = (), max_steps: int | None = None,
              tracks_trust: bool = False, runs_drops: bool = False) -> Outcome:
    """Runs a program to its end; `args` are those after the program's name.

    With `tracks_trust` values are tainted as the ops of `evidence_ops` say, which `lower` emits on request. With `runs_drops`
    the module has reference counts, and the `drop` of a value is called where its last owner is released.

    Raises LimitReached after `max_steps` ops, InternalError where the IR breaks a promise (an unchecked index out of
    bounds, the payload of another variant).
    """
    return next(interpret_each(module, [args], max_steps, tracks_trust, runs_drops))


def interpret_each(module: Module, runs: Iterable[Iterable[str]], max_steps: int | None = None,
                   tracks_trust: bool = False, runs_drops: bool = False) -> Iterator[Outcome]:
    """Runs a program once for each list of arguments; each run begins anew, but the program is prepared only once."""
    machine = Machine(module, (), max_steps, tracks_trust, runs_drops)
    for args in runs:
        machine.start(args)
        with _many_frames():
            status = machine.run()
        stdout, stderr = (b"".join(stream).decode(errors="replace") for stream in (machine.stdout, machine.stderr))
        yield Outcome(stdout, stderr, status, tuple(machine.broken), machine.demands)


def evaluate(module: Module, function: str, max_steps: int) -> Any:
    """The value of a function without parameters, as `interp_values` describes it.

    Raises Panicked, LimitReached after `max_steps` ops, and InternalError as `interpret` does.
    """
    machine = Machine(module, (), max_steps)
    with _many_frames():
        return machine.code(function).call([])


@contextmanager
def _many_frames() -> Iterator[None]:
    """Lets Python call as deep as a program may."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, MAX_DEPTH * FRAMES_PER_CALL + 1000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
