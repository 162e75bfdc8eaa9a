"""Checks operators, casts, evidence operators, and the making and reading of structs, tuples and arrays."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.foreign import check_pointer_item, converts_pointer
from sigilc.check.impls import find_impl, satisfies
from sigilc.check.infer import is_never, resolve, settled, shallow, unifies, unify
from sigilc.check.method_table import head_of
from sigilc.check.ranges import Ranges
from sigilc.check.types import (
    BOOL,
    CHAR,
    FAULT,
    STR,
    UNIT,
    USIZE,
    AddressType,
    ArrayType,
    EnumType,
    ErrorType,
    FixedType,
    FnType,
    InferVar,
    OptionType,
    ParamType,
    PointerType,
    PrimType,
    ProjectionType,
    RangeType,
    StructType,
    TupleType,
    Type,
    is_integer,
    is_numeric,
    substitute,
)
from sigilc.diagnostics.habits import METHODS
from sigilc.source.spans import Span
from sigilc.syntax import ast

_OPERATOR_TRAITS = {"+": "Add", "-": "Sub", "*": "Mul", "/": "Div", "%": "Rem"}
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))
_FAULT_FIELDS: dict[str, Type] = {"message": STR, "stage": STR, "site": STR, "cause": OptionType(FAULT)}


class Operators(Ranges):
    """Methods of Body."""

    def check_Paren(self, node: Any, expected: Type | None) -> t.Expr:
        """`(e)`."""
        return self.expr(node.value, expected)

    def check_Binary(self, node: Any, expected: Type | None) -> t.Expr:
        """Every operator with two operands but `??`, ranges and assignment; a long chain is walked, not recursed."""
        chain = [node]
        while isinstance(chain[-1].left, ast.Binary):
            chain.append(chain[-1].left)
        left: t.Expr | None = None
        for step in reversed(chain):
            left = self.binary(step, left, expected)
        assert left is not None
        return left

    def binary(self, node: Any, left: t.Expr | None, expected: Type | None) -> t.Expr:
        """One operator; `left` where that operand is checked already."""
        operator, span = node.operator, self.span(node)
        if operator in ("&&", "||"):
            first = left or self.expr(node.left, BOOL)
            first = self.coerce(first, BOOL)
            return t.Logic(span, BOOL, operator, first, self.coerce(self.expr(node.right, BOOL), BOOL))
        hint = None if operator in _COMPARISONS else expected
        left = left or self.expr(node.left, hint)
        right = self.expr(node.right, None if operator in ("<<", ">>") else left.type)
        if operator in ("==", "!="):
            left, right = self.level(left, right)
        else:
            what = f"an operand of `{operator}`"
            left, right = self.present(left, what), self.present(right, what)
        overloaded = self.overloaded(operator, left, right, node)
        if overloaded is not None:
            return overloaded
        if operator not in ("<<", ">>") and not unify(left.type, right.type):
            raise self.operand_mismatch(operator, left, right, node)
        self.deferred.append(lambda: self.check_operands(operator, left, right, node))
        return t.Binary(span, BOOL if operator in _COMPARISONS else left.type, operator, left, right)

    def overloaded(self, operator: str, left: t.Expr, right: t.Expr, node: Any) -> t.Expr | None:
        """An operator that a trait gives to a type that is no number."""
        name = _OPERATOR_TRAITS.get(operator)
        a, b = shallow(left.type), shallow(right.type)
        if operator == "+" and a == STR and b == STR:
            return self.joined_texts(left, right, node)
        if name is not None and isinstance(a, InferVar) and a.kind != "any" and not isinstance(b, InferVar | ErrorType) \
                and not is_numeric(b) and find_impl(self.prelude_trait(name), PrimType(str(a)), (b,)) is not None:
            unify(a, PrimType(str(a)))      # a literal before a type that is no number
            a = shallow(a)
        if name is None or isinstance(a, InferVar | ErrorType) or (is_numeric(a) and (
                is_numeric(b) or isinstance(b, InferVar | ErrorType))):
            return None
        trait = self.prelude_trait(name)
        if not satisfies(a, trait, (b,)) or (is_numeric(a) and find_impl(trait, a, (b,)) is None):
            return None
        return self.call_trait(trait, name.lower(), left, [right], node)

    def joined_texts(self, left: t.Expr, right: t.Expr, node: Any) -> t.Expr:
        """`a + b` of two texts, and `a + b + c` in one: what an interpolation makes of them."""
        before = left.parts if isinstance(left, t.Interpolate) else [(left, t.FormatSpec())]
        return t.Interpolate(self.span(node), STR, [*before, (right, t.FormatSpec())])

    def level(self, left: t.Expr, right: t.Expr) -> tuple[t.Expr, t.Expr]:
        """For `==`: a `T` beside a `T?` becomes one."""
        a, b = shallow(left.type), shallow(right.type)
        if isinstance(a, OptionType) and not isinstance(b, OptionType) and unifies(a.item, b):
            return left, self.coerce(right, a)
        if isinstance(b, OptionType) and not isinstance(a, OptionType) and unifies(b.item, a):
            return self.coerce(left, b), right
        return left, right

    def operand_mismatch(self, operator: str, left: t.Expr, right: t.Expr, node: Any) -> Any:
        """Two operands of different types."""
        a, b = resolve(left.type), resolve(right.type)
        hint = "conversions are written down: `… as T`" if is_numeric(a) and is_numeric(b) else ""
        if a == STR and operator == "+":
            hint = 'put texts together by interpolation: `"{a}{b}"`'
        return self.error("E0201", f"`{operator}` between `{a}` and `{b}`", self.operator_span(operator, left, right, node),
                          "the operands differ in type", hint,
                          [(left.span, f"this is `{a}`"), (right.span, f"this is `{b}`")])

    def operator_span(self, operator: str, left: t.Expr, right: t.Expr, node: Any) -> Span:
        """The span of an operator between two operands; of the whole where it stands elsewhere."""
        text, start, end = self.source.text, left.span.end, right.span.start
        at = text.find(operator, start, end) if left.span.file is self.source else -1
        return Span(self.source, at, at + len(operator)) if at >= 0 else self.span(node)

    def check_operands(self, operator: str, left: t.Expr, right: t.Expr, node: Any) -> None:
        """Whether an operator is for these (now final) types."""
        a, b = settled(left.type), settled(right.type)
        if isinstance(a, ErrorType) or isinstance(b, ErrorType):
            return
        help_ = ""
        if operator in _COMPARISONS:
            name = "Eq" if operator in ("==", "!=") else "Ord"
            fits = self.implements(a, name)
            if isinstance(a, ParamType | ProjectionType):
                help_ = f"state a bound: `{a}: {name}`"
        elif operator in ("<<", ">>"):
            fits = is_integer(a) and is_integer(b)
        elif operator in ("&", "|", "^"):
            fits = is_integer(a) or a == BOOL
        else:
            fits = is_numeric(a)
            if isinstance(a, ParamType):
                help_ = f"state a bound: `{a}: {_OPERATOR_TRAITS.get(operator, '…')}`"
            trait_name = _OPERATOR_TRAITS.get(operator)
            if not fits and trait_name and not isinstance(a, ParamType) and satisfies(a, self.prelude_trait(trait_name), (b,)):
                self.error("E0203", f"that this `{operator}` is one of `{a}` is known too late",
                           self.operator_span(operator, left, right, node), "which operator this is depends on the type",
                           f"write down the type of an operand: `x: {a}`", [(left.span, f"this turns out to be `{a}`")])
                return
        if operator == "|" and isinstance(b, FnType):
            help_ = "bitwise or is written with spaces, a pipe without one after it: `a |f`"
        if not fits:
            self.error("E0204", f"`{operator}` is not for `{a}`", self.operator_span(operator, left, right, node),
                       "no operator for this type", help_,
                       [(left.span, f"this is `{a}`")])

    def check_Unary(self, node: Any, expected: Type | None) -> t.Expr:
        """`-e`, `!e`, `&e`."""
        span = self.span(node)
        if node.operator == "-" and isinstance(node.value, ast.Int | ast.Float):
            check = self.check_Int if isinstance(node.value, ast.Int) else self.check_Float
            literal = check(node.value, expected, True)
            literal.span = span
            return literal
        value = self.expr(node.value, expected)
        if node.operator == "&":
            return value
        value = self.present(value, f"the operand of `{node.operator}`")
        if node.operator == "-" and not isinstance(shallow(value.type), InferVar) and not is_numeric(shallow(value.type)) \
                and self.implements(value.type, "Neg"):
            return self.call_trait(self.prelude_trait("Neg"), "neg", value, [], node)
        self.deferred.append(lambda: self.check_unary(node, value))
        return t.Unary(span, value.type, node.operator, value)

    def check_Negative(self, node: Any, expected: Type | None) -> t.Expr:
        """`-1` as the operand of a section."""
        return self.check_Unary(ast.Unary(node.start, node.end, "-", node.number), expected)

    def check_unary(self, node: Any, value: t.Expr) -> None:
        """Whether `-` or `!` is for this (now final) type."""
        type_ = settled(value.type)
        if isinstance(type_, ErrorType):
            return
        fits = is_numeric(type_) if node.operator == "-" else is_integer(type_) or type_ == BOOL
        if not fits:
            self.error("E0204", f"`{node.operator}` is not for `{type_}`", node, f"this is `{type_}`")
        elif node.operator == "-" and is_integer(type_) and str(type_).startswith("u"):
            self.error("E0204", f"`{type_}` has no negative values", node, "can't be negated",
                       "convert it to a signed type first: `… as i64`")

    def check_Cast(self, node: Any, expected: Type | None) -> t.Expr:
        """`e as T`."""
        target = self.cast_type(node.type)
        value = self.present(self.expr(node.value), "what `as` converts")
        self.deferred.append(lambda: self.check_cast(node, value, target))
        return t.Cast(self.span(node), target, value)

    def cast_type(self, node: Any) -> Type:
        """The type after `as`: a path, or a raw pointer."""
        if isinstance(node, ast.PointerType):
            item = self.cast_type(node.type)
            check_pointer_item(self.context, item, self.span(node))
            return PointerType(item, node.kind == "mut")
        written = ast.TypePath(node.start, node.end, None, getattr(node, "name", ""), None)
        if not isinstance(node, ast.Path):
            raise self.error("E0102", "`as` takes a scalar type", node, "not a scalar type")
        return self.names.resolve(written)[0]

    def check_cast(self, node: Any, value: t.Expr, target: Type) -> None:
        """Whether a (now final) type converts to another."""
        source = settled(value.type)
        if isinstance(source, ErrorType) or isinstance(target, ErrorType):
            return
        scalar = is_numeric(source) or source in (BOOL, CHAR)
        fits = scalar and is_numeric(target) and not (source in (BOOL, CHAR) and not is_integer(target))
        fits = fits or source == target or converts_pointer(source, target) or (target == CHAR and source == PrimType("u8"))
        fits = fits or (isinstance(source, EnumType) and is_integer(target) and all(
            not v.fields for v in source.decl.variants))
        if not fits:
            self.error("E0211", f"`{source}` does not convert to `{target}`", node, "no such conversion",
                       self.other_conversion(source, target, value))

    def other_conversion(self, source: Type, target: Type, value: t.Expr) -> str:
        """What to write where `as` does not convert."""
        text = self.shown_text(value)
        if target == CHAR:
            return "check the code point: `char·from_u32(n)`"
        if source == STR and is_numeric(target):
            return f"read the number, which may be absent: `{target}·parse({text})`"
        if target == STR:
            return f'make text by interpolation: `"{{{text}}}"`'
        if target == BOOL and is_numeric(source):
            return f"compare it: `{text} != {'0' if is_integer(source) else '0.0'}`"
        if source in (BOOL, CHAR) and is_numeric(target):
            return f"convert it to an integer first: `{text} as u32 as {target}`"
        return "take it apart with `match`" if isinstance(source, EnumType) else ""

    # ---- Default, evidence ----------------------------------------------------------------------------------------------

    def check_Default(self, node: Any, expected: Type | None) -> t.Expr:
        """`a ?? b`."""
        wanted = shallow(expected) if expected is not None else None
        hint = wanted if wanted is None or isinstance(wanted, OptionType) else OptionType(wanted)
        return self.default_of(self.expr(node.value, hint), node.otherwise, node)

    def default_of(self, value: t.Expr, otherwise: Any, node: Any) -> t.Expr:
        """A checked value, or what stands for it where it is absent."""
        type_ = shallow(value.type)
        if isinstance(type_, ErrorType):
            return self.error_expr(self.span(node))
        if not isinstance(type_, OptionType):
            item = InferVar()
            if not unify(type_, OptionType(item)):
                raise self.error("E0216", "`??` stands after a value that is always present", value,
                                 f"this is `{resolve(type_)}`", "leave out the default")
            type_ = OptionType(item)
        other = self.expr(otherwise, type_.item)
        found = shallow(other.type)
        if isinstance(found, OptionType) and not unifies(type_.item, found):
            return t.Default(self.span(node), type_, value, self.coerce(other, type_))
        return t.Default(self.span(node), type_.item, value, self.coerce(other, type_.item, (value.span, "the value")))

    def check_Marked(self, node: Any, expected: Type | None) -> t.Expr:
        """`e!`, `e?`, `e~`, `e‽`."""
        span = self.span(node)
        if node.mark == "?":
            return self.check_try(node, expected)
        hint = expected
        value = self.expr(node.value, hint)
        if node.mark == "~":
            return t.Report(span, value.type, value)
        if node.mark == "‽":
            return t.Assert(span, value.type, value)
        type_ = shallow(value.type)
        if isinstance(type_, OptionType):
            return t.Confirm(span, type_.item, value, True)
        return t.Confirm(span, value.type, value, False)

    # ---- Structs, tuples, arrays ----------------------------------------------------------------------------------------

    def check_Tuple(self, node: Any, expected: Type | None) -> t.Expr:
        """`(a, b)`."""
        wanted = shallow(expected) if expected is not None else None
        while isinstance(wanted, OptionType):
            wanted = shallow(wanted.item)
        hints = wanted.items if isinstance(wanted, TupleType) and len(wanted.items) == len(node.items) else None
        items = []
        for i, item in enumerate(node.items):
            value = self.expr(item, hints[i] if hints else None)
            items.append(self.coerce(value, hints[i]) if hints else value)
        types = [hints[i] if hints and is_never(item.type) else item.type for i, item in enumerate(items)]
        return t.MakeTuple(self.span(node), TupleType(tuple(types)), items)

    def check_Array(self, node: Any, expected: Type | None) -> t.Expr:
        """`[a, b]`."""
        wanted = self.wanted_array(expected)
        item: Type = wanted.item if wanted is not None else InferVar()
        items: list[t.Expr] = []
        for part in node.items:
            value = self.expr(part, item)
            why = (items[0].span, "the first element says the type") if items else None
            items.append(self.coerce(value, item, why))
        if isinstance(wanted, FixedType):
            if len(items) != wanted.count:
                raise self.wrong_length(node, len(items), wanted)
            return t.MakeArray(self.span(node), FixedType(item, wanted.count), items)
        return t.MakeArray(self.span(node), ArrayType(item), items)

    def wanted_array(self, expected: Type | None) -> ArrayType | None:
        """The type of array that is expected, also inside an uncertain type."""
        wanted = shallow(expected) if expected is not None else None
        while isinstance(wanted, OptionType):
            wanted = shallow(wanted.item)
        return wanted if isinstance(wanted, ArrayType) else None

    def wrong_length(self, node: Any, count: int, wanted: FixedType) -> Any:
        """An array literal of another length than the one required."""
        return self.error("E0244", f"expected `{resolve(wanted)}`, found an array of {count}", node,
                          f"{count} element{'' if count == 1 else 's'}, not {wanted.count}")

    def check_Repeat(self, node: Any, expected: Type | None) -> t.Expr:
        """`[e; n]`."""
        wanted = self.wanted_array(expected)
        value = self.expr(node.value, wanted.item if wanted is not None else None)
        if isinstance(wanted, FixedType):
            value = self.coerce(value, wanted.item)
            count = self.context.length_of(node.count, self.scope)
            if count != wanted.count:
                raise self.wrong_length(node, count, wanted)
            length = t.Literal(self.span(node.count), USIZE, count)
            return t.RepeatArray(self.span(node), FixedType(wanted.item, count), value, length)
        return t.RepeatArray(self.span(node), ArrayType(value.type), value, self.index_value(node.count))

    def field(self, value: t.Expr, name: str, node: Any) -> t.Expr:
        """A field or slot of a checked value."""
        type_, span = shallow(value.type), self.span(node)
        if isinstance(type_, ErrorType):
            return self.error_expr(span)
        if isinstance(type_, OptionType):
            raise self.error("E0303", f"`.{name}` is taken of an uncertain value", value,
                             f"this is `{resolve(type_)}`: it may be absent",
                             f"lift it with a pipe, `|.{name}`, or handle absence with `??`, `match` or `!`")
        if isinstance(type_, InferVar) and type_.kind == "any":
            raise self.error("E0203", f"the type of this value is not known where `.{name}` is taken", value,
                             "its type must be written down", "annotate the variable or the parameter")
        if type_ == FAULT and name in _FAULT_FIELDS:
            return t.FaultField(span, _FAULT_FIELDS[name], value, name)
        if isinstance(type_, RangeType) and name in ("start", "end"):
            return self.range_end(value, type_, name, node)
        if isinstance(type_, TupleType) and name.isdecimal() and int(name) < len(type_.items):
            return t.GetField(span, type_.items[int(name)], value, int(name))
        if isinstance(type_, AddressType):
            raise self.error("E0502", f"the field `{name}` is private to the actor", self.name_span(node, name),
                             "only the actor itself sees it", "send the actor a message instead",
                             [(value.span, f"the address of a `{type_}`")])
        fields = type_.decl.fields if isinstance(type_, StructType) else []
        if not any(f.name == name for f in fields) and self.has_method(type_, name):
            raise self.error("E0103", f"`{name}` is a method", self.name_span(node, name), "a method must be called",
                             f"write `.{name}()`")
        if not isinstance(type_, StructType):
            last = len(type_.items) - 1 if isinstance(type_, TupleType) else 0
            raise self.error("E0103", f"`{resolve(type_)}` has no field `{name}`", self.name_span(node, name),
                             "no field of this name", f"its parts are `.0` to `.{last}`" if last else METHODS.get(name, ""))
        index = self.field_index(fields, name, node, type_.decl.name)
        self.check_privacy(type_.decl, fields[index], node)
        if type_.decl.is_union and not self.unsafe_depth:
            self.error("E0601", f"nothing checks that the union `{type_.decl.name}` holds a `{name}`", node,
                       "a field of a union outside `unsafe`", "write `unsafe { … }` around it")
        args = dict(zip(type_.decl.type_params, type_.args, strict=True))
        return t.GetField(span, substitute(fields[index].type, args), value, index)

    def has_method(self, type_: Type, name: str) -> bool:
        """Whether a type has a method of this name."""
        return name in self.context.methods_of(head_of(type_))

    def check_slots(self, decl: t.StructDecl, node: Any) -> None:
        """`Id(3)` and the pattern `Id(n)` need all of the fields; one that is private is enough to tell."""
        module = self.context.modules_by_decl.get(id(decl))
        private = next((f for f in decl.fields if not f.is_public), None)
        if module is not None and private is not None and not self.is_inside(module):
            self.error("E0110", f"the field `{private.name}` of `{decl.name}` is private", node, "needs all fields",
                       "put `pub` before its type, or give the type functions that make it and tell of it",
                       [(private.span, "declared here")])

    def check_privacy(self, decl: t.StructDecl, field: t.Field, node: Any) -> None:
        """Fields without `pub` are private to their module."""
        module = self.context.modules_by_decl.get(id(decl))
        if module is not None and not field.is_public and not self.is_inside(module):
            self.error("E0110", f"the field `{field.name}` of `{decl.name}` is private", self.name_span(node, field.name),
                       "private", f"put `pub` before its {'type' if decl.is_tuple else 'declaration'}",
                       [(field.span, "declared here")])

    def check_StructLiteral(self, node: Any, expected: Type | None) -> t.Expr:
        """`Point { x: 1.0, ..p }`, `Shape·Rect { w: 1.0, h: 2.0 }`."""
        found = self.resolve_value_path(node.path) if not self.is_self_path(node.path) else self.scope.self_type.decl  # type: ignore[union-attr]
        if isinstance(found, tuple):
            return self.variant_literal(node, found, expected)
        if not isinstance(found, t.StructDecl):
            raise self.error("E0102", "this names no struct", node.path, "not a struct")
        if found.is_tuple and found.fields:
            raise self.error("E0206", f"the fields of `{found.name}` have no names", node, "not written in braces",
                             f"write `{found.name}(…)`")
        type_ = StructType(found, tuple(InferVar() for _ in found.type_params))
        self.hint_type(type_, expected)
        fields, order, base = self.initialisers(node, found.fields, type_, found.name)
        return t.MakeStruct(self.span(node), type_, fields, order, base)

    def is_self_path(self, node: Any) -> bool:
        """Whether a path is `Self`, for a struct."""
        return isinstance(node, ast.Path) and node.name == "Self" and isinstance(self.scope.self_type, StructType)

    def hint_type(self, type_: Type, expected: Type | None) -> None:
        """Lets the expected type settle type arguments."""
        wanted = shallow(expected) if expected is not None else None
        while isinstance(wanted, OptionType):
            wanted = shallow(wanted.item)
        if wanted is not None and getattr(wanted, "decl", None) is type_.decl:  # type: ignore[attr-defined]
            unify(type_, wanted)

    def variant_literal(self, node: Any, found: Any, expected: Type | None) -> t.Expr:
        """A variant with named fields."""
        decl, variant = found
        type_ = EnumType(decl, tuple(InferVar() for _ in decl.type_params))
        self.refuse_braces(variant, node)
        self.hint_type(type_, expected)
        fields, order, base = self.initialisers(node, variant.fields, type_, variant.name)
        if base is not None:
            raise self.error("E0206", "`..` is for structs", node, "a variant has no other value to take fields from")
        if order != sorted(order):
            return self.ordered_variant(node, type_, variant, fields, order)
        return t.MakeVariant(self.span(node), type_, variant, fields)  # type: ignore[arg-type]

    def ordered_variant(self, node: Any, type_: Type, variant: t.Variant, fields: list[Any], order: list[int]) -> t.Expr:
        """Fields in another order than declared: evaluated as written, through variables."""
        span = self.span(node)
        lets: list[t.Expr] = []
        args: list[Any] = list(fields)
        for index in order:
            value = fields[index]
            variable = t.Variable(variant.fields[index].name, value.type, value.span)
            lets.append(t.Let(value.span, UNIT, t.BindPattern(value.span, value.type, variable), value))
            args[index] = t.Local(value.span, value.type, variable)
        return t.Block(span, type_, lets, t.MakeVariant(span, type_, variant, args))

    def initialisers(self, node: Any, fields: list[t.Field], type_: Type, name: str
                     ) -> tuple[list[t.Expr | None], list[int], t.Expr | None]:
        """The fields of a literal in braces: by index, in the order written, and the base of `..base`."""
        args: dict[ParamType, Type] = dict(zip(type_.decl.type_params, type_.parts(), strict=True))  # type: ignore[attr-defined]
        values: list[t.Expr | None] = [None] * len(fields)
        order: list[int] = []
        base: t.Expr | None = None
        for entry in node.fields:
            if isinstance(entry, ast.Update):
                base = self.coerce(self.expr(entry.value, type_), type_)
                continue
            if isinstance(entry, ast.RestPattern):
                raise self.error("E0206", "`..` stands for the fields of no value", entry, "nothing follows",
                                 "take the other fields from another value: `..other`")
            index = self.field_index(fields, entry.name, entry, name)
            if values[index] is not None:
                raise self.error("E0206", f"the field `{entry.name}` is given twice", entry, "given again here")
            if isinstance(type_, StructType):
                self.check_privacy(type_.decl, fields[index], entry)
            wanted = substitute(fields[index].type, args)
            tree = entry.value if isinstance(entry, ast.Named) else ast.Path(entry.start, entry.end, entry.name)
            values[index] = self.coerce(self.expr(tree, wanted), wanted, (fields[index].span, "declared here"))
            order.append(index)
        if isinstance(type_, StructType) and type_.decl.is_union:
            if len(order) != 1 or base is not None:
                raise self.error("E0206", f"a literal of the union `{name}` gives one of its fields", node,
                                 f"{len(order)} given here")
        elif base is None:
            self.fill_defaults(fields, values, order, args, node, name)
        return values, order, base

    def fill_defaults(self, fields: list[t.Field], values: list[t.Expr | None], order: list[int],
                      args: dict[ParamType, Type], node: Any, name: str) -> None:
        """Defaults for the fields that are left out; others are missing."""
        missing = []
        for i, field in enumerate(fields):
            if values[i] is not None:
                continue
            default = self.context.field_defaults.get(id(field))
            if default is None:
                missing.append(field.name)
                continue
            values[i] = self.default_value(default[0], default[1], substitute(field.type, args))
            order.append(i)
        if missing:
            shown = ", ".join(f"`{m}`" for m in missing)
            raise self.error("E0206", f"`{name}` lacks {shown}", node, "not all fields are given",
                             "give them a value, or take them from another value: `..other`")



