"""The methods of one kind of type by name; one of the library's is declared when something first asks for it.

The library has more than a thousand methods, of which most programs call a few: resolving all signatures would be a third
of the check of a small program. It has one method of a name for all types of a kind; a program may have several, for types
that no value can have at once, as `[i64]` and `[str]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sigilc.check.typed_declarations import Function
from sigilc.check.types import FixedType, PointerType, PrimType, RangeType, Type
from sigilc.crash import InternalError
from sigilc.resolve.symbols import Module
from sigilc.source.files import SourceFile


def head_of(type_: Type) -> object:
    """The key under which a type's methods are kept: its declaration, or the kind of built-in type."""
    decl = getattr(type_, "decl", None)
    if decl is not None:
        return decl
    if isinstance(type_, PointerType):
        return "*mut" if type_.is_mutable else "*"
    if isinstance(type_, FixedType):
        return (FixedType, type_.count)
    if isinstance(type_, RangeType):
        return (RangeType, type_.inclusive)
    return type_.name if isinstance(type_, PrimType) else type(type_)


@dataclass(frozen=True, slots=True)
class UserMethod:
    """A method that the program declares, and the module of its `impl`."""

    function: Function
    module: Module


class MethodTable:
    """Functions by name, of which some of the library's are not made yet."""

    def __init__(self) -> None:
        self._users: dict[str, list[UserMethod]] = {}
        self._known: dict[str, Function] = {}
        self._later: dict[str, tuple[SourceFile, Callable[[], Function]]] = {}

    def library(self, name: str) -> Function | None:
        """The library's method of a name."""
        later = self._later.pop(name, None)
        if later is not None:
            self._known[name] = later[1]()
        return self._known.get(name)

    def users(self, name: str) -> list[UserMethod]:
        """The program's methods of a name, each for other types or for other modules."""
        return self._users.get(name, [])

    def all(self, name: str) -> list[Function]:
        """All methods of a name."""
        library = self.library(name)
        return [each.function for each in self.users(name)] + ([library] if library is not None else [])

    def __contains__(self, name: str) -> bool:
        return name in self._users or name in self._known or name in self._later

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._users, *self._known, *self._later]))

    def add(self, name: str, method: UserMethod) -> None:
        """Adds a method of the program."""
        self._users.setdefault(name, []).append(method)

    def put_later(self, name: str, file: SourceFile, make: Callable[[], Function]) -> None:
        """Adds a method of the library that `make` declares, which must not fail."""
        before = self._later[name][0] if name in self._later else self._known[name].span.file if name in self._known else None
        if before is file:
            raise InternalError(f"the library declares the method `{name}` of a type twice in {file.path}")
        self._known.pop(name, None)
        self._later[name] = file, make


EMPTY = MethodTable()
