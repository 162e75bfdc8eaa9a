"""Masks: of which parts of a value an evidence op speaks.

    x~  x!  x‽      the whole value, at any depth
    -               nothing of it
    o(M)            the payload of an uncertain value
    a(M)            the elements of an array; with a mark of its own, `a!(M)`, also its length
    m(M,M)          keys and values of a map; a set has keys alone: `m(M)`; `m!(M,M)` likewise
    t(M,…)          the slots of a tuple
"""

from __future__ import annotations

from dataclasses import dataclass

from sigilc.crash import InternalError


@dataclass(frozen=True, slots=True)
class Mask:
    """`kind` is the letter, `mark` that of an `x`, or of a collection's own."""

    kind: str
    mark: str = ""
    parts: tuple[Mask, ...] = ()

    def __str__(self) -> str:
        return self.kind + self.mark + (f"({','.join(map(str, self.parts))})" if self.parts else "")

    @property
    def is_empty(self) -> bool:
        """Whether it speaks of nothing."""
        return not self.mark and all(part.is_empty for part in self.parts)


NOTHING = Mask("-")


def parse_mask(text: str) -> Mask:
    """The mask that a text stands for. Raises InternalError where it is none."""
    mask, end = _parse(text, 0)
    if end != len(text):
        raise InternalError(f"no mask: {text}")
    return mask


def _parse(text: str, at: int) -> tuple[Mask, int]:
    kind = text[at:at + 1]
    if kind == "-":
        return NOTHING, at + 1
    if kind == "x":
        return Mask("x", text[at + 1:at + 2]), at + 2
    at += 1
    mark = text[at:at + 1] if kind in ("a", "m") and text[at:at + 1] != "(" else ""
    at += len(mark)
    if kind not in ("o", "a", "m", "t") or text[at:at + 1] != "(":
        raise InternalError(f"no mask: {text}")
    parts: list[Mask] = []
    while text[at:at + 1] in ("(", ","):
        part, at = _parse(text, at + 1)
        parts.append(part)
    return Mask(kind, mark, tuple(parts)), at + 1
