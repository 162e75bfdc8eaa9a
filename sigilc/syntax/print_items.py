"""The part of the tree printer for statements and items."""

from typing import Any

from sigilc.syntax import ast
from sigilc.syntax.literals import encode
from sigilc.syntax.print_base import PrinterBase, indent


class PrintItems(PrinterBase):
    """Methods of Printer."""

    def Block(self, n: ast.Block | ast.DiscardingBlock) -> str:
        body = self.statements(n)
        if self.flat:
            return f"{{ {body} }}"
        return "{\n" + indent(body) + "\n}" if body else "{ }"

    DiscardingBlock = Block

    def Error(self, n: ast.Error) -> str:
        return "/* error */"

    def Let(self, n: ast.Let) -> str:
        other = self.optional(" else ", n.otherwise)
        return f"let {self.show(n.pattern)}{self.optional(': ', n.type)} = {self.show(n.value)}{other}"

    def Attributed(self, n: ast.Attributed) -> str:
        return f"#[{self.commas(n.attributes)}]{' ' if self.flat else chr(10)}{self.show(n.item)}"

    def Public(self, n: ast.Public) -> str:
        return "pub " + self.show(n.item)

    def AttributeEntry(self, n: ast.AttributeEntry) -> str:
        return n.name + self.arguments_of(n.arguments)

    def Fn(self, n: ast.Fn) -> str:
        return f"{self.show(n.signature)} {self.show(n.body)}"

    def Signature(self, n: ast.Signature) -> str:
        words = "".join(q + " " for q in n.qualifiers)
        return (f"{words}fn {n.name}{self.generics(n)}({self.commas(n.parameters)})"
                f"{self.optional(' -> ', n.result)}{self.where(n)}")

    def Parameter(self, n: ast.Parameter) -> str:
        return self.show(n.pattern) + self.optional(": ", n.type) + self.optional(" = ", n.default)

    def AttributedParameter(self, n: ast.AttributedParameter) -> str:
        return f"#[{self.commas(n.attributes)}] {self.show(n.parameter)}"

    def FurtherParameters(self, n: ast.FurtherParameters) -> str:
        return "..."

    def SelfReference(self, n: ast.SelfReference) -> str:
        return f"&{self.optional('', n.mutable, ' ')}{n.name}"

    def Never(self, n: ast.Never) -> str:
        return "!"

    def Generic(self, n: ast.Generic) -> str:
        return n.name + self.bounds(n.bounds) + self.optional(" = ", n.default)

    def WhereBound(self, n: ast.WhereBound) -> str:
        return self.show(n.type) + self.bounds(n.bounds)

    def Struct(self, n: ast.Struct) -> str:
        return f"struct {n.name}{self.generics(n)}{self.marks(n.evidence)}"

    def TupleStruct(self, n: ast.TupleStruct) -> str:
        return f"struct {n.name}{self.generics(n)}{self.marks(n.evidence)}({self.commas(n.types)})"

    def RecordStruct(self, n: ast.RecordStruct) -> str:
        return f"struct {n.name}{self.generics(n)}{self.marks(n.evidence)}{self.where(n)} {self.lines(n.fields)}"

    def Union(self, n: ast.Union) -> str:
        return f"union {n.name}{self.generics(n)} {self.lines(n.fields)}"

    def Field(self, n: ast.Field) -> str:
        return f"{n.name}{self.marks(n.evidence)}: {self.show(n.type)}{self.optional(' = ', n.default)}"

    def Enum(self, n: ast.Enum) -> str:
        return f"enum {n.name}{self.generics(n)}{self.marks(n.evidence)}{self.where(n)} {self.lines(n.variants)}"

    def Variant(self, n: ast.Variant) -> str:
        return n.name + self.optional(" = ", n.value)

    def TupleVariant(self, n: ast.TupleVariant) -> str:
        return f"{n.name}({self.commas(n.types)})"

    def RecordVariant(self, n: ast.RecordVariant) -> str:
        return f"{n.name} {self.lines(n.fields)}"

    def Actor(self, n: ast.Actor) -> str:
        return f"actor {n.name}{self.generics(n)}{self.where(n)} {self.lines(n.members)}"

    def On(self, n: ast.On) -> str:
        return f"on {n.name}{self.arguments_of(n.parameters)}{self.optional(' -> ', n.result)} {self.show(n.body)}"

    def Trait(self, n: ast.Trait) -> str:
        return f"trait {n.name}{self.generics(n)}{self.bounds(n.bounds)}{self.where(n)} {self.lines(n.items, '; ')}"

    def Impl(self, n: ast.Impl) -> str:
        return (f"impl{self.generics(n)} {self.show(n.type)}{self.optional(' for ', n.target)}{self.where(n)} "
                f"{self.lines(n.items, '; ')}")

    def Extern(self, n: ast.Extern) -> str:
        return f'extern "{encode(n.abi, False)}" {self.lines(n.items)}'

    def TypeAlias(self, n: ast.TypeAlias) -> str:
        return f"type {n.name}{self.generics(n)}{self.bounds(n.bounds)}{self.optional(' = ', n.type)}"

    def Constant(self, n: ast.Constant) -> str:
        return f"const {n.name}: {self.show(n.type)}{self.optional(' = ', n.value)}"

    def Mod(self, n: ast.Mod) -> str:
        return "mod " + n.name + self.optional(" ", n.body)

    def Use(self, n: ast.Use) -> str:
        return "use " + self.show(n.tree)

    def UseName(self, n: ast.UseName | ast.UseAs | ast.UseAll | ast.UseGroup) -> str:
        return self.path_sep().join(n.path)

    def UseAs(self, n: ast.UseAs) -> str:
        return f"{self.UseName(n)} as {n.name}"

    def UseAll(self, n: ast.UseAll) -> str:
        return f"{self.UseName(n)}{self.path_sep()}*"

    def UseGroup(self, n: ast.UseGroup) -> str:
        return f"{self.UseName(n)}{self.path_sep()}{{{self.commas(n.trees)}}}"

    def generics(self, n: Any) -> str:
        return "" if n.generics is None else f"<{self.commas(n.generics)}>"

    def where(self, n: Any) -> str:
        return "" if n.where is None else f" where {self.commas(n.where)}"

    def bounds(self, bounds: Any) -> str:
        return "" if bounds is None else ": " + " + ".join(map(self.show, bounds))
