"""The state of the analysis of one body: the graph, which tree each local has at this point, and how branches join.

Locals are renamed: `env` maps a variable to the tree of what it holds now. Changes are recorded on a trail, so that a
branch costs what it changes and not what is in scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sigilc.check.evidence.graph import ASSERTED_LEVEL, KNOWN, REPORTED_LEVEL, Graph, Reason, Step
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.summaries import Summary
from sigilc.check.evidence.trees import (
    Tree,
    all_labels,
    flow_tree,
    fresh_tree,
    known_tree,
    merge_trees,
)
from sigilc.check.evidence.trees import join_labels as join_in_graph
from sigilc.check.typed import Expr, Function, LoopLabel, StructDecl, Variable
from sigilc.check.types import (
    FAULT,
    NEVER,
    UNIT,
    EnumType,
    Marks,
    PrimType,
    StructType,
    Type,
    substitute,
)
from sigilc.crash import InternalError
from sigilc.source.spans import Span

Accept = Callable[[Tree, Expr], None]
Evaluator = Callable[["Flow", Any], Tree]

EVALUATORS: dict[type, Evaluator] = {}
"""How each kind of expression is analysed; the modules of this package register theirs."""


@dataclass(slots=True)
class Program:
    """What all bodies share.

    `reported_filters` has by function the `φ` without a mark that choose among reported data, for the audit.
    """

    summary_of: Callable[[Function], Summary]
    actor_states: set[StructDecl]
    handlers: set[Function]
    inner_levels: dict[Type, int] = field(default_factory=dict)
    reported_filters: dict[Function, list[object]] = field(default_factory=dict)


@dataclass(slots=True)
class LoopFrame:
    """A loop that is being analysed: its variables, their trees at its head, and what `break` leaves."""

    variables: list[Variable]
    heads: list[Tree]
    breaks: list[list[Tree]] = field(default_factory=list)
    values: list[Tree] = field(default_factory=list)


class Flow:
    """One body under analysis; closures inside it share the object."""

    __slots__ = ("aliases", "chosen", "dead", "env", "exits", "fault_exits", "filters", "function", "give_result", "graph",
                 "idle_predicates", "loops", "mutable", "program", "trail", "variable_marks")

    def __init__(self, program: Program, function: Function, graph: Graph, give_result: Accept):
        self.program = program
        self.function = function
        self.graph = graph
        self.env: dict[Variable, Tree] = {}
        self.trail: list[tuple[Variable, Tree | None]] = []
        self.mutable: list[Variable] = []
        self.variable_marks: dict[Variable, Marks] = {}
        self.aliases: dict[Variable, Expr] = {}
        self.chosen: dict[Expr, Tree] = {}      # the indices, keys and bounds of places, which are evaluated once
        self.loops: dict[LoopLabel, LoopFrame] = {}
        self.exits: list[tuple[Variable, Tree]] = []
        self.fault_exits: dict[Variable, Tree] = {}
        self.give_result = give_result
        self.idle_predicates: list[Expr] = []
        self.filters: list[tuple[object, list[int]]] = []
        self.dead = False

    # ---- Expressions

    def eval(self, e: Expr) -> Tree:
        """The tree of an expression's value, at the point where it is evaluated."""
        evaluator = EVALUATORS.get(e.__class__)
        if evaluator is None:
            raise InternalError(f"no evidence rule for {type(e).__name__}", e.span)
        tree = evaluator(self, e)
        if e.type.__class__ is PrimType:
            if is_never(e.type):
                self.dead = True
            elif e.type is UNIT:
                return KNOWN        # whatever it was computed from, it says nothing
        return tree

    def eval_as(self, e: Expr, type_: Type) -> Tree:
        """As `eval`, for where a value of `type_` is expected; what never gives a value fits everywhere."""
        tree = self.eval(e)
        return known_tree(self.graph, type_) if e.type.__class__ is PrimType and is_never(e.type) else tree

    def eval_perhaps(self, e: Expr, type_: Type) -> list[Tree]:
        """As `eval_as`, of what may not be evaluated at all; empty where it never gives a value."""
        trees: list[Tree] = []

        def evaluated() -> Tree:
            tree = self.eval_as(e, type_)
            if not self.dead:
                trees.append(tree)
            return KNOWN

        self.alternatives([evaluated, lambda: KNOWN], UNIT)
        return trees

    # ---- Variables

    def declare(self, variable: Variable, tree: Tree) -> None:
        """Binds a new variable."""
        self.env[variable] = tree
        if variable.mutable or variable.kind == "inout":
            self.mutable.append(variable)

    def read(self, variable: Variable, span: Span) -> Tree:
        """What a variable holds now."""
        tree = self.env.get(variable)
        if tree is None:
            raise InternalError(f"`{variable.name}` is read before it is bound", span)
        return tree

    def rename(self, variable: Variable, tree: Tree) -> None:
        """From here on the variable holds something else."""
        self.trail.append((variable, self.env.get(variable)))
        self.env[variable] = tree

    def leave_by_exit(self) -> None:
        """The body may end here: in-out parameters keep what they hold."""
        if RULES["result"]:
            for variable, left in self.exits:
                flow_tree(self.graph, self.env[variable], left)

    # ---- Branches and loops

    def alternatives(self, branches: list[Callable[[], Tree]], type_: Type, step: Step | None = None) -> Tree:
        """Analyses branches of which one is taken; the join of the values of those that end."""
        mark = len(self.trail)
        was_dead = self.dead
        trees: list[Tree] = []
        changes: list[dict[Variable, Tree]] = []
        for branch in branches:
            self.dead = was_dead
            tree = branch()
            changed = self.undo(mark)
            if not self.dead:
                trees.append(tree)
                changes.append(changed)
        self.dead = not trees
        self._merge_changes(changes)
        if not trees:
            return known_tree(self.graph, type_)
        if not RULES["branch"]:
            return trees[0]
        return merge_trees(self.graph, trees, step) if len(trees) > 1 else trees[0]

    def changed_since(self, mark: int, variables: Iterable[Variable]) -> dict[Variable, Tree]:
        """What was renamed since the trail had `mark` entries, of these variables."""
        renamed = {variable for variable, _ in self.trail[mark:]}
        return {variable: self.env[variable] for variable in variables if variable in renamed}

    def may_have_changed(self, changes: list[dict[Variable, Tree]]) -> None:
        """Each of these may have happened, or not."""
        if any(changes):
            self._merge_changes([{}, *changes])

    def undo(self, mark: int) -> dict[Variable, Tree]:
        """Takes back what was renamed since the trail had `mark` entries, and gives it."""
        trail, env = self.trail, self.env
        changed = {variable: env[variable] for variable, _ in trail[mark:]}
        while len(trail) > mark:
            variable, old = trail.pop()
            if old is not None:
                env[variable] = old
        return changed

    def _merge_changes(self, changes: list[dict[Variable, Tree]]) -> None:
        if not RULES["branch"]:
            changes = changes[:1]
        for variable in dict.fromkeys(variable for changed in changes for variable in changed):
            trees = [changed.get(variable, self.env[variable]) for changed in changes]
            self.rename(variable, merge_trees(self.graph, trees))

    def enter_loop(self) -> LoopFrame:
        """Gives every variable that the loop may change a tree that its end will flow into."""
        frame = LoopFrame(list(self.mutable), [])
        for variable in frame.variables:
            head = fresh_tree(self.graph, variable.type)
            flow_tree(self.graph, self.env[variable], head)
            frame.heads.append(head)
            self.rename(variable, head)
        return frame

    def repeat_loop(self, frame: LoopFrame) -> None:
        """The end of the body, or `continue`: what variables hold flows to the head."""
        if not self.dead and RULES["loop"]:
            for variable, head in zip(frame.variables, frame.heads, strict=True):
                flow_tree(self.graph, self.env[variable], head)

    def break_loop(self, frame: LoopFrame) -> None:
        """Notes what variables hold at a `break`."""
        if not self.dead:
            frame.breaks.append([self.env[variable] for variable in frame.variables])

    def leave_loop(self, frame: LoopFrame, ends_at_head: bool) -> None:
        """After the loop: what its breaks leave, and its head when it ends there."""
        ways = ([frame.heads] if ends_at_head else []) + (frame.breaks if RULES["loop"] else frame.breaks[:1])
        self.dead = not ways
        if ways:
            for index, variable in enumerate(frame.variables):
                self.rename(variable, merge_trees(self.graph, [way[index] for way in ways]))

    # ---- Labels

    def join(self, rule: str, labels: list[int], step: Step | None = None) -> int:
        """The join of labels that flow by `rule`."""
        return join_in_graph(self.graph, labels, step) if RULES[rule] else KNOWN

    def merge(self, rule: str, trees: list[Tree], type_: Type, step: Step | None = None) -> Tree:
        """The join of trees of one type; known where there is none or the rule is dropped."""
        if not trees or not RULES[rule]:
            return known_tree(self.graph, type_)
        return merge_trees(self.graph, trees, step)

    def via(self, rule: str, tree: Tree, type_: Type) -> Tree:
        """`tree`, as the rule lets it through."""
        return tree if RULES[rule] else known_tree(self.graph, type_)

    def known(self, type_: Type) -> Tree:
        """A tree that is known everywhere."""
        return known_tree(self.graph, type_)

    def collapse(self, tree: Tree, type_: Type, span: Span) -> list[int]:
        """Labels of all that can be read out of a value, fields with a mark of their own included."""
        if isinstance(tree, int) and type_.__class__ is PrimType and type_ != FAULT:
            return [tree]
        labels = all_labels(self.graph, tree)
        level = inner_level(type_, self.program.inner_levels)
        if level:
            labels.append(self.graph.source(level, Reason(span, "a `{}` holds reported data", str(type_))))
        return labels


def is_never(type_: Type) -> bool:
    """True for `!`, the type of what never gives a value."""
    return type_ is NEVER or (isinstance(type_, PrimType) and type_.name == "!")


def inner_level(type_: Type, levels: dict[Type, int]) -> int:
    """The worst that a value of the type holds by declaration alone: `~` fields, at any depth, and faults' texts."""
    known = levels.get(type_)
    if known is not None:
        return known
    level = 0
    pending, seen = [type_], {type_}
    while pending:
        part = pending.pop()
        level = max(level, REPORTED_LEVEL if part == FAULT else 0)
        inner = list(part.parts())
        if isinstance(part, StructType | EnumType):
            decl = part.decl
            args = dict(zip(decl.type_params, part.args, strict=True))
            fields = decl.fields if isinstance(decl, StructDecl) else [f for v in decl.variants for f in v.fields]
            level = max([level, _mark_level(decl.mark), *(marks_level(f.marks) for f in fields if f.marks is not None)])
            inner += [substitute(f.type, args) for f in fields]
        for other in inner:
            if other not in seen:
                seen.add(other)
                pending.append(other)
    levels[type_] = level
    return level


def marks_level(marks: Marks) -> int:
    """The worst level that marks name."""
    return max([_mark_level(marks.own), *(marks_level(part) for part in marks.parts)])


def _mark_level(mark: str) -> int:
    return {"~": REPORTED_LEVEL, "‽": ASSERTED_LEVEL}.get(mark, 0)
