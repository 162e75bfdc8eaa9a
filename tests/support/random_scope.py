"""What the writers of random programs share: chance, names, the variables in scope, closures."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from tests.support.random_kinds import (
    Kind,
    World,
)


@dataclass(frozen=True)
class Variable:
    """`name` is a place's text, such as `v3` or `self.total`."""

    name: str
    kind: Kind
    is_mutable: bool = False


class ScopeWriter(ABC):
    """Keeps the variables in scope; `left` bounds how much is written."""

    def __init__(self, world: World, prefix: str):
        self.world = world
        self.prefix = prefix
        self.frames: list[list[Variable]] = [[]]
        self.counter = 0
        self.left = 150
        self.closures = 0       # that what is written now is inside of
        self.can_try = False    # in a function that returns an option

    @property
    def rng(self) -> Random:
        """The world's, which is another one for each program."""
        return self.world.rng

    def fresh(self, prefix: str = "v") -> str:
        """A new name."""
        self.counter += 1
        return f"{prefix}{self.counter}"

    def chance(self, share: float) -> bool:
        """True with a probability."""
        return self.rng.random() < share

    def choose(self, *makers: Callable[[], str]) -> str:
        """One of several ways to write something."""
        return self.rng.choice(makers)()

    def variables(self) -> list[Variable]:
        """All in scope."""
        return [variable for frame in self.frames for variable in frame]

    def names(self, kind: Kind, is_mutable: bool = False) -> list[str]:
        """The variables of a type."""
        return [v.name for v in self.variables() if v.kind == kind and (v.is_mutable or not is_mutable)]

    @contextmanager
    def scope(self, *variables: Variable) -> Iterator[None]:
        """Variables that are gone behind the block."""
        self.frames.append(list(variables))
        yield
        self.frames.pop()

    @contextmanager
    def closure(self, *variables: Variable) -> Iterator[None]:
        """The same for the body of a closure or stage, in which nothing is left by `?`."""
        self.closures += 1
        with self.scope(*variables):
            yield
        self.closures -= 1

    @abstractmethod
    def expr(self, kind: Kind, depth: int) -> str:
        """An expression of a type, fit to be an operand."""

    def typed(self, kind: Kind, text: str) -> str:
        """The same where nothing else says the type."""
        name = self.fresh("t")
        return f"({{ let {name}: {kind} = {text}; {name} }})"

    @contextmanager
    def frozen(self, place: str) -> Iterator[None]:
        """The variable of a place, and what is part of it, may only be read: it is being matched."""
        root = re.split(r"[.\[]", place)[0]
        before = self.frames
        self.frames = [[Variable(v.name, v.kind, v.is_mutable and v.name.split(".")[0] != root) for v in frame]
                       for frame in before]
        yield
        self.frames = before

    def effect(self) -> str:
        """A statement that changes a variable; empty where there is none to change."""
        return ""

    def lambda_of(self, kind: Kind, d: int) -> str:
        """A closure, which changes nothing around it; what it captures of an actor would count as reported."""
        params = [Variable(self.fresh("c"), part) for part in kind.args[:-1]]
        before = self.frames
        self.frames = [[Variable(v.name, v.kind) for v in frame if not v.name.startswith("self.")] for frame in before]
        with self.closure(*params):
            text = f"|{', '.join(f'{v.name}: {v.kind}' for v in params)}| {self.expr(kind.args[-1], d)}"
        self.frames = before
        return text

    def body(self, item: Kind, result: Kind, d: int) -> str:
        """A stage's body over elements of a type, with its braces."""
        name = self.fresh("x")
        with self.closure(Variable(name, item)):
            text = self.expr(result, d)
            if self.chance(0.15) and (effect := self.effect()):
                return f"{{{name} => {{ {effect}; {text} }}}}"
        if item.head in ("()",) and self.chance(0.4):
            parts = [Variable(self.fresh("y"), part) for part in item.args]
            with self.closure(*parts):
                return f"{{({', '.join(v.name for v in parts)}) => {self.expr(result, d)}}}"
        return f"{{{name} => {text}}}"
