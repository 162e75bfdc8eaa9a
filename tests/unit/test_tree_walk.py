"""The walk over the typed tree misses nothing: the fields are chosen by their declared types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from sigilc.check import typed as t
from sigilc.check.tree_walk import children, nodes_of
from sigilc.driver import compile_file, render_text
from sigilc.options import Options
from tests.support.run_cases import run_cases

NODES = (t.Expr, t.Pattern, t.Arm, t.Stage, t.Sink, t.FormatSpec)
CASES = [case.program for case in run_cases() if case.name.split("/")[0] in ("actors", "patterns", "pipelines", "text", "basics")]


def nodes_in(part: Any) -> Iterator[Any]:
    """The nodes that a field's value is made of."""
    if isinstance(part, NODES):
        yield part
    elif isinstance(part, list | tuple):
        for item in part:
            yield from nodes_in(item)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_nothing_is_left_out(path: Any) -> None:
    """Of all fields of all nodes of a program, in order."""
    compiled = compile_file(str(path), Options(), stop_after="check")
    assert compiled.program is not None, render_text(compiled, use_color=False)
    for function in compiled.program.functions:
        for node in nodes_of(function.body):
            assert children(node) == [part for each in fields(node) for part in nodes_in(getattr(node, each.name))]
