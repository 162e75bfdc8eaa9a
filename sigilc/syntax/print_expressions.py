"""The part of the tree printer for expressions, stages and literals."""

from sigilc.syntax import ast
from sigilc.syntax.literals import encode
from sigilc.syntax.print_base import PrinterBase, indent
from sigilc.syntax.tokens import GLYPHS


class PrintExpressions(PrinterBase):
    """Methods of Printer."""

    def Assign(self, n: ast.Assign) -> str:
        return f"{self.show(n.target)} = {self.show(n.value)}"

    def OpAssign(self, n: ast.OpAssign) -> str:
        return f"{self.show(n.target)} {n.operator} {self.show(n.value)}"

    def Send(self, n: ast.Send) -> str:
        return f"{self.show(n.target)} <- {self.show(n.message)}"

    def Return(self, n: ast.Return) -> str:
        return "return" + self.optional(" ", n.value)

    def Break(self, n: ast.Break) -> str:
        return "break" + self.optional(" ", n.label) + self.optional(" ", n.value)

    def Continue(self, n: ast.Continue) -> str:
        return "continue" + self.optional(" ", n.label)

    def Yield(self, n: ast.Yield) -> str:
        return "yield " + self.show(n.value)

    def Closure(self, n: ast.Closure) -> str:
        return f"|{self.commas(n.parameters)}| {self.show(n.body)}"

    def ClosureParameter(self, n: ast.ClosureParameter) -> str:
        return self.show(n.pattern) + self.optional(": ", n.type)

    def Default(self, n: ast.Default) -> str:
        return f"{self.show(n.value)} ?? {self.show(n.otherwise)}"

    def Range(self, n: ast.Range) -> str:
        return f"{self.show(n.low)}{n.operator}{self.show(n.high)}"

    def RangeFrom(self, n: ast.RangeFrom) -> str:
        return self.show(n.low) + ".."

    def RangeTo(self, n: ast.RangeTo) -> str:
        return n.operator + self.show(n.high)

    def RangeAll(self, n: ast.RangeAll) -> str:
        return ".."

    def Binary(self, n: ast.Binary) -> str:
        return f"{self.show(n.left)} {n.operator} {self.show(n.right)}"

    def Cast(self, n: ast.Cast) -> str:
        return f"{self.show(n.value)} as {self.show(n.type)}"

    def Unary(self, n: ast.Unary) -> str:
        return n.operator + self.show(n.value)

    def InOut(self, n: ast.InOut) -> str:
        return "&mut " + self.show(n.value)

    def Access(self, n: ast.Access) -> str:
        spaced = isinstance(n.value, ast.Pipe) or (isinstance(n.value, ast.Int | ast.Float) and n.name.isdigit())
        return f"{self.show(n.value)}{' ' if spaced else ''}.{n.name}"

    def MethodArguments(self, n: ast.MethodArguments) -> str:
        spaced = " " if isinstance(n.value, ast.Pipe) else ""
        return f"{self.show(n.value)}{spaced}.{n.name}{self.path_sep()}<{self.commas(n.arguments)}>"

    def Index(self, n: ast.Index) -> str:
        return f"{self.show(n.value)}[{self.commas(n.arguments)}]"

    def Await(self, n: ast.Await) -> str:
        return self.show(n.value) + " .await"

    def Marked(self, n: ast.Marked) -> str:
        return self.marked(n.value, n.mark)

    def MarkedStage(self, n: ast.MarkedStage) -> str:
        return self.marked(n.value, n.mark)

    def Call(self, n: ast.Call) -> str:
        return f"{self.show(n.callee)}({self.commas(n.arguments)})"

    def CallBlock(self, n: ast.CallBlock) -> str:
        return f"{self.show(n.callee)}({self.commas(n.arguments)}) {self.show(n.block)}"

    def Named(self, n: ast.Named) -> str:
        return f"{n.name}: {self.show(n.value)}"

    def Pipe(self, n: ast.Pipe) -> str:
        return f"{self.show(n.value)} |{self.show(n.stage)}"

    def Stage(self, n: ast.Stage) -> str:
        return self.show(n.name)

    def CallStage(self, n: ast.CallStage) -> str:
        return f"{self.show(n.name)}({self.commas(n.arguments)})"

    def BodyStage(self, n: ast.BodyStage) -> str:
        return self.show(n.name) + self.show(n.body)

    def SectionStage(self, n: ast.SectionStage) -> str:
        return self.show(n.name) + n.operator + self.optional("", n.operand)

    def ExpressionStage(self, n: ast.ExpressionStage) -> str:
        return self.show(n.body)

    def MethodStage(self, n: ast.MethodStage) -> str:
        return f".{n.name}{self.arguments_of(n.arguments)}"

    def FieldStage(self, n: ast.FieldStage) -> str:
        return "." + n.name

    def MatchStage(self, n: ast.MatchStage) -> str:
        return "match " + self.lines(n.arms)

    def StageName(self, n: ast.StageName) -> str:
        return n.word if self.ascii else GLYPHS.get(n.word, n.word)

    def StagePath(self, n: ast.StagePath) -> str:
        return f"{self.show(n.base)}{self.path_sep()}{n.name}"

    def StageTurbofish(self, n: ast.StageTurbofish) -> str:
        return f"{self.show(n.base)}{self.path_sep()}<{self.commas(n.arguments)}>"

    def StageKey(self, n: ast.StageKey) -> str:
        return f"{self.show(n.base)}.{n.key}"

    def StageBody(self, n: ast.StageBody) -> str:
        return self.body("", n)

    def StageClosure(self, n: ast.StageClosure) -> str:
        return self.body(self.commas(n.parameters) + " => ", n)

    def body(self, head: str, n: ast.StageBody | ast.StageClosure) -> str:
        text = head + self.statements(n.block) + self.optional(", ", n.start_value)
        return "{\n" + indent(text) + "\n}" if "\n" in text else "{" + text + "}"

    def OperatorArgument(self, n: ast.OperatorArgument) -> str:
        return n.operator

    def Path(self, n: ast.Path) -> str:
        return n.name

    def PathName(self, n: ast.PathName) -> str:
        return f"{self.show(n.base)}{self.path_sep()}{n.name}"

    def PathArguments(self, n: ast.PathArguments) -> str:
        return f"{self.show(n.base)}{self.path_sep()}<{self.commas(n.arguments)}>"

    def StructLiteral(self, n: ast.StructLiteral) -> str:
        return f"{self.show(n.path)} {{ {self.commas(n.fields)} }}"

    def BodyCall(self, n: ast.BodyCall) -> str:
        return self.show(n.path) + self.show(n.body)

    def ImplicitAccess(self, n: ast.ImplicitAccess) -> str:
        return "." + n.name

    def Unit(self, n: ast.Unit) -> str:
        return "()"

    def Paren(self, n: ast.Paren) -> str:
        return f"({self.show(n.value)})"

    def Tuple(self, n: ast.Tuple) -> str:
        return f"({self.commas(n.items)}{',' if len(n.items) == 1 else ''})"

    def Array(self, n: ast.Array) -> str:
        return f"[{self.commas(n.items)}]"

    def Repeat(self, n: ast.Repeat) -> str:
        return f"[{self.show(n.value)}; {self.show(n.count)}]"

    def Unsafe(self, n: ast.Unsafe) -> str:
        return "unsafe " + self.show(n.block)

    def Loop(self, n: ast.Loop) -> str:
        return "loop " + self.show(n.block)

    def While(self, n: ast.While) -> str:
        return f"while {self.show(n.condition)} {self.show(n.body)}"

    def For(self, n: ast.For) -> str:
        return f"for {self.show(n.pattern)} in {self.show(n.iterable)} {self.show(n.body)}"

    def Labelled(self, n: ast.Labelled) -> str:
        return f"{n.label}: {self.show(n.loop)}"

    def If(self, n: ast.If) -> str:
        return f"if {self.show(n.condition)} {self.show(n.then)}{self.optional(' else ', n.otherwise)}"

    def LetCondition(self, n: ast.LetCondition) -> str:
        return f"let {self.show(n.pattern)} = {self.show(n.value)}"

    def Match(self, n: ast.Match) -> str:
        return f"match {self.show(n.value)} {self.lines(n.arms)}"

    def Arm(self, n: ast.Arm) -> str:
        comma = "" if self.flat else ","
        return f"{self.show(n.pattern)}{self.optional(' if ', n.guard)} => {self.show(n.body)}{comma}"

    def Spawn(self, n: ast.Spawn) -> str:
        return f"spawn {self.show(n.type)} {{ {self.commas(n.fields)} }}"

    def SpawnNew(self, n: ast.SpawnNew) -> str:
        return f"spawn {self.show(n.type)}({self.commas(n.arguments)})"

    def StartCall(self, n: ast.StartCall) -> str:
        return f"async {self.show(n.callee)}({self.commas(n.arguments)})"

    def Shorthand(self, n: ast.Shorthand) -> str:
        return n.name

    def Update(self, n: ast.Update) -> str:
        return ".." + self.show(n.value)

    def Negative(self, n: ast.Negative) -> str:
        return "-" + self.show(n.number)

    def Int(self, n: ast.Int | ast.Float | ast.Bool | ast.Duration) -> str:
        return n.text

    Float = Bool = Duration = Int

    def Char(self, n: ast.Char) -> str:
        return "'" + encode(n.text, False).replace("'", "\\'").replace('\\"', '"') + "'"

    def String(self, n: ast.String) -> str:
        return f'"{encode(n.text, True)}"'

    def Bytes(self, n: ast.Bytes) -> str:
        return f'b"{escaped_bytes(n.text)}"'

    def Byte(self, n: ast.Byte) -> str:
        return f"b'{escaped_bytes(n.text)}'"

    def Interpolated(self, n: ast.Interpolated) -> str:
        outer, self.flat = self.flat, True
        text = "".join(encode(p, True) if isinstance(p, str) else self.show(p) for p in n.parts)
        self.flat = outer
        return f'"{text}"'

    def Interpolation(self, n: ast.Interpolation) -> str:
        spec = "" if n.spec is None else " :" + n.spec
        value = self.show(n.value)
        return "{" + (" " if value.startswith("{") else "") + value + spec + "}"


def escaped_bytes(text: str) -> str:
    """Characters 0 to 255 as they stand in a byte literal."""
    return "".join(c if " " <= c <= "~" and c not in "\"'\\" else f"\\x{ord(c):02x}" for c in text)
