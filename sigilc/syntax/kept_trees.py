"""Trees of files that were parsed before, in the user's cache.

A kept file is a digest and a pickle of the tree, in which each function's body is a pickle of its own: what nothing asks
for, most of the standard library, is never built (see `ast_items.BodyField`). Trees with errors are not kept.
"""

from __future__ import annotations

import io
import pickle

from sigilc.cache import keep_checked, kept_path, read_checked
from sigilc.syntax import ast
from sigilc.syntax.ast_items import KeptBody

FOLDER = "trees"
# The least recently used go first.
MAX_TREES = 400
# Shorter texts are parsed in about the time in which a file is found and read.
MIN_LENGTH = 2000


def kept_tree(text: str) -> ast.Block | None:
    """The tree of a text that this very compiler has parsed before, without errors."""
    if len(text) < MIN_LENGTH:
        return None
    payload = read_checked(kept_path(FOLDER, text))
    tree: ast.Block | None = pickle.loads(payload) if payload is not None else None
    return tree


def keep_tree(text: str, tree: ast.Block) -> None:
    """Keeps the tree of a text without errors; a cache that can't be written is no error."""
    if len(text) < MIN_LENGTH:
        return
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {ast.Fn: _fold_body}
    pickler.dump(tree)
    keep_checked(kept_path(FOLDER, text), buffer.getvalue(), MAX_TREES)


def _fold_body(function: ast.Fn) -> tuple[type, tuple[object, ...]]:
    """What makes a function again, with its body folded up."""
    body = KeptBody(pickle.dumps(function.body, pickle.HIGHEST_PROTOCOL))
    return ast.Fn, (function.start, function.end, function.signature, body)
