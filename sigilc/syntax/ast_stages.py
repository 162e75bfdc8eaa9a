"""The nodes of the stages of a pipeline."""

from __future__ import annotations

import typing

from sigilc.syntax.ast_base import Expr, Node, Type

if typing.TYPE_CHECKING:
    from sigilc.syntax.ast_expressions import Arm, ClosureParameter
    from sigilc.syntax.ast_items import AnyBlock

StageHead: typing.TypeAlias = "StageName | StagePath | StageTurbofish | StageKey"


class Stage(Node):
    """`|name`"""

    name: StageHead


class CallStage(Node):
    """`|name(arguments)`"""

    name: StageHead
    arguments: list[Expr]


class BodyStage(Node):
    """`|name{ … }`"""

    name: StageHead
    body: StageBody | StageClosure


class SectionStage(Node):
    """`|τ*2`, `|ρ+`"""

    name: StageHead
    operator: str
    operand: Expr | None


class ExpressionStage(Node):
    """`|{ … }`"""

    body: StageBody | StageClosure


class MethodStage(Node):
    """`|.name(arguments)`; `arguments` is None without parentheses."""

    name: str
    arguments: list[Expr] | None


class FieldStage(Node):
    """`|.0`"""

    name: str


class MatchStage(Node):
    """`|match { … }`"""

    arms: list[Arm]


class StageName(Node):
    """The word a name begins with; morphemes have their ASCII word (`map`)."""

    word: str


class StagePath(Node):
    """`base·name`"""

    base: StageHead
    name: str


class StageTurbofish(Node):
    """`base·<arguments>`"""

    base: StageHead
    arguments: list[Type]


class StageKey(Node):
    """`base.key`"""

    base: StageHead
    key: str


class StageBody(Node):
    """`{ block, start_value }`"""

    block: AnyBlock
    start_value: Expr | None


class StageClosure(Node):
    """`{ parameters => block, start_value }`"""

    parameters: list[ClosureParameter]
    block: AnyBlock
    start_value: Expr | None


class OperatorArgument(Node):
    """`+` in `ρ(+, 0)`"""

    operator: str
