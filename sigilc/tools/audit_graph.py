"""How evidence flows through a program, as a graph: sources, functions, validations, and where data must be known.

An edge from one function to another is a result that the callee brings in reported, or a call that passes on what it is
given; colours are those of the trust that travels there.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

from sigilc.check import typed as t
from sigilc.check.evidence.call_graph import called_functions
from sigilc.check.evidence.flow import Program
from sigilc.check.evidence.graph import REPORTED_LEVEL
from sigilc.tools.audit import Boundary, find_boundaries, own_functions

COLORS = {"source": "#b3261e", "validation": "#1b7f3b", "assertion": "#b26a00", "trusted caller": "#b26a00",
          "unsafe": "#6a1b9a", "sink": "#0b57d0"}
SHAPES = {"source": "cds", "validation": "diamond", "assertion": "hexagon", "trusted caller": "hexagon",
          "unsafe": "octagon", "sink": "house"}
# Boundaries that data leaves towards the function around them; the others get it from there.
INTO_FUNCTION = frozenset(["source", "trusted caller"])
SVG_TIMEOUT_S = 60


def flow_graph(program: t.TypedProgram, evidence: Program) -> str:
    """The graph in the language of graphviz's `dot`."""
    boundaries = [b for b in find_boundaries(program, evidence) if b.counts]
    functions = own_functions(program)
    lines = ["digraph evidence {", '  rankdir="LR"', '  node [fontname="sans-serif", fontsize=11]',
             '  edge [fontname="sans-serif", fontsize=9]']
    names = {function: f"f{number}" for number, function in enumerate(functions)}
    edges = list(_calls(functions, names, evidence))
    shown = {name for edge in edges for name in edge[:2]} | {names[b.function] for b in boundaries}
    lines += [f"  {name} [label={_quoted(function.name)}, shape=box, style=rounded]"
              for function, name in names.items() if name in shown]
    for number, boundary in enumerate(boundaries):
        lines += _boundary(f"b{number}", names[boundary.function], boundary)
    for caller, callee, is_reported in edges:
        look = f'color="{COLORS["source"]}", label="~"' if is_reported else 'color="#777777"'
        lines.append(f"  {callee if is_reported else caller} -> {caller if is_reported else callee} [{look}]")
    return "\n".join([*lines, "}"])


def _calls(functions: list[t.Function], names: dict[t.Function, str], evidence: Program) -> Iterator[tuple[str, str, bool]]:
    """Caller, callee, and whether the callee's result is reported whatever it is given."""
    for function in functions:
        for callee in called_functions(function):
            if callee not in names:
                continue
            summary = evidence.summary_of(callee)
            brings = any(summary.result_start <= output < summary.faults_start and level == REPORTED_LEVEL
                         for output, level, _ in summary.constants)
            yield names[function], names[callee], brings


def _boundary(name: str, function: str, boundary: Boundary) -> Iterator[str]:
    color = COLORS[boundary.kind]
    what = boundary.what if len(boundary.what) <= 40 else boundary.what[:39] + "…"
    label = f"{what}\n{boundary.span.site()}"
    style = "solid" if boundary.is_marked else "dashed"
    yield f'  {name} [label={_quoted(label)}, shape={SHAPES[boundary.kind]}, color="{color}", style={style}]'
    ends = (name, function) if boundary.kind in INTO_FUNCTION else (function, name)
    mark = {"source": "~", "sink": "!", "validation": "!", "assertion": "‽"}.get(boundary.kind, "")
    yield f'  {ends[0]} -> {ends[1]} [color="{color}", label="{mark}"]'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def dot_program() -> str | None:
    """Where graphviz's `dot` is, if it is installed."""
    return shutil.which("dot")


def draw_svg(dot: str, graph: str) -> str:
    """The graph as a picture. Raises OSError and subprocess.SubprocessError where `dot` fails."""
    done = subprocess.run([dot, "-Tsvg"], input=graph, capture_output=True, text=True, encoding="utf-8", check=True,
                          timeout=SVG_TIMEOUT_S)
    return done.stdout
