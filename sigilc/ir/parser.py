"""Reads the text form of the IR back into a Module.

`//` begins a comment. Types may be used before their declarations, values and blocks before their
definitions. What the text means is not looked at: that is for `verify`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from sigilc.ir.forms import FORM_BY_MNEMONIC, Form
from sigilc.ir.function import HINTS, Block, ForeignFunction, IrActor, IrFunction, IrHandler, Module, PublicPart
from sigilc.ir.ops import Op, Value
from sigilc.ir.statics import IrStatic, StaticFault
from sigilc.ir.types import (
    ADDRESS,
    BOOL,
    CHAR,
    FAULT,
    PTR,
    STR,
    UNIT,
    IrAddr,
    IrArray,
    IrBox,
    IrDyn,
    IrEnum,
    IrFixed,
    IrFloat,
    IrFn,
    IrFuture,
    IrInt,
    IrMap,
    IrOption,
    IrStruct,
    IrTuple,
    IrType,
)
from sigilc.source.files import SourceFile
from sigilc.source.spans import Span

TOKEN = re.compile(r"""
    (?P<space>\s+|//[^\n]*)
  | (?P<bytes>b"(?:[^"\\]|\\.)*")
  | (?P<text>"(?:[^"\\]|\\.)*")
  | (?P<char>'(?:[^'\\]|\\u\{[0-9a-f]+\})')
  | (?P<value>%(?:[\w·]+(?:\.[\w·]+)*|"(?:[^"\\]|\\.)*"))
  | (?P<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|-inf)
  | (?P<name>[^\W\d][\w·]*(?:\.[\w·]+)*)
  | (?P<mark>->|\.\.\.|[][(){}<>:;,=?&@])
""", re.VERBOSE)
DECLARED = re.compile(r'^\s*(struct|union|c_enum|enum|dyn)\s+%([\w·.]+|"(?:[^"\\]|\\.)*")', re.MULTILINE)
SIMPLE_TYPES = (BOOL, CHAR, UNIT, PTR, ADDRESS, STR, FAULT, IrFloat(32), IrFloat(64),
                *(IrInt(bits, signed) for bits in (8, 16, 32, 64, 128) for signed in (True, False)))
NAMED_TYPES: dict[str, IrType] = {str(t): t for t in SIMPLE_TYPES}


class IrSyntaxError(Exception):
    """The text is no IR; `line` is 1-based."""

    def __init__(self, message: str, line: int):
        super().__init__(f"line {line}: {message}")
        self.line = line


class SiteSpan(Span):
    """A position read from `@ "file:line:column"`, without the file's text."""

    __slots__ = ("_column", "_line")

    def __init__(self, site: str):
        path, line, column = site.rsplit(":", 2)
        super().__init__(SourceFile(path, ""), 0, 0)
        self._line, self._column = int(line), int(column)

    @property
    def line(self) -> int:
        return self._line

    @property
    def column(self) -> int:
        return self._column

    def site(self) -> str:
        return f"{self.file.path}:{self._line}:{self._column}"


@dataclass(slots=True)
class _Token:
    kind: str
    text: str
    offset: int


class _Parser:
    """Recursive descent over the tokens of a module."""

    def __init__(self, text: str):
        self.text = text
        self.tokens: list[_Token] = []
        self.position = 0
        self.module = Module()
        self.values: dict[str, Value] = {}
        self.undefined: dict[str, _Token] = {}
        self.blocks: dict[str, Block] = {}
        self._tokenise()
        for match in DECLARED.finditer(text):
            name = self.unquote(match[2], match.start())
            if match[1] in ("struct", "union"):
                self.module.structs[name] = IrStruct(name, is_union=match[1] == "union")
            elif match[1] == "dyn":
                self.module.dyns[name] = IrDyn(name)
            else:
                self.module.enums[name] = IrEnum(name, is_c=match[1] == "c_enum")

    # ---- Tokens -----------------------------------------------------------------------------------------------------

    def _tokenise(self) -> None:
        offset = 0
        while offset < len(self.text):
            match = TOKEN.match(self.text, offset)
            if match is None:
                raise self._error(f"unexpected {self.text[offset]!r}", offset)
            if match.lastgroup != "space":
                self.tokens.append(_Token(match.lastgroup or "", match[0], offset))
            offset = match.end()
        self.tokens.append(_Token("end", "", offset))

    def _error(self, message: str, offset: int | None = None) -> IrSyntaxError:
        if offset is None:
            offset = self.tokens[self.position].offset
        return IrSyntaxError(message, self.text.count("\n", 0, offset) + 1)

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def peek(self, ahead: int) -> str:
        return self.tokens[min(self.position + ahead, len(self.tokens) - 1)].text

    def take(self, kind: str) -> str:
        token = self.token
        if token.kind != kind:
            raise self._error(f"expected a {kind}, found {token.text or 'the end'!r}")
        self.position += 1
        return token.text

    def accept(self, text: str) -> bool:
        if self.token.text == text and self.token.kind in ("mark", "name"):
            self.position += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self._error(f"expected {text!r}, found {self.token.text or 'the end'!r}")

    def integer(self) -> int:
        text = self.take("number")
        if not re.fullmatch(r"-?\d+", text):
            raise self._error(f"{text} is no integer")
        return int(text)

    def unquote(self, text: str, offset: int | None = None) -> str:
        """A symbol or text without its quotes."""
        if not text.startswith('"'):
            return text
        try:
            found = str(json.loads(text))
            found.encode()      # escapes may name halves of characters
            return found
        except ValueError:
            raise self._error(f"{text} has an escape or a character that can't stand in it", offset) from None

    def symbol(self) -> str:
        return self.unquote(self.take("text" if self.token.kind == "text" else "name"))

    # ---- Types ------------------------------------------------------------------------------------------------------

    def type(self) -> IrType:
        found = self._plain_type()
        while self.accept("?"):
            found = IrOption(found)
        return found

    def types(self, close: str) -> list[IrType]:
        found: list[IrType] = []
        while not self.accept(close):
            found.append(self.type())
            if not self.accept(","):
                self.expect(close)
                break
        return found

    def _plain_type(self) -> IrType:
        if self.token.kind == "value":
            return self._declared_type()
        if self.accept("&"):
            return IrAddr(self.type())
        if self.accept("["):
            item = self.type()
            count = self.integer() if self.accept(";") else None
            self.expect("]")
            return IrArray(item) if count is None else IrFixed(item, count)
        if self.accept("("):
            items = self.types(")")
            is_group = len(items) == 1 and self.tokens[self.position - 2].text != ","
            return items[0] if is_group else IrTuple(tuple(items))
        name = self.take("name")
        if name == "fn":
            self.expect("(")
            params = self.types(")")
            self.expect("->")
            return IrFn(tuple(params), self.type())
        if name == "unique":
            self.expect("<")
            item = self.type()
            self.expect(",")
            drop = self.symbol()
            self.expect(">")
            return IrBox(item, drop)
        if name in ("map", "future", "box"):
            self.expect("<")
            args = self.types(">")
            if len(args) != (2 if name == "map" else 1):
                raise self._error(f"{name} with {len(args)} arguments")
            if name == "box":
                return IrBox(args[0])
            return IrMap(args[0], args[1]) if name == "map" else IrFuture(args[0])
        if name not in NAMED_TYPES:
            raise self._error(f"unknown type {name}")
        return NAMED_TYPES[name]

    def _declared_type(self) -> IrStruct | IrEnum | IrDyn:
        name = self.unquote(self.take("value")[1:])
        found = self.module.structs.get(name) or self.module.enums.get(name) or self.module.dyns.get(name)
        if found is None:
            raise self._error(f"unknown type %{name}")
        return found

    # ---- Declarations -----------------------------------------------------------------------------------------------

    def parse(self) -> Module:
        parsers = {"struct": self._struct, "union": self._struct, "enum": self._enum, "c_enum": self._enum,
                   "dyn": self._dyn,
                   "actor": self._actor, "foreign": self._foreign,
                   "static": self._static, "fn": self._function}
        while self.token.kind != "end":
            word = self.take("name")
            if word == "main":
                self.module.main = self.symbol()
            elif word in parsers:
                parsers[word]()
            else:
                raise self._error(f"unexpected {word!r}")
        return self.module

    def _struct(self) -> None:
        struct = self._declared_type()
        if not isinstance(struct, IrStruct):
            raise self._error(f"{struct} is declared twice")
        self.expect("{")
        struct.fields, struct.field_names = self._fields("}")

    def _fields(self, close: str) -> tuple[tuple[IrType, ...], tuple[str, ...]]:
        """Types with or without names, and the names."""
        types: list[IrType] = []
        names: list[str] = []
        while not self.accept(close):
            if self.peek(1) == ":":
                names.append(self.symbol())
                self.expect(":")
            types.append(self.type())
            if not self.accept(","):
                self.expect(close)
                break
        return tuple(types), tuple(names)

    def _enum(self) -> None:
        enum = self._declared_type()
        if not isinstance(enum, IrEnum):
            raise self._error(f"{enum} is declared twice")
        self.expect("{")
        names: list[str] = []
        variants: list[tuple[IrType, ...]] = []
        numbers: list[int] = []
        field_names: list[tuple[str, ...]] = []
        while not self.accept("}"):
            names.append(self.symbol())
            types, fields = self._fields(")") if self.accept("(") else ((), ())
            variants.append(types)
            field_names.append(fields)
            if self.accept("="):
                numbers.append(self.integer())
            self.accept(",")
        enum.variants, enum.variant_names, enum.discriminants = tuple(variants), tuple(names), tuple(numbers)
        enum.field_names = tuple(field_names) if any(field_names) else ()

    def _dyn(self) -> None:
        dyn = self._declared_type()
        if not isinstance(dyn, IrDyn):
            raise self._error(f"{dyn} is declared twice")
        self.expect("{")
        methods = self.types("}")
        if not all(isinstance(method, IrFn) and method.params for method in methods):
            raise self._error("a method is a function that takes the value")
        dyn.methods = tuple(method for method in methods if isinstance(method, IrFn))

    def _actor(self) -> None:
        name = self.symbol()
        state = self._declared_type()
        if not isinstance(state, IrStruct):
            raise self._error("the state of an actor is a struct")
        actor = self.module.actors[name] = IrActor(name, state)
        self.expect("{")
        while not self.accept("}"):
            handler = self.symbol()
            self.expect("(")
            payload = tuple(self.types(")"))
            reply = self.type() if self.accept("->") else None
            self.expect("=")
            actor.handlers.append(IrHandler(handler, self.symbol(), payload, reply))

    def _foreign(self) -> None:
        symbol = self.symbol()
        self.expect("(")
        params: list[IrType] = []
        is_variadic = False
        while not self.accept(")"):
            if self.accept("..."):
                is_variadic = True
            else:
                params.append(self.type())
            self.accept(",")
        self.expect("->")
        self.module.foreign[symbol] = ForeignFunction(symbol, tuple(params), self.type(), is_variadic)

    def _static(self) -> None:
        name = self.symbol()
        self.expect(":")
        type_ = self.type()
        self.expect("=")
        self.module.statics[name] = IrStatic(name, type_, self._static_value(type_))

    def _static_value(self, type_: IrType) -> object:
        while isinstance(type_, IrBox):
            type_ = type_.item
        match type_:
            case IrArray(item=item) | IrFixed(item=item):
                self.expect("[")
                items: list[object] = []
                while not self.accept("]"):
                    items.append(self._static_value(item))
                    self.accept(",")
                return tuple(items)
            case IrOption(item=item):
                if self.accept("none"):
                    return self._static_fault()
                self.expect("some")
                return (self._static_value(item),)
            case IrEnum(variants=variants):
                variant = self.integer()
                if not 0 <= variant < len(variants):
                    raise self._error(f"{type_} has no variant {variant}")
                return (variant, *self._static_parts(variants[variant]))
            case IrStruct(fields=parts) | IrTuple(items=parts):
                return self._static_parts(parts)
        return self._static_fault() if type_ == FAULT else self._constant(type_)

    def _static_parts(self, types: tuple[IrType, ...]) -> tuple[object, ...]:
        self.expect("(")
        found: list[object] = []
        for type_ in types:
            found.append(self._static_value(type_))
            self.accept(",")
        self.expect(")")
        return tuple(found)

    def _static_fault(self) -> StaticFault:
        self.expect("fault")
        self.expect("(")
        message, stage, site = (self._static_text() for _ in range(3))
        cause = self._static_fault() if self.token.text == "fault" else None
        self.expect(")")
        return StaticFault(message, stage, site, cause)

    def _static_text(self) -> bytes:
        text = self._constant(STR)
        if not isinstance(text, bytes):
            raise self._error("expected a text")
        self.accept(",")
        return text

    # ---- Functions --------------------------------------------------------------------------------------------------

    def _function(self) -> None:
        self.values, self.undefined, self.blocks = {}, {}, {}
        name = self.symbol()
        self.expect("(")
        owned: set[int] = set()
        params = self._params(owned)
        self.expect("->")
        function = IrFunction(name, params, self.type(), owned=frozenset(owned))
        if self.accept("export"):
            function.export = self.symbol()
        function.catches = self.accept("catches")
        while self.token.text in HINTS:
            function.hints += (self.take("name"),)
        if self.accept("constant_time"):
            function.public_parts = self._public_parts()
        if self.accept("nounwind"):
            self.module.nounwind.add(name)
        if name in self.module.functions:
            raise self._error(f"function {name} is defined twice")
        self.expect("{")
        while not self.accept("}"):
            block = self.block(self.take("name"))
            if block in function.blocks:
                raise self._error(f"block {block.name} is defined twice")
            function.blocks.append(block)
            if self.accept("("):
                block.params = self._params()
            self.expect(":")
            while self.token.text != "}" and not self._is_at_label():
                block.ops.append(self._op())
        for token in self.undefined.values():
            raise self._error(f"{token.text} is not defined", token.offset)
        for block in self.blocks.values():
            if block not in function.blocks:
                raise self._error(f"block {block.name} is not defined")
        self.module.functions[name] = function

    def _public_parts(self) -> tuple[PublicPart, ...]:
        """`(%n, %state[0, 2])`."""
        found: list[PublicPart] = []
        self.expect("(")
        while not self.accept(")"):
            value, numbers = self.value(), []
            if self.accept("["):
                while not self.accept("]"):
                    numbers.append(self.integer())
                    self.accept(",")
            found.append((value, tuple(numbers)))
            self.accept(",")
        return tuple(found)

    def _is_at_label(self) -> bool:
        return self.token.kind == "name" and self.peek(1) in (":", "(")

    def block(self, name: str) -> Block:
        """The block of that name, made at its first mention."""
        if name not in self.blocks:
            self.blocks[name] = Block(name)
        return self.blocks[name]

    def _params(self, owned: set[int] | None = None) -> list[Value]:
        """`%a: i64, …)`; `own` before one of a function adds its number to `owned`."""
        found: list[Value] = []
        while not self.accept(")"):
            if owned is not None and self.accept("own"):
                owned.add(len(found))
            found.append(self._definition())
            if not self.accept(","):
                self.expect(")")
                break
        return found

    def _definition(self) -> Value:
        """`%a: i64`, filling in the type of a value that was mentioned before."""
        token = self.token
        value = self.value()
        if token.text not in self.undefined:
            raise self._error(f"{token.text} is defined twice", token.offset)
        del self.undefined[token.text]
        self.expect(":")
        value.type = self.type()
        return value

    def value(self) -> Value:
        token = self.token
        text = self.take("value")
        if text not in self.values:
            name = text[1:]
            self.values[text] = Value(UNIT, "" if name.isdigit() else re.sub(r"(\.\d+)+$", "", name))
            self.undefined[text] = token
        return self.values[text]

    def value_list(self, close: str) -> list[Value]:
        found: list[Value] = []
        while self.token.text != close:
            found.append(self.value())
            if not self.accept(","):
                break
        return found

    # ---- Ops --------------------------------------------------------------------------------------------------------

    def _op(self) -> Op:
        result = None
        if self.token.kind == "value":
            result = self._definition()
            self.expect("=")
        mnemonic, *flags = self.take("name").split(".")
        form = FORM_BY_MNEMONIC.get(mnemonic)
        if form is None or any(flag not in form.flags for flag in flags):
            raise self._error(f"unknown op {'.'.join([mnemonic, *flags])}")
        attributes: dict[str, Any] = dict(form.fixed)
        for flag in flags:
            name, value = form.flags[flag]
            attributes[name] = value
        self._pieces(form, attributes, result)
        op = form.op(result=result, **attributes)
        if self.accept("cleanup"):
            self.expect("[")
            op.cleanup = self.value_list("]")
            self.expect("]")
        if self.accept("@"):
            site = self.unquote(self.take("text"))
            if not re.fullmatch(r".*:\d+:\d+", site, re.DOTALL):
                raise self._error(f"{site!r} is no position")
            op.span = SiteSpan(site)
        return op

    def _pieces(self, form: Form, attributes: dict[str, Any], result: Value | None) -> None:
        """Reads what a form's template says."""
        for i, piece in enumerate(form.pieces):
            if isinstance(piece, str):
                for mark in re.findall(r"\S", piece):
                    self.expect(mark)
                continue
            kind, name = piece
            if kind == "+":
                attributes[name], attributes["moved"] = self._arguments()
            elif kind == "*":
                close = form.pieces[i + 1]
                attributes[name] = self.value_list(str(close)[0])
            elif kind == "&":
                attributes[name] = self._symbols(str(form.pieces[i + 1])[0])
            elif kind == ";":
                attributes[name] = self._integers()
            else:
                attributes[name] = self._piece(kind, result)

    def _symbols(self, close: str) -> list[str]:
        found: list[str] = []
        while self.token.text != close:
            found.append(self.symbol())
            if not self.accept(","):
                break
        return found

    def _integers(self) -> list[int]:
        found: list[int] = []
        while self.token.kind == "number":
            found.append(self.integer())
            if not self.accept(","):
                break
        return found

    def _arguments(self) -> tuple[list[Value], frozenset[int]]:
        """`%a, own %b` up to the parenthesis; the values, and the numbers of those that are moved."""
        found: list[Value] = []
        moved: set[int] = set()
        while self.token.text != ")":
            if found:
                self.expect(",")
            if self.accept("own"):
                moved.add(len(found))
            found.append(self.value())
        return found, frozenset(moved)

    def _piece(self, kind: str, result: Value | None) -> object:
        match kind:
            case "%":
                return self.value()
            case "?":
                return None if self.accept("_") else self.value()
            case "#":
                return self.integer()
            case "@":
                return self.symbol()
            case "$":
                return self.unquote(self.take("text"))
            case ":":
                return self.block(self.take("name"))
            case "^":
                return self._cases()
            case "!":
                return self.type()
            case "=":
                return self._constant(result.type if result else UNIT)
        if not self.accept("("):
            return []
        found = self.value_list(")")
        self.expect(")")
        return found

    def _cases(self) -> list[tuple[int, Block]]:
        found: list[tuple[int, Block]] = []
        while self.token.kind == "number":
            number = self.integer()
            self.expect(":")
            found.append((number, self.block(self.take("name"))))
            self.accept(",")
        return found

    def _constant(self, type_: IrType) -> object:
        token = self.token
        self.position += 1
        match token.kind:
            case "text":
                return self.unquote(token.text, token.offset).encode()
            case "bytes":
                return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), token.text[2:-1].encode())
            case "char":
                return int(token.text[4:-2], 16) if token.text.startswith("'\\") else ord(token.text[1:-1])
            case "number" if isinstance(type_, IrFloat):
                return float(token.text)
            case "number" if re.fullmatch(r"-?\d+", token.text):
                return int(token.text)
            case "name" if token.text in ("true", "false"):
                return token.text == "true"
            case "name" if token.text in ("inf", "nan"):
                return float(token.text)
            case "mark" if token.text == "(":
                self.expect(")")
                return None
        raise self._error(f"expected a constant, found {token.text or 'the end'!r}", token.offset)


def parse_module(text: str) -> Module:
    """The module that `text` describes. Raises IrSyntaxError."""
    return _Parser(text).parse()
