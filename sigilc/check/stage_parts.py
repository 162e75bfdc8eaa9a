"""Takes a stage's tree apart: its word, what follows the word, its body; and what a body's tree refers to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sigilc.syntax import ast

HOLES = ("_", "_1", "_2")


@dataclass(eq=False, slots=True)
class StageParts:
    """A stage. `word` is empty for `|{…}`, `|.method` and `|match`; morphemes have their ASCII word (`map`)."""

    node: Any
    word: str = ""
    shown: str = ""     # the word as it is written
    path: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    type_args: list[Any] | None = None
    arguments: list[Any] | None = None
    body: Any = None
    operator: str = ""
    operand: Any = None


def parts_of(stage: Any) -> StageParts:
    """The parts of a stage's tree."""
    parts = StageParts(stage)
    if isinstance(stage, ast.Stage | ast.CallStage | ast.BodyStage | ast.SectionStage):
        name = stage.name
        while not isinstance(name, ast.StageName):
            if isinstance(name, ast.StageKey):
                parts.keys.insert(0, name.key)
            elif isinstance(name, ast.StagePath):
                parts.path.insert(0, name.name)
            else:
                parts.type_args = name.arguments
            name = name.base
        parts.word = name.word
    parts.arguments = getattr(stage, "arguments", None)
    parts.body = getattr(stage, "body", None)
    parts.operator = getattr(stage, "operator", "")
    parts.operand = getattr(stage, "operand", None)
    return parts


def only_expression(body: Any) -> Any:
    """The single expression of a stage body without parameters, or None."""
    if isinstance(body, ast.StageBody) and isinstance(body.block, ast.Block) and len(body.block.statements) == 1:
        return without_parentheses(body.block.statements[0])
    return None


def without_parentheses(node: Any) -> Any:
    """What stands in parentheses."""
    while isinstance(node, ast.Paren):
        node = node.value
    return node


def holes_in(node: Any) -> set[str]:
    """The holes that a tree uses, not those of stage bodies inside it."""
    found: set[str] = set()
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack += part
        elif isinstance(part, ast.Path):
            if part.name in HOLES:
                found.add(part.name)
        elif isinstance(part, ast.StageBody | ast.StageClosure):
            if part is node:
                stack += [part.block, part.start_value]
        elif isinstance(part, ast.CallStage):
            continue        # `_` among a stage's arguments is the piped value's place there
        elif isinstance(part, ast.Node):
            stack += [getattr(part, f) for f in part.field_names]
    return found


def has_implicit_field(node: Any) -> bool:
    """Whether a tree begins somewhere with `.field`, which stands for `_.field`; not in stage bodies inside it."""
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack += part
        elif isinstance(part, ast.ImplicitAccess):
            return True
        elif isinstance(part, ast.StageBody | ast.StageClosure) and part is not node:
            continue
        elif isinstance(part, ast.Node):
            stack += [getattr(part, f) for f in part.field_names]
    return False
