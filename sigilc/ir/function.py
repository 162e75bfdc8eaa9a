"""Functions and modules of the IR."""

from __future__ import annotations

from sigilc.ir.ops import Op, Value
from sigilc.ir.statics import IrStatic
from sigilc.ir.types import IrDyn, IrEnum, IrStruct, IrType
from sigilc.source.records import field, record
from sigilc.source.spans import Span

PublicPart = tuple[Value, tuple[int, ...]]
HINTS = ("inline", "inline_always", "inline_never", "cold")


@record
class Block:
    """A basic block: parameters instead of phis, ops, the last of which is its only terminator."""

    name: str
    params: list[Value] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)

    @property
    def terminator(self) -> Op:
        """The last op."""
        return self.ops[-1]


@record
class IrFunction:
    """A function. `blocks[0]` is the entry, without parameters and predecessors.

    name     unique in the module; the LLVM symbol is made from it
    params   borrowed but for those whose numbers are in `owned`; of type IrAddr for in-out ones
    export   the C symbol of an `#[export]` function: code generation adds a wrapper with the C ABI
    catches  the wrapper gives a status: 2 when this function panics, else what it returns, an I32
    hints    of HINTS: what the user says of how it is to be compiled
    public_parts    of a function that takes constant time: which parameters, or which parts of them, are not secret: a
             parameter, then the numbers of the fields on the way from it; None for any other function
    """

    name: str
    params: list[Value]
    result: IrType
    blocks: list[Block] = field(default_factory=list)
    export: str = ""
    span: Span | None = None
    catches: bool = False
    hints: tuple[str, ...] = ()
    owned: frozenset[int] = frozenset()
    public_parts: tuple[PublicPart, ...] | None = None

    def ops(self) -> list[Op]:
        """All ops, in layout order."""
        return [op for block in self.blocks for op in block.ops]

    @property
    def owned_params(self) -> list[Value]:
        """The parameters whose references pass to the function."""
        return [param for number, param in enumerate(self.params) if number in self.owned]


@record
class IrHandler:
    """Message number i of an actor kind: `function`'s first parameter is the state's address, then the payload.

    What it does not own of the payload ends behind it. `reply` is the handler's result type, None for a message without reply.
    """

    name: str
    function: str
    payload: tuple[IrType, ...]
    reply: IrType | None


@record
class IrActor:
    """A kind of actor."""

    name: str
    state: IrStruct
    handlers: list[IrHandler] = field(default_factory=list)


@record
class ForeignFunction:
    """A C function: its symbol and the types that its declaration gives."""

    symbol: str
    params: tuple[IrType, ...]
    result: IrType
    is_variadic: bool = False


@record
class Module:
    """A program. `main` names the function that the C `main` calls; its result is `unit`, an integer or an option.

    `nounwind` has the functions known not to panic (`find_nounwind`): calls to them need no cleanup.
    """

    functions: dict[str, IrFunction] = field(default_factory=dict)
    structs: dict[str, IrStruct] = field(default_factory=dict)
    enums: dict[str, IrEnum] = field(default_factory=dict)
    dyns: dict[str, IrDyn] = field(default_factory=dict)
    actors: dict[str, IrActor] = field(default_factory=dict)
    foreign: dict[str, ForeignFunction] = field(default_factory=dict)
    statics: dict[str, IrStatic] = field(default_factory=dict)
    main: str = ""
    nounwind: set[str] = field(default_factory=set)
