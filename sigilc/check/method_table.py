"""The methods of one type by name; one of the library's is declared when something first asks for it.

The library has more than a thousand methods, of which most programs call a few: resolving all signatures would be a third
of the check of a small program.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator

from sigilc.check.typed_declarations import Function
from sigilc.crash import InternalError
from sigilc.source.files import SourceFile


class MethodTable:
    """A dictionary of functions, of which some are not made yet."""

    def __init__(self) -> None:
        self._known: dict[str, Function] = {}
        self._later: dict[str, tuple[SourceFile, Callable[[], Function]]] = {}

    def get(self, name: str) -> Function | None:
        """The method of a name."""
        later = self._later.pop(name, None)
        if later is not None:
            self._known[name] = later[1]()
        return self._known.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self._known or name in self._later

    def __iter__(self) -> Iterator[str]:
        return iter([*self._known, *self._later])

    def items(self) -> ItemsView[str, Function]:
        """All methods, made now."""
        for name in list(self._later):
            self.get(name)
        return self._known.items()

    def file_of(self, name: str) -> SourceFile | None:
        """The file that declares the method of a name; None where there is none."""
        if name in self._later:
            return self._later[name][0]
        return self._known[name].span.file if name in self._known else None

    def put(self, name: str, function: Function) -> None:
        """Adds a method, in place of what had its name."""
        self._later.pop(name, None)
        self._known[name] = function

    def put_later(self, name: str, file: SourceFile, make: Callable[[], Function]) -> None:
        """Adds a method that `make` declares, which must not fail."""
        if self.file_of(name) is file:
            raise InternalError(f"the library declares the method `{name}` of a type twice in {file.path}")
        self._known.pop(name, None)
        self._later[name] = file, make


EMPTY = MethodTable()
