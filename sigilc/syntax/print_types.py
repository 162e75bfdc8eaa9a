"""The part of the tree printer for types and patterns."""

from sigilc.syntax import ast
from sigilc.syntax.print_base import PrinterBase


class PrintTypes(PrinterBase):
    """Methods of Printer."""

    def TypePath(self, n: ast.TypePath) -> str:
        base = "" if n.base is None else self.show(n.base) + self.path_sep()
        return base + n.name + ("" if n.arguments is None else f"<{self.commas(n.arguments)}>")

    def Associated(self, n: ast.Associated) -> str:
        return f"{n.name} = {self.show(n.type)}"

    def MarkedType(self, n: ast.MarkedType) -> str:
        return self.marked(n.type, n.mark)

    def ListType(self, n: ast.ListType) -> str:
        return f"[{self.show(n.type)}]"

    def ArrayType(self, n: ast.ArrayType) -> str:
        return f"[{self.show(n.type)}; {self.show(n.size)}]"

    def UnitType(self, n: ast.UnitType) -> str:
        return "()"

    def ParenType(self, n: ast.ParenType) -> str:
        return f"({self.show(n.type)})"

    def TupleType(self, n: ast.TupleType) -> str:
        return f"({self.commas(n.types)}{',' if len(n.types) == 1 else ''})"

    def DynType(self, n: ast.DynType) -> str:
        return "dyn " + self.show(n.path)

    def FunctionType(self, n: ast.FunctionType) -> str:
        abi = "" if n.abi is None else f'extern "{n.abi}" '
        return f"{abi}fn({self.commas(n.types)}){self.optional(' -> ', n.result)}"

    def ReferenceType(self, n: ast.ReferenceType) -> str:
        return f"&{self.optional('', n.mutable, ' ')}{self.show(n.type)}"

    def InOutType(self, n: ast.InOutType) -> str:
        return f"mut {self.show(n.type)}"

    def PointerType(self, n: ast.PointerType) -> str:
        return f"*{self.optional('', n.kind, ' ')}{self.show(n.type)}"

    def OrPattern(self, n: ast.OrPattern) -> str:
        return " | ".join(map(self.show, n.patterns))

    def MutPattern(self, n: ast.MutPattern) -> str:
        return f"mut {n.name}{self.marks(n.evidence)}"

    def AtPattern(self, n: ast.AtPattern) -> str:
        return f"{self.show(n.path)} @ {self.show(n.pattern)}"

    def VariantPattern(self, n: ast.VariantPattern) -> str:
        return f"{self.show(n.path)}({self.commas(n.patterns)})"

    def StructPattern(self, n: ast.StructPattern) -> str:
        return f"{self.show(n.path)} {{ {self.commas(n.fields)} }}"

    def UnitPattern(self, n: ast.UnitPattern) -> str:
        return "()"

    def ParenPattern(self, n: ast.ParenPattern) -> str:
        return f"({self.show(n.pattern)})"

    def TuplePattern(self, n: ast.TuplePattern) -> str:
        return f"({self.commas(n.patterns)}{',' if len(n.patterns) == 1 else ''})"

    def SlicePattern(self, n: ast.SlicePattern) -> str:
        return f"[{self.commas(n.patterns)}]"

    def RestPattern(self, n: ast.RestPattern) -> str:
        return ".." + (n.name or "")

    def RangePattern(self, n: ast.RangePattern) -> str:
        return self.show(n.low) + n.operator + self.show(n.high)

    def FromPattern(self, n: ast.FromPattern) -> str:
        return self.show(n.low) + ".."

    def ToPattern(self, n: ast.ToPattern) -> str:
        return "..=" + self.show(n.high)

    def MarkedPattern(self, n: ast.MarkedPattern) -> str:
        return self.marked(n.pattern, n.mark)

    def NegativePattern(self, n: ast.NegativePattern) -> str:
        return "-" + self.show(n.number)

    def FieldPattern(self, n: ast.FieldPattern) -> str:
        return n.name + self.marks(n.evidence)

    def NamedPattern(self, n: ast.NamedPattern) -> str:
        return f"{n.name}: {self.show(n.pattern)}"
