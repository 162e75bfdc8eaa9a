"""Classes of plain data, as `dataclasses` makes them, for trees and types that have very many.

A slotted dataclass takes half a millisecond when its module is imported, and importing `dataclasses` itself ten; three
hundred of them would be more than half of a small compilation. These take a fifth, for they have no order, no own text
form, and nothing that keeps the fields of a `value` from being changed (the type checker does).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform, overload

if TYPE_CHECKING:
    from dataclasses import Field

T = TypeVar("T")
_MISSING: Any = object()


class _Default:
    """What `field` says of a field: its default or what makes it, and whether comparisons look at it."""

    __slots__ = ("is_compared", "make", "value")

    def __init__(self, value: Any, make: Callable[[], Any] | None, is_compared: bool):
        self.value = value
        self.make = make
        self.is_compared = is_compared


@overload
def field(*, default_factory: Callable[[], T], compare: bool = True) -> T: ...
@overload
def field(*, default: T, compare: bool = True) -> T: ...
@overload
def field(*, compare: bool = True) -> Any: ...
def field(*, default: Any = _MISSING, default_factory: Callable[[], Any] | None = None, compare: bool = True) -> Any:
    """A field's default, or what makes one for each object; without `compare` a value is equal whatever it holds there."""
    return _Default(default, default_factory, compare)


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """Slots, and a constructor that takes the fields in order; compared by identity."""
    return _make(cls, is_keyword_only=False, is_value=False)


@dataclass_transform(eq_default=False, kw_only_default=True, field_specifiers=(field,))
def keyword_record(cls: type[T]) -> type[T]:
    """A record whose constructor takes the fields by name."""
    return _make(cls, is_keyword_only=True, is_value=False)


@dataclass_transform(eq_default=True, frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """A record that never changes, and is compared and hashed by what it holds."""
    return _make(cls, is_keyword_only=False, is_value=True)


@dataclass_transform(eq_default=True, frozen_default=True, field_specifiers=(field,))
def interned(cls: type[T]) -> type[T]:
    """A value of which there is one object for each content, so that comparing and hashing look at no field."""
    return _make(cls, is_keyword_only=False, is_value=True, is_interned=True)


class _Parameters:
    """What a dataclass asks a base for."""

    def __init__(self, frozen: bool):
        self.frozen = frozen


class _Description:
    """What `dataclasses.fields` asks a class for, made when it does."""

    def __get__(self, instance: object, cls: type) -> dict[str, Field[Any]]:
        import dataclasses

        found = {}
        for name, hint in cls.__record_fields__.items():   # type: ignore[attr-defined]
            described: Any = dataclasses.field()
            described.name, described.type = name, hint
            described._field_type = dataclasses._FIELD     # type: ignore[attr-defined]
            found[name] = described
        if "__record_fields__" in cls.__dict__:
            cls.__dataclass_fields__ = found    # type: ignore[attr-defined]
        return found


def _make(cls: type[T], is_keyword_only: bool, is_value: bool, is_interned: bool = False) -> type[T]:
    """The class again, with slots and methods. A subclass begins with the fields of its base."""
    own = {name: hint for name, hint in vars(cls).get("__annotations__", {}).items()
           if not hint.startswith("ClassVar")}
    fields: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    for base in reversed(cls.__mro__[1:]):
        fields.update(base.__dict__.get("__record_fields__", {}))
        defaults.update(base.__dict__.get("__record_defaults__", {}))
    scope = dict(cls.__dict__)
    inherited = set(fields)
    for name, hint in own.items():
        fields[name] = hint
        default = scope.pop(name, _MISSING)
        defaults[name] = default if isinstance(default, _Default) else _Default(default, None, True)
    for unwanted in ("__dict__", "__weakref__"):
        scope.pop(unwanted, None)
    scope.update(__slots__=tuple(name for name in own if name not in inherited), __record_fields__=fields,
                 __record_defaults__=defaults, __dataclass_fields__=_Description(),
                 __dataclass_params__=_Parameters(is_value))
    if not is_keyword_only:
        scope["__match_args__"] = tuple(fields)
    if is_interned:
        source = [_interning_constructor(defaults)]
    else:
        source = [_constructor(defaults, is_keyword_only)]
        if is_value:
            source += _comparison([name for name in fields if defaults[name].is_compared], scope)
    names = {f"_{name}": default.make or default.value for name, default in defaults.items()}
    exec("\n".join(source), {"_missing": _MISSING, "_known": {}, "_new": object.__new__, **names}, scope)
    scope.setdefault("__repr__", _text)
    scope["__qualname__"] = cls.__qualname__
    return type.__new__(type(cls), cls.__name__, cls.__bases__, scope)


def _constructor(defaults: dict[str, _Default], is_keyword_only: bool) -> str:
    """`__init__`. A default is a global of it, `_name`; so is what makes one."""
    params, stores = [], []
    for name, default in defaults.items():
        has_default = default.value is not _MISSING or default.make is not None
        given = name
        if default.make is not None:
            given = f"_{name}() if {name} is _missing else {name}"
        params.append(f"{name}={'_missing' if default.make is not None else f'_{name}'}" if has_default else name)
        stores.append(f" self.{name} = {given}")
    star = "*, " if is_keyword_only else ""
    return "\n".join([f"def __init__(self, {star}{', '.join(params)}):", *(stores or [" pass"])])


def _interning_constructor(defaults: dict[str, _Default]) -> str:
    """`__new__`, which looks for the object among those that there are."""
    params = ", ".join(name if default.value is _MISSING else f"{name}=_{name}" for name, default in defaults.items())
    key = "".join(f"{name}, " for name in defaults)
    stores = "".join(f"  self.{name} = {name}\n" for name in defaults)
    return (f"def __new__(cls, {params}):\n self = _known.get(({key}))\n if self is None:\n"
            f"  self = _known[{key}] = _new(cls)\n{stores} return self")


def _comparison(names: list[str], scope: dict[str, Any]) -> list[str]:
    """`__eq__` and `__hash__`, unless the class has its own."""
    own = "".join(f"self.{name}, " for name in names)
    others = "".join(f"other.{name}, " for name in names)
    equal = ("def __eq__(self, other):\n if self.__class__ is not other.__class__: return NotImplemented\n"
             f" return ({own}) == ({others})")
    hashed = f"def __hash__(self): return hash(({own}))"
    return [text for name, text in (("__eq__", equal), ("__hash__", hashed)) if name not in scope]


def _text(self: Any) -> str:
    """`Name(field=…)`."""
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__record_fields__ if hasattr(self, name))
    return f"{type(self).__qualname__}({shown})"
