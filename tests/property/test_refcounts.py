"""Reference counts of random functions are certified, and the certifier sees each that is missing or too many."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigilc.crash import InternalError
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.interp import interpret
from sigilc.ir.ops import Value
from sigilc.ir.types import BOOL, I64, STR, UNIT, USIZE, IrAddr, IrArray, IrOption, IrTuple, IrType
from sigilc.ir.verify import verify
from sigilc.passes.check_refcounts import check_refcounts
from sigilc.passes.insert_refcounts import insert_refcounts
from sigilc.passes.manager import certify, run_passes
from sigilc.passes.simplify_cfg import simplify_cfg
from tests.support.ir_mutations import wrong_counts

TEXTS, MAYBE, PAIR = IrArray(STR), IrOption(STR), IrTuple((STR, I64))
COUNTED: list[IrType] = [STR, TEXTS, MAYBE, PAIR]
PARAMS: list[IrType] = [*COUNTED, I64, USIZE, BOOL, IrAddr(STR), IrAddr(TEXTS), IrAddr(PAIR)]
SEEDS = st.integers(0, 2**32)


class RandomFunction:
    """Writes a function by random steps. `known` are the values that dominate the current position.

    With `has_views` there are views, used without regard to writes, and unchecked accesses: fit to be counted, not run.
    """

    def __init__(self, choice: random.Random, has_views: bool, callee: IrFunction | None):
        self.choice = choice
        self.callee = callee
        name = "f" if callee is None else callee.name + "f"
        self.function = IrFunction(name, [Value(type_) for type_ in PARAMS], choice.choice(COUNTED))
        self.b = FunctionBuilder(self.function)
        self.known: list[Value] = list(self.function.params)
        self.budget = choice.randint(3, 25)
        self.steps: list[Callable[[], Value | None]] = [
            lambda: self.b.const_text("t"),
            lambda: self.b.call_runtime("str_to_upper", [self.any(STR)]),
            lambda: self.b.call_runtime("print", [self.any(STR)]),
            lambda: self.b.make_array(STR, [self.any(STR) for _ in range(self.choice.randint(0, 3))]),
            lambda: self.b.array_get(self.any(TEXTS), self.any(USIZE), checked=not has_views),
            lambda: self.b.slice(self.any(TEXTS), self.any(USIZE), self.any(USIZE)),
            lambda: self.b.length(self.any(self.choice.choice([STR, TEXTS]))),
            lambda: self.b.make_some(self.any(STR), MAYBE),
            lambda: self.b.unwrap(self.any(MAYBE)),
            lambda: self.b.is_some(self.any(MAYBE)),
            lambda: self.b.make_tuple([self.any(STR), self.any(I64)]),
            lambda: self.b.get_field(self.any(PAIR), self.choice.randint(0, 1)),
            lambda: self.b.int_binary("add", self.any(I64), self.any(I64), checked=True),
            lambda: self.b.slot(self.any(self.choice.choice([*COUNTED, I64]))),
            lambda: self.b.load(self.any_address()),
            lambda: (self.b.peek if has_views else self.b.load)(self.any_address()),
            self._store,
            lambda: self.b.field_addr(self.any(IrAddr(PAIR)), self.choice.randint(0, 1)),
            self._element,
            lambda: self.b.array_push(self.any(IrAddr(TEXTS)), self.any(STR)),
            self._pop,
            lambda: self.b.compare("lt", self.any(I64), self.any(I64)),
            self._call,
        ]

    def any(self, type_: IrType) -> Value:
        """Some known value of a type; recent ones more often."""
        fitting = [value for value in self.known if value.type == type_]
        return fitting[-1] if self.choice.random() < 0.3 else self.choice.choice(fitting)

    def any_address(self) -> Value:
        return self.choice.choice([value for value in self.known if isinstance(value.type, IrAddr)])

    def _call(self) -> Value | None:
        """Of the function written before; a parameter is never passed as two in-out arguments."""
        if self.callee is None:
            return None
        args = [self.b.slot(self.any(t.target)) if isinstance(t, IrAddr) else self.any(t) for t in PARAMS]
        return self.b.call(self.callee.name, args, self.callee.result)

    def _pop(self) -> Value:
        address = self.any(IrAddr(TEXTS))
        self.b.array_push(address, self.any(STR))
        return self.b.array_pop(address)

    def _element(self) -> Value:
        return self.b.load(self.b.element_addr(self.any(IrAddr(TEXTS)), self.any(USIZE)))

    def _store(self) -> None:
        address = self.choice.choice([v for v in self.known if v.type in (IrAddr(STR), IrAddr(PAIR), IrAddr(TEXTS))])
        assert isinstance(address.type, IrAddr)
        self.b.store(address, self.any(address.type.target))

    def write(self) -> IrFunction:
        self.b.position_at(self.b.new_block("entry"))
        self._sequence(3)
        if not self.b.is_terminated:
            self.b.return_(self.any(self.function.result))
        return self.function

    def _sequence(self, depth: int) -> None:
        """Steps until the budget is used or the path ends; what is defined inside is forgotten by the caller."""
        for _ in range(self.choice.randint(0, 8)):
            if self.budget <= 0 or self.b.is_terminated:
                return
            self.budget -= 1
            kind = self.choice.random()
            if kind < 0.80 or depth == 0:
                result = self.choice.choice(self.steps)()
                if result is not None:
                    self.known.append(result)
            elif kind < 0.90:
                self._choice(depth - 1)
            else:
                self._loop(depth - 1)
        if self.b.is_terminated:
            return
        ending = self.choice.random()
        if ending < 0.1:
            self.b.panic(self.any(STR))
        elif ending < 0.2:
            self.b.return_(self.any(self.function.result))

    def _choice(self, depth: int) -> None:
        """`if` or `switch`, whose sides pass values to the block behind."""
        types = self.choice.choices(COUNTED, k=self.choice.randint(0, 2))
        sides = [self.b.new_block("side") for _ in range(self.choice.randint(2, 3))]
        if len(sides) == 2:
            self.b.cond_branch(self.any(BOOL), sides[0], sides[1])
        else:
            self.b.switch(self.any(I64), list(enumerate(sides[1:])), sides[0])
        behind = self.b.new_block("behind", types)
        before = list(self.known)
        is_reached = False
        for side in sides:
            self.known = list(before)
            self.b.position_at(side)
            self._sequence(depth)
            if not self.b.is_terminated:
                is_reached = True
                self.b.branch(behind, [self.any(type_) for type_ in types])
        self.known = [*before, *behind.params]
        self.b.position_at(behind)
        if not is_reached:
            self.b.unreachable()

    def _loop(self, depth: int) -> None:
        """Two rounds that carry values, may be left in the middle, and pass others out."""
        carried = self.choice.choices(COUNTED, k=self.choice.randint(0, 2))
        passed = self.choice.choices(COUNTED, k=self.choice.randint(0, 1))
        head, out = self.b.new_block("head", [I64, *carried]), self.b.new_block("out", passed)
        body, leave = self.b.new_block("body"), self.b.new_block("leave")
        before = list(self.known)
        self.b.branch(head, [self.b.const_int(I64, 0), *(self.any(type_) for type_ in carried)])
        self.known += head.params
        self.b.position_at(head)
        self.b.cond_branch(self.b.compare("lt", head.params[0], self.b.const_int(I64, 2)), body, leave)
        self.b.position_at(leave)
        self.b.branch(out, [self.any(type_) for type_ in passed])
        self.b.position_at(body)
        self._sequence(depth)
        if not self.b.is_terminated:
            if self.choice.random() < 0.2:
                self.b.branch(out, [self.any(type_) for type_ in passed])
            else:
                next_round = self.b.int_binary("add", head.params[0], self.b.const_int(I64, 1))
                self.b.branch(head, [next_round, *(self.any(type_) for type_ in carried)])
        self.known = [*before, *out.params]
        self.b.position_at(out)


def random_module(seed: int, has_views: bool) -> Module:
    """Functions `f`, `ff`, … each of which may call the one before."""
    module = Module()
    choice = random.Random(seed)
    function: IrFunction | None = None
    for _ in range(choice.randint(1, 3)):
        function = RandomFunction(choice, has_views, function).write()
        module.functions[function.name] = function
    verify(module)
    return module


@settings(max_examples=200, deadline=None)
@given(SEEDS)
def test_inserted_counts_are_certified(seed: int) -> None:
    module = random_module(seed, has_views=True)
    insert_refcounts(module)
    verify(module)
    check_refcounts(module)


@settings(max_examples=100, deadline=None)
@given(SEEDS, st.integers(0, 3))
def test_every_pass_keeps_the_module_valid(seed: int, level: int) -> None:
    module = random_module(seed, has_views=False)
    certify("", module)
    run_passes(module, level, certify)


def add_main(module: Module) -> None:
    """A `main` that calls the last function with some arguments and prints what can be printed."""
    called = list(module.functions.values())[-1]
    main = module.functions["main"] = IrFunction("main", [], UNIT)
    module.main = "main"
    b = FunctionBuilder(main)
    b.position_at(b.new_block("entry"))
    text, number = b.const_text("Text"), b.const_int(I64, 1)
    by_type: dict[IrType, Value] = {
        STR: text, TEXTS: b.make_array(STR, [text, b.const_text("b")]), MAYBE: b.make_some(text, MAYBE),
        PAIR: b.make_tuple([text, number]), I64: number, USIZE: b.const_usize(1), BOOL: b.const_bool(True)}
    args = [b.slot(by_type[t.target]) if isinstance(t, IrAddr) else by_type[t] for t in PARAMS]
    result = b.call(called.name, args, called.result)
    shown = [b.load(args[PARAMS.index(IrAddr(STR))]), b.get_field(b.load(args[PARAMS.index(IrAddr(PAIR))]), 0)]
    shown += [result] if result.type == STR else [b.get_field(result, 0)] if result.type == PAIR else []
    for value in shown:
        b.call_runtime("print", [value])
    b.return_(b.unit())


@settings(max_examples=100, deadline=None)
@given(SEEDS, st.integers(0, 3))
def test_passes_keep_the_behaviour(seed: int, level: int) -> None:
    module = random_module(seed, has_views=False)
    add_main(module)
    before = interpret(module, max_steps=20_000)
    run_passes(module, level)
    assert interpret(module, max_steps=20_000) == before


def expect_noticed(module: Module) -> None:
    """Each wrong count in a right module is a fault for the certifier."""
    check_refcounts(module)
    for function in module.functions.values():
        for mistake in wrong_counts(function):
            with pytest.raises(InternalError, match="reference counts of f"):
                check_refcounts(module)
                pytest.fail(mistake)
    check_refcounts(module)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_wrong_counts_are_noticed(seed: int) -> None:
    module = random_module(seed, has_views=True)
    simplify_cfg(module)        # nothing is checked in blocks that no path reaches
    insert_refcounts(module)
    expect_noticed(module)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(0, 3))
def test_wrong_counts_are_noticed_behind_the_last_pass(seed: int, level: int) -> None:
    module = random_module(seed, has_views=False)
    run_passes(module, level)
    expect_noticed(module)
