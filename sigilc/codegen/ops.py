"""The table from ops to what emits them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen import (
    actors,
    aggregates,
    boxes,
    buffers,
    calls,
    catching,
    closures,
    control,
    dyns,
    fixed_arrays,
    loans,
    maps,
    places,
    scalars,
)
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.ir.ops import Op

EMITTER_BY_OP: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    **scalars.EMITTERS, **aggregates.EMITTERS, **boxes.EMITTERS, **buffers.EMITTERS, **fixed_arrays.EMITTERS, **loans.EMITTERS,
    **places.EMITTERS, **maps.EMITTERS, **calls.EMITTERS, **catching.EMITTERS, **closures.EMITTERS,
    **dyns.EMITTERS, **actors.EMITTERS, **control.EMITTERS,
}
