"""What every kind of place can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sigilc.ir.ops import Value

if TYPE_CHECKING:
    from sigilc.lower.functions import FunctionLowering


class Place:
    """A place whose indices have been evaluated. `form` emits its address, `finish` what must follow its writing."""

    def form(self, fl: FunctionLowering) -> Value:
        """The address; this may write (make a buffer unique, insert a default)."""
        raise NotImplementedError

    def finish(self, fl: FunctionLowering) -> None:
        """Writes back what the address only stood for."""
