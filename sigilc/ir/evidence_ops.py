"""The operations of the SSA IR that keep track of evidence, which tests ask for; see `ops` for their form.

They change nothing that a program can see. The interpreter executes them by tainting values (`interp_taint`); their
`mask` says of which parts of the value they speak, in the notation of `trust_masks`.
"""

from __future__ import annotations

from sigilc.ir.ops import Op, Value
from sigilc.source.records import keyword_record


@keyword_record
class TrustSource(Op):
    """The value, from here on as reported (`~`) or asserted (`‽`) as the mask says; what is worse stays."""

    value: Value
    mask: str
    OPERANDS = ("value",)
    RESULT = "owned"


@keyword_record
class ConfirmTrust(Op):
    """The value, from here on known. `how`: `validated`; `confirmed`, for which it must be asserted already; `asserted`,
    by which reported becomes asserted instead."""

    value: Value
    how: str
    OPERANDS = ("value",)
    RESULT = "owned"


@keyword_record
class JoinTrust(Op):
    """The value, no better than `other`, which it depends on in a way that no operator shows: the length of what
    `take(n)` leaves, what `any` and `count` say of their elements. `part` is `all` of it, or its `length`."""

    value: Value
    other: Value
    part: str
    OPERANDS = ("value", "other")
    RESULT = "owned"


@keyword_record
class DemandTrust(Op):
    """Demands of the value what the mask says: known (`!`) or at most asserted (`‽`)."""

    value: Value
    mask: str
    OPERANDS = ("value",)
    EFFECT = True
