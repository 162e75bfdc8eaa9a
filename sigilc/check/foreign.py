"""The border to C: which types cross it, what may be declared there, and what a foreign function may be given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sigilc.check import typed as t
from sigilc.check.infer import resolve, shallow, unifies, unify
from sigilc.check.types import (
    BOOL,
    CHAR,
    ERROR,
    I8,
    INTEGER_BITS,
    NEVER,
    STR,
    U8,
    UNIT,
    ArrayType,
    CFnType,
    EnumType,
    ErrorType,
    FixedType,
    FnType,
    InferVar,
    Marks,
    OptionType,
    ParamType,
    PointerType,
    ProjectionType,
    StructType,
    Type,
    is_integer,
    is_numeric,
)
from sigilc.source.spans import Span
from sigilc.syntax import ast

if TYPE_CHECKING:
    from sigilc.check.body import BodyBase
    from sigilc.check.calls import Calls
    from sigilc.check.context import Context

C_STRING = "CStr"
# What an integer must be to hold an address.
_ADDRESS_BITS = 64
_INT_LIMITS = (-(1 << 31), (1 << 31) - 1)
# Symbols of the runtime and of C's own start.
_TAKEN = frozenset(("main", "_start", "_init", "_fini"))


# ---- Types -----------------------------------------------------------------------------------------------------------


def is_c_data(type_: Type) -> bool:
    """Whether a value of the type is the same in C: it can be passed, pointed to, and be a field of a C struct."""
    type_ = shallow(type_)
    if isinstance(type_, StructType | EnumType):
        return type_.decl.is_c
    if isinstance(type_, PointerType | CFnType | ErrorType):
        return True
    return (is_numeric(type_) and str(type_) not in ("i128", "u128")) or type_ in (BOOL, CHAR)


def is_c_member(type_: Type) -> bool:
    """Whether the type may be that of a field of a C struct, or be pointed to."""
    type_ = shallow(type_)
    return is_c_member(type_.item) if isinstance(type_, FixedType) else is_c_data(type_)


def is_c_string(type_: Type) -> bool:
    """Whether this is the standard library's `CStr`."""
    type_ = shallow(type_)
    return isinstance(type_, StructType) and type_.decl.name == C_STRING and type_.decl.span.file.is_library


def is_c_array(type_: Type) -> bool:
    """Whether C may look into an array or text of this type."""
    type_ = shallow(type_)
    return type_ == STR or (type_.__class__ is ArrayType and is_c_member(type_.parts()[0]))


def status_payload(type_: Type) -> tuple[Type, bool] | None:
    """What an exported `T?` or `Result<T, E>` holds when all is well, and whether it is a `Result`; None for others."""
    if isinstance(type_, OptionType):
        return type_.item, False
    if isinstance(type_, EnumType) and [v.name for v in type_.decl.variants] == ["Ok", "Err"]:
        from sigilc.check.types import substitute
        ok, error = type_.decl.variants
        if len(ok.fields) == 1 and len(error.fields) == 1:
            return substitute(ok.fields[0].type, dict(zip(type_.decl.type_params, type_.args, strict=True))), True
    return None


def _why_not(type_: Type) -> str:
    """What to do instead of passing a value of a type that has no form in C."""
    type_ = shallow(type_)
    if isinstance(type_, StructType | EnumType):
        return f"put `#[repr(C)]` before `{'struct' if isinstance(type_, StructType) else 'enum'} {type_.decl.name}`"
    if type_ == STR:
        return "pass a `CStr`, made by `CStr·from(text)`"
    if isinstance(type_, FnType):
        return "write `extern \"C\" fn(…)`, and pass a function by its name"
    if isinstance(type_, FixedType):
        return "pass a pointer, or a struct that has it as a field"
    return "numbers, `bool`, `char`, pointers, and `#[repr(C)]` structs and enums cross"


def check_pointer_item(context: Context, item: Type, span: Span) -> None:
    """E0602 for a pointer to what C can't know."""
    item = shallow(item)
    if not (is_c_member(item) or item == UNIT or isinstance(item, ParamType | InferVar | ProjectionType)):
        context.error("E0602", f"a raw pointer can't lead to `{item}`", span, f"`{item}` has no form in C",
                      _why_not(item))


def check_function_type(context: Context, type_: CFnType, span: Span) -> None:
    """E0602 for a parameter or result of an `extern "C" fn` type that can't cross."""
    for part in type_.params:
        if not is_c_data(part):
            context.error("E0602", f"`{part}` does not cross the border to C", span, "a parameter of this type",
                          _why_not(part))
    if not is_c_data(type_.result) and type_.result not in (UNIT, NEVER):
        context.error("E0602", f"`{type_.result}` does not cross the border to C", span, "the result's type",
                      _why_not(type_.result))


# ---- Declarations ----------------------------------------------------------------------------------------------------


def check_c_struct(context: Context, decl: t.StructDecl) -> None:
    """What a `#[repr(C)]` struct or union may hold."""
    if decl.is_union and not decl.is_c:
        context.error("E0602", f"the union `{decl.name}` has no form in C", decl.span, "the layout of a union is C's",
                      "put `#[repr(C)]` before it")
        return
    if not decl.is_c:
        return
    if decl.type_params:
        context.error("E0602", f"`{decl.name}` has type parameters, and so no one form in C", decl.span, "is generic",
                      "write a struct for each type that crosses")
    elif not decl.fields:
        context.error("E0602", f"`{decl.name}` has no fields, which no C struct may be without", decl.span, "is empty",
                      "for what C alone knows the inside of, use `*mut c_void`")
    for field in decl.fields:
        if not is_c_member(field.type):
            context.error("E0602", f"`{field.type}` has no form in C", field.span, f"a field of `{decl.name}`",
                          _why_not(field.type), [(decl.span, "is `#[repr(C)]`")])


def check_c_enum(context: Context, decl: t.EnumDecl) -> None:
    """A `#[repr(C)]` enum is a C `int`: no payloads, and numbers that fit."""
    if not decl.is_c:
        return
    if not decl.variants or decl.type_params:
        context.error("E0602", f"`{decl.name}` has no form in C", decl.span,
                      "has no variants" if not decl.variants else "is generic")
    numbers: dict[int, t.Variant] = {}
    for variant in decl.variants:
        if variant.fields:
            context.error("E0602", f"`{variant.name}` has a payload, which no C enum has", variant.span, "a payload",
                          "write a struct of a number and a union", [(decl.span, "is `#[repr(C)]`")])
        elif not _INT_LIMITS[0] <= variant.discriminant <= _INT_LIMITS[1]:
            context.error("E0602", f"{variant.discriminant} does not fit into a C `int`", variant.span,
                          "the number of this variant")
        before = numbers.setdefault(variant.discriminant, variant)
        if before is not variant:
            context.error("E0602", f"`{variant.name}` has the number of `{before.name}`", variant.span,
                          f"{variant.discriminant} again", "give each variant a number of its own",
                          [(before.span, f"{variant.discriminant} first here")])


def is_repr_c(context: Context, attributes: list[Any], span: Span) -> bool:
    """Whether `#[repr(C)]` is among the attributes; another form of `repr` is an error."""
    found = [entry for entry in attributes if entry.name == "repr"]
    for entry in found:
        words = entry.arguments or []
        if len(words) != 1 or not isinstance(words[0], ast.Path) or words[0].name != "C":
            context.error("E0602", "`repr` knows only `C`", Span(span.file, entry.start, entry.end), "not understood",
                          "write `#[repr(C)]`")
    return bool(found)


def add_library(context: Context, attributes: list[Any], span: Span) -> None:
    """Notes what `#[link(name = "z")]` names."""
    for entry in attributes:
        if entry.name != "link":
            continue
        name = ""
        for argument in entry.arguments or []:
            if isinstance(argument, ast.Assign) and isinstance(argument.target, ast.Path) \
                    and argument.target.name == "name" and isinstance(argument.value, ast.String):
                name = argument.value.text
        if not name or not all(c.isalnum() or c in "_+-." for c in name) or name.startswith("-"):
            context.error("E0603", "`link` names a library", Span(span.file, entry.start, entry.end), "no library's name",
                          "write `#[link(name = \"z\")]`")
        elif name not in context.libraries:
            context.libraries.append(name)


def add_further(context: Context, function: t.Function, node: Any, nodes: list[Any], span: Span) -> None:
    """`...`, which stands last, behind a parameter, in a foreign function."""
    if not function.foreign or node is not nodes[-1] or len(nodes) == 1:
        context.error("E0603", "`...` stands for no arguments here", span, "further arguments",
                      "only a foreign function has them, behind all its parameters")
    function.is_variadic = True


def require_known_format(function: t.Function) -> None:
    """The text before the further arguments of a variadic function is a format, which must be known."""
    if function.is_variadic and function.params:
        last = function.params[-1]
        if last.marks is None and (is_c_string(last.type) or isinstance(last.type, PointerType)):
            last.marks = Marks("!")


def check_border(context: Context, function: t.Function) -> None:
    """E0602 for what a foreign, exported or called back function takes or gives and can't; E0604 for a taken symbol."""
    if not (function.export or function.foreign or function.is_callback):
        return
    if function.type_params:
        context.error("E0602", "a generic function can't cross the border to C", function.span, "has type parameters",
                      "write the types that C passes")
        return
    for param in function.params:
        _check_param(context, function, param)
    _check_result(context, function)
    if function.export or function.foreign:
        _check_symbol(context, function)


def _check_param(context: Context, function: t.Function, param: t.Variable) -> None:
    type_ = param.type
    if param.kind == "inout":
        help_ = f"take a pointer: `{param.name}: *mut {type_}`"
        if function.foreign:
            help_ += f", and pass `&mut {param.name}`"
        context.error("E0602", "an in-out parameter can't cross the border to C", param.span, "in-out", help_)
        return
    fits = is_c_data(type_)
    if function.export:
        fits = fits or is_c_array(type_)
    elif function.foreign:
        fits = fits or is_c_string(type_) or (type_ != STR and is_c_array(type_))
    if not fits:
        context.error("E0602", f"`{type_}` does not cross the border to C", param.span, f"`{type_}` has no form in C",
                      _why_not(type_))


def _check_result(context: Context, function: t.Function) -> None:
    result = function.result
    payload = result
    if function.export and (found := status_payload(result)) is not None:
        payload = found[0]
    fits = is_c_data(payload) or payload == UNIT or (payload == NEVER and payload is result)
    if not fits and not (function.export and is_c_array(payload)):
        context.error("E0602", f"`{result}` does not cross the border to C", function.result_span or function.span,
                      f"`{payload}` has no form in C", _why_not(payload))


def _check_symbol(context: Context, function: t.Function) -> None:
    name = function.export or function.foreign
    if name in _TAKEN or name.startswith("sigil_"):
        context.error("E0604", f"the symbol `{name}` is the runtime's own", function.span, "can't be used",
                      "give the function another name")
        return
    before = (context.exports if function.export else context.foreign).setdefault(name, function)
    if before is function:
        return
    if function.export:
        context.error("E0604", f"two exported functions have the symbol `{name}`", function.span, "exported again here",
                      "rename one of them", [(before.span, "exported first here")])
    elif [resolve(p.type) for p in before.params] != [resolve(p.type) for p in function.params] \
            or before.result != function.result or before.is_variadic != function.is_variadic:
        context.error("E0604", f"`{name}` is declared in two ways", function.span, "declared again here",
                      "a symbol stands for one function", [(before.span, "declared first here")])


def refuse_export_here(context: Context, function: t.Function) -> None:
    """E0602 for `#[export]` on what is no plain function."""
    context.error("E0602", "only functions at the top of a module can be exported", function.span, "is a method",
                  "write a function that calls it")
    function.export = ""


# ---- Conversions -----------------------------------------------------------------------------------------------------


def pointer_fits(actual: PointerType, wanted: PointerType) -> bool:
    """Whether a pointer passes where another is wanted: `*mut T` as `*T`, and any as `*c_void`."""
    if wanted.is_mutable and not actual.is_mutable:
        return False
    return shallow(wanted.item) == UNIT or unify(actual.item, wanted.item)


def as_code_pointer(body: BodyBase, expr: t.Expr, wanted: CFnType) -> t.Expr | None:
    """A function named where C's address of one is wanted; None for anything else."""
    type_ = shallow(expr.type)
    if not isinstance(type_, FnType):
        return None
    if not isinstance(expr, t.FunctionRef):
        raise body.error("E0602", "a closure can't be called from C", expr, "may have captured something",
                         "declare a function, and pass it by its name")
    fits = len(type_.params) == len(wanted.params) and not any(type_.inout) and unify(type_.result, wanted.result)
    if not fits or not all(unify(p, q) for p, q in zip(type_.params, wanted.params, strict=True)):
        raise body.error("E0201", f"expected `{wanted}`, found `{resolve(type_)}`", expr, "another kind of function")
    body.deferred.append(lambda: _mark_callback(expr.function))
    return t.CodePointer(expr.span, wanted, expr)


def _mark_callback(function: t.Function) -> None:
    function.is_callback = True


def foreign_argument(body: Calls, tree: Any, wanted: Type, param: t.Variable) -> t.Expr:
    """An argument of a foreign function: memory of the program's own may stand where a pointer is wanted."""
    while isinstance(tree, ast.Paren):
        tree = tree.value
    if is_c_string(wanted):
        return _as_c_string(body, body.coerce(body.expr(tree, wanted), wanted, (param.span, "declared here")), wanted)
    pointer = shallow(wanted)
    if not isinstance(pointer, PointerType):
        if isinstance(tree, ast.InOut):
            body.refuse_inout(tree, param)
        return body.argument_for(param, body.expr(tree, wanted), wanted)
    if isinstance(tree, ast.InOut):
        return _lent_place(body, tree, pointer, param)
    if isinstance(tree, ast.Unary) and tree.operator == "&":
        hint = shallow(pointer.item)
        value = body.expr(tree.value, None if hint == UNIT or isinstance(hint, InferVar) else hint)
        return _lent_value(body, value, pointer, tree, param)
    value = body.expr(tree, pointer)
    type_ = shallow(value.type)
    if is_c_string(type_):
        return _as_c_string(body, value, pointer)
    if isinstance(type_, ArrayType):
        return _lent_value(body, value, pointer, tree, param)
    if type_ == STR:
        raise body.error("E0201", f"expected `{resolve(pointer)}`, found `str`", value,
                         "text of Sigil's, without a zero at its end",
                         "pass `CStr·from(text)`, or its bytes: `text.bytes()`", [(param.span, "declared here")])
    return body.coerce(value, pointer, (param.span, f"`{param.name}` is declared here"))


def _as_c_string(body: Calls, value: t.Expr, wanted: Type) -> t.Expr:
    """The address of a `CStr`'s bytes."""
    pointer = shallow(wanted)
    if isinstance(pointer, PointerType):
        if pointer.is_mutable or shallow(pointer.item) not in (U8, I8, UNIT):
            raise body.error("E0201", f"expected `{resolve(pointer)}`, found `CStr`", value, "text that is only read")
        type_: Type = pointer
    else:
        type_ = PointerType(U8)
    return t.PointerTo(value.span, type_, t.GetField(value.span, ArrayType(U8), value, 0))


def _lent_place(body: Calls, tree: Any, wanted: PointerType, param: t.Variable) -> t.Expr:
    """`&mut place` for a `*mut T`: C may write the place, or the elements of an array in it, during the call."""
    if not wanted.is_mutable:
        raise body.error("E0405", f"`{param.name}` is only read", tree, "`&mut` is not wanted here",
                         "pass `&` and the value", [(param.span, f"declared as `{resolve(wanted)}`")])
    place = body.place(tree.value)
    _require_lendable(body, place, wanted, param)
    return t.InOut(body.span(tree), place.type, place)


def _lent_value(body: Calls, value: t.Expr, wanted: PointerType, node: Any, param: t.Variable) -> t.Expr:
    """The elements of an array, or a value, for a `*T`."""
    if wanted.is_mutable:
        raise body.error("E0405", f"`{param.name}` is written by the callee", node, "a value, which can't be changed",
                         "pass a place: `&mut name`", [(param.span, f"declared as `{resolve(wanted)}`")])
    _require_lendable(body, value, wanted, param)
    return t.PointerTo(value.span, wanted, value)


def _require_lendable(body: Calls, value: t.Expr, wanted: PointerType, param: t.Variable) -> None:
    """Whether a pointer to this, or to its elements, is what is wanted."""
    type_, item = shallow(value.type), shallow(wanted.item)
    if isinstance(type_, ErrorType) or isinstance(item, ErrorType):
        return
    inner = shallow(type_.item) if isinstance(type_, ArrayType) else type_
    if item == UNIT:
        if not isinstance(inner, InferVar) and not is_c_member(inner):
            raise body.error("E0602", f"`{resolve(type_)}` has no form in C", value, "C can't know what lies there",
                             _why_not(inner))
        return
    if isinstance(type_, FixedType) and unifies(type_, item) and unify(type_, item):
        return
    if not unify(inner, item):
        raise body.mismatch(value, type_, item, (param.span, f"`{param.name}` is a `{resolve(wanted)}`"))


def further_argument(body: Calls, tree: Any) -> t.Expr:
    """One of the arguments that a variadic function takes behind its parameters."""
    param = t.Variable("...", PointerType(UNIT), body.span(tree))
    if isinstance(tree, ast.InOut):
        param.type = PointerType(UNIT, True)
        return foreign_argument(body, tree, param.type, param)
    if isinstance(tree, ast.Unary) and tree.operator == "&":
        return foreign_argument(body, tree, param.type, param)
    value = body.expr(tree)
    if is_c_string(value.type) or isinstance(shallow(value.type), ArrayType):
        return _as_c_string(body, value, param.type) if is_c_string(value.type) \
            else _lent_value(body, value, PointerType(UNIT), tree, param)
    body.deferred.append(lambda: _check_further(body, value))
    return value


def _check_further(body: Calls, value: t.Expr) -> None:
    type_ = resolve(value.type)
    if not is_c_data(type_) and type_ != ERROR:
        body.error("E0602", f"`{type_}` does not cross the border to C", value, f"`{type_}` has no form in C",
                   _why_not(type_))


def call_pointer(body: Calls, callee: t.Expr, type_: CFnType, node: Any) -> t.Expr:
    """A call of a function that C has given."""
    if not body.unsafe_depth:
        body.error("E0601", "a function that C gives can do anything", node, "called outside `unsafe`",
                   "write `unsafe { … }` around the call")
    if len(node.arguments) != len(type_.params):
        raise body.error("E0202", f"this function takes {len(type_.params)} arguments, not {len(node.arguments)}", node,
                         f"its type is `{resolve(type_)}`")
    args = []
    for number, (tree, wanted) in enumerate(zip(node.arguments, type_.params, strict=True)):
        args.append(foreign_argument(body, tree, wanted, t.Variable(f"parameter {number}", wanted, callee.span)))
    body.refuse_overlap(args)
    return t.CallPointer(body.span(node), type_.result, callee, args)


def converts_pointer(source: Type, target: Type) -> bool:
    """Whether `as` takes an address from one type to another."""
    def is_address(type_: Type) -> bool:
        return isinstance(type_, PointerType | CFnType)

    def is_wide(type_: Type) -> bool:
        return is_integer(type_) and INTEGER_BITS[str(type_)] == _ADDRESS_BITS

    return (is_address(source) and (is_address(target) or is_wide(target))) or (is_wide(source) and is_address(target))
