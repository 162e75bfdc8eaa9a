"""Limits the depth of the tree, so that nothing that walks it by recursion can run out of stack."""

from sigilc.syntax import ast
from sigilc.syntax.errors import Problem, tree_too_deep

# A sum of 2,400 terms is as deep as it is long. The driver's stack has room for a dozen calls a level.
MAX_DEPTH = 2500
# No more than this many nodes lie above each other for each character: a short text needs no look.
LEVELS_PER_CHARACTER = 4
SLACK = 16


def limit_depth(tree: ast.Block) -> list[Problem]:
    """Puts Error nodes in place of statements of the file that are too deep; returns what to say about them."""
    problems = []
    for i, statement in enumerate(tree.statements):
        offender = find_too_deep(statement)
        if offender is not None:
            problems.append(tree_too_deep(offender.start, min(offender.end, offender.start + 1), MAX_DEPTH))
            tree.statements[i] = ast.Error(statement.start, statement.end)
    return problems


def find_too_deep(root: ast.Node) -> ast.Node | None:
    """A node MAX_DEPTH levels below `root`, if there is one; without recursion."""
    stack = [(root, 1)]
    while stack:
        node, depth = stack.pop()
        if depth + LEVELS_PER_CHARACTER * (node.end - node.start) + SLACK <= MAX_DEPTH:
            continue
        if depth > MAX_DEPTH:
            return node
        stack += [(child, depth + 1) for child in children_of(node)]
    return None


def children_of(node: ast.Node) -> list[ast.Node]:
    """The nodes directly below a node, in the order of its fields."""
    children: list[ast.Node] = []
    for name in node.field_names:
        value = getattr(node, name)
        if isinstance(value, ast.Node):
            children.append(value)
        elif isinstance(value, list):
            children += [v for v in value if isinstance(v, ast.Node)]
    return children
