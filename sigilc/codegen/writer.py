"""Writes one LLVM function as text: temporaries, labels, stack memory, loads and stores of whole values."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sigilc.codegen.context import ModuleContext
from sigilc.codegen.tbaa import load_suffix, store_suffix
from sigilc.codegen.types import Layout, Leaf
from sigilc.ir.types import IrType

Leaves = tuple[str, ...]
PERSONALITY = "__gcc_personality_v0"
# The parameters that say where the areas of a result go, numbered.
RESULT_PLACE = "%result."
# A frame that is larger touches each of its pages in turn, or it could step over the one that guards the stack's end.
_PAGE = 4096
# Areas from this size on begin at a cache line: loops over arrays in them take a quarter less than with vectors across lines.
_LARGE_AREA = 1024
_CACHE_LINE = 64


class Writer:
    """The text of one function's body. `label` is the LLVM block that is being written.

    Stack memory is always taken in the entry block, which only branches to the first written block.
    """

    def __init__(self, context: ModuleContext):
        self.context = context
        self.types = context.types
        # Nobody asks at -O0 what may alias.
        self.load_suffix = load_suffix if context.is_optimised else _no_suffix
        self.store_suffix = store_suffix if context.is_optimised else _no_suffix
        # What else follows loads and stores of values.
        self.access_suffix = ""
        self.lines: list[str] = []
        self.allocas: list[str] = []
        self.label = "entry"
        self.has_pads = False
        self._frame_size = 0
        self._temporaries = 0
        self._labels = 0
        # Areas that are part of a place, a buffer or a parameter of the runtime's: somebody else's memory.
        self.viewed: set[str] = set()
        self._scratch: dict[Layout, list[str]] = {}
        self._scratch_used: dict[Layout, int] = {}

    # ---- Instructions

    def emit(self, line: str) -> None:
        """One instruction without a result."""
        self.lines.append(f"  {line}")

    def value(self, expression: str) -> str:
        """One instruction with a result, whose name this gives."""
        name = f"%t{self._temporaries}"
        self._temporaries += 1
        self.lines.append(f"  {name} = {expression}")
        return name

    def name(self) -> str:
        """A fresh temporary, for an instruction that is written later."""
        name = f"%t{self._temporaries}"
        self._temporaries += 1
        return name

    # ---- Blocks

    def new_label(self, hint: str) -> str:
        """A label that is not in use; the `-` keeps it apart from values."""
        self._labels += 1
        return f"{hint}-{self._labels}"

    def begin(self, label: str) -> None:
        """Begins a block."""
        self.lines.append(f"{label}:")
        self.label = label

    def apart(self) -> None:
        """Gives the next instruction, which ends a block, a block of its own at -O0.

        LLVM's fast instruction selection knows no `invoke`, `switch`, landing pad, nor results of several words: a
        block with one is left to the slow selection from there back to its beginning.
        """
        if self.context.is_optimised:
            return
        label = self.new_label("slow")
        self.branch(label)
        self.begin(label)

    def branch(self, label: str) -> None:
        """Ends a block."""
        self.lines.append(f"  br label %{label}")

    def branch_if(self, condition: str, then: str, otherwise: str) -> None:
        """Ends a block."""
        self.lines.append(f"  br i1 {condition}, label %{then}, label %{otherwise}")

    def phi(self, ll_type: str, incoming: list[tuple[str, str]]) -> str:
        """A phi, or the only scalar that comes in."""
        first = incoming[0][1]
        if all(scalar == first for _, scalar in incoming):
            return first
        pairs = ", ".join(f"[ {scalar}, %{source} ]" for source, scalar in incoming)
        return self.value(f"phi {ll_type} {pairs}")

    # ---- Memory

    def alloca(self, size: int, align: int) -> str:
        """Stack memory of its own."""
        name = f"%s{len(self.allocas)}"
        if size >= _LARGE_AREA:
            align = max(align, _CACHE_LINE)
        self.allocas.append(f"  {name} = alloca [{size} x i8], align {align}")
        self._frame_size += size
        return name

    def scratch(self, layout: Layout) -> str:
        """Stack memory for one op, after which (`end_op`) it serves others.

        Only those of the same layout: by its alias analysis LLVM may exchange accesses of different kinds.
        """
        blocks = self._scratch.setdefault(layout, [])
        number = self._scratch_used.get(layout, 0)
        self._scratch_used[layout] = number + 1
        if number == len(blocks):
            blocks.append(self.alloca(layout.size, layout.align))
        return blocks[number]

    def end_op(self) -> None:
        """The scratch memory taken since the last call is free again."""
        if self._scratch_used:
            self._scratch_used = {}

    def offset(self, pointer: str, offset: int) -> str:
        """The address `offset` bytes on."""
        if offset == 0:
            return pointer
        return self.value(f"getelementptr inbounds i8, ptr {pointer}, i64 {offset}")

    def element(self, data: str, index: str, layout: Layout) -> str:
        """The address of an array's element."""
        step = f"[{layout.size} x i8]"
        if len(layout.leaves) == 1 and layout.leaves[0].size == layout.size:
            step = memory_type(layout.leaves[0])
        return self.value(f"getelementptr inbounds {step}, ptr {data}, i64 {index}")

    def load_leaf(self, leaf: Leaf, address: str) -> str:
        """The scalar at its very address; of an area a copy."""
        if leaf.area:
            copy = self.alloca(leaf.area, leaf.align)
            self.copy_memory(copy, address, leaf)
            return copy
        if leaf.ll_type == "i1":
            byte = self.value(f"load i8, ptr {address}{self.load_suffix(leaf.tag)}{self.access_suffix}")
            return self.value(f"trunc i8 {byte} to i1")
        return self.value(f"load {leaf.ll_type}, ptr {address}{self.load_suffix(leaf.tag)}{self.access_suffix}")

    def load(self, layout: Layout, address: str) -> Leaves:
        """The value at an address, whatever is written there later."""
        return tuple(self.load_leaf(leaf, self.offset(address, leaf.offset)) for leaf in layout.leaves)

    def view(self, layout: Layout, address: str, parts: Collection[int] | None = None) -> Leaves:
        """The value at an address as long as nothing is written there: areas are the memory itself.

        Of the `parts` of a struct or tuple only these are wanted; None is all.
        """
        found: list[str] = []
        wanted: set[int] | None = None
        if parts is not None:
            wanted = {i for part in parts for i in range(layout.parts[part].first, layout.parts[part].end)}
        for number, leaf in enumerate(layout.leaves):
            if wanted is not None and number not in wanted:
                found.append("poison")
                continue
            place = self.offset(address, leaf.offset)
            found.append(place if leaf.area else self.load_leaf(leaf, place))
            if leaf.area:
                self.viewed.add(place)
        return tuple(found)

    def own(self, layout: Layout, leaves: Leaves) -> Leaves:
        """The leaves as part of a value that may outlive what they are a view of."""
        if not layout.areas:
            return leaves
        return tuple(self.load_leaf(leaf, scalar) if leaf.area and scalar in self.viewed else scalar
                     for leaf, scalar in zip(layout.leaves, leaves, strict=True))

    def undefined(self, leaf: Leaf) -> str:
        """A leaf that holds nothing in particular; an area must be memory all the same."""
        return self.alloca(leaf.area, leaf.align) if leaf.area else "poison"

    def copy_memory(self, target: str, source: str, leaf: Leaf) -> None:
        """Copies an area."""
        align = f" align {leaf.align}"
        self.call_runtime("llvm.memcpy.p0.p0.i64", "void", f"ptr{align} {target}", f"ptr{align} {source}",
                          f"i64 {leaf.area}", "i1 false")

    def store(self, layout: Layout, leaves: Leaves, address: str) -> None:
        """Writes a value to an address."""
        for leaf, scalar in zip(layout.leaves, leaves, strict=True):
            if scalar == "poison":
                continue
            place = self.offset(address, leaf.offset)
            if leaf.area:
                if place != scalar:
                    self.copy_memory(place, scalar, leaf)
                continue
            ll_type = leaf.ll_type
            if ll_type == "i1":
                ll_type, scalar = "i8", self.zero_extend_bool(scalar)
            self.emit(f"store {ll_type} {scalar}, ptr {place}{self.store_suffix(leaf.tag)}{self.access_suffix}")

    def zero_extend_bool(self, scalar: str) -> str:
        """A bool as a byte."""
        if scalar in ("true", "false"):
            return "1" if scalar == "true" else "0"
        return self.value(f"zext i1 {scalar} to i8")

    def spill(self, type_: IrType, leaves: Leaves) -> str:
        """The address of a copy of a value, for one op."""
        layout = self.types.layout(type_)
        address = self.scratch(layout)
        self.store(layout, leaves, address)
        return address

    def readable(self, type_: IrType, leaves: Leaves) -> str:
        """The address of a value that is only read there: for one op, unless it is a constant."""
        if not any(scalar.startswith("%") for scalar in leaves):
            layout = self.types.layout(type_)
            fields = ", ".join(self.arguments(layout, leaves))
            return self.context.constant_value(f"{{ {', '.join(layout.ll_types)} }} {{ {fields} }}")
        return self.spill(type_, leaves)

    def load_word(self, kind: str, address: str) -> str:
        """One i64 of a header."""
        return self.value(f"load i64, ptr {address}{self.load_suffix(kind)}")

    def store_word(self, kind: str, word: str, address: str) -> None:
        """Writes one i64 of a header."""
        self.lines.append(f"  store i64 {word}, ptr {address}{self.store_suffix(kind)}")

    # ---- Values and calls

    def arguments(self, layout: Layout, leaves: Leaves) -> list[str]:
        """A value as arguments of a call."""
        return [f"{leaf.ll_type} {scalar}" for leaf, scalar in zip(layout.leaves, leaves, strict=True)]

    def call_runtime(self, name: str, result: str, *arguments: str) -> str:
        """A call of a runtime function or intrinsic that does not unwind; the result's name, or nothing for `void`."""
        call = f"call {result} {self.context.runtime(name)}({', '.join(arguments)})"
        if result == "void":
            self.emit(call)
            return ""
        return self.value(call)

    def result_places(self, layout: Layout) -> list[str]:
        """Memory for the areas of what a call will return: its first arguments."""
        return [self.alloca(leaf.area, leaf.align) for leaf in layout.areas]

    def split(self, layout: Layout, returned: str, places: Sequence[str] = ()) -> Leaves:
        """The leaves of what a function returned; `places` hold its areas."""
        scalars = [leaf for leaf in layout.leaves if not leaf.area]
        found = [returned] * len(scalars)
        if len(scalars) > 1:
            whole = aggregate_type(layout)
            found = [self.value(f"extractvalue {whole} {returned}, {i}") for i in range(len(scalars))]
        areas, rest = iter(places), iter(found)
        return tuple(next(areas) if leaf.area else next(rest) for leaf in layout.leaves)

    def give_back(self, layout: Layout, leaves: Leaves) -> None:
        """Returns a value; its areas go where the first parameters say."""
        scalars: list[tuple[Leaf, str]] = []
        for leaf, scalar in zip(layout.leaves, leaves, strict=True):
            if not leaf.area:
                scalars.append((leaf, scalar))
        areas = [(leaf, scalar) for leaf, scalar in zip(layout.leaves, leaves, strict=True) if leaf.area]
        for number, (leaf, scalar) in enumerate(areas):
            self.copy_memory(f"{RESULT_PLACE}{number}", scalar, leaf)
        if not scalars:
            self.emit("ret void")
        elif len(scalars) == 1:
            self.emit(f"ret {scalars[0][0].ll_type} {scalars[0][1]}")
        else:
            self.apart()
            whole = aggregate_type(layout)
            built = "poison"
            for i, (leaf, scalar) in enumerate(scalars):
                if scalar != "poison":
                    built = self.value(f"insertvalue {whole} {built}, {leaf.ll_type} {scalar}, {i}")
            self.emit(f"ret {whole} {built}")

    # ---- The whole

    def text(self, head: str, metadata: str = "") -> str:
        """The function, from `define …(…) attributes` on; `head` is without the personality and the metadata."""
        if self._frame_size > _PAGE:
            head += ' "probe-stack"="inline-asm"'
        if self.has_pads:
            head += f" personality ptr {self.context.runtime(PERSONALITY)}"
        if metadata:
            head += f" {metadata}"
        first = self.lines[0].split(":")[0]
        return "\n".join([head + " {", "entry:", *self.allocas, f"  br label %{first}", *self.lines, "}"])


def _no_suffix(kind: str) -> str:
    return ""


def memory_type(leaf: Leaf) -> str:
    """A leaf's LLVM type in memory."""
    if leaf.area:
        return f"[{leaf.area} x i8]"
    return "i8" if leaf.ll_type == "i1" else leaf.ll_type


def aggregate_type(layout: Layout) -> str:
    """What a function that gives such a value returns, in LLVM: all but the areas."""
    ll_types = [leaf.ll_type for leaf in layout.leaves if not leaf.area]
    if not ll_types:
        return "void"
    return ll_types[0] if len(ll_types) == 1 else f"{{ {', '.join(ll_types)} }}"


def result_parameters(layout: Layout) -> list[str]:
    """The declared parameters, before all others, that say where the areas of a function's result go."""
    return [f"ptr noalias nonnull align {leaf.align} dereferenceable({leaf.area}) {RESULT_PLACE}{number}"
            for number, leaf in enumerate(layout.areas)]


def parameters(layouts: Sequence[Layout], prefix: str = "%a") -> tuple[list[str], list[Leaves]]:
    """Declared parameters for values of these layouts, and the leaves they make."""
    texts: list[str] = []
    values: list[Leaves] = []
    for layout in layouts:
        names = []
        for leaf in layout.leaves:
            name = f"{prefix}{len(texts)}"
            texts.append(f"{leaf.ll_type}{' noundef' if leaf.is_defined else ''} {name}")
            names.append(name)
        values.append(tuple(names))
    return texts, values
