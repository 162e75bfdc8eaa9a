"""Lowers trees made by hand: what the checker does not produce yet, or hardly ever."""

from __future__ import annotations

from sigilc.check import typed
from sigilc.check.typed import Expr, Function, TypedProgram
from sigilc.check.types import I64, I128, STR, UNIT, USIZE, ArrayType, EnumType, PrimType, StructType, TupleType, Type
from sigilc.ir.interp import interpret
from sigilc.ir.types import IrStruct
from sigilc.lower.program import ProgramLowering, lower_program
from sigilc.passes.manager import certify
from sigilc.source.files import SourceFile
from sigilc.source.spans import Span

SPAN = Span(SourceFile("tree.sg", "tree"), 0, 4)


def run(body: Expr, result: Type) -> tuple[str, str, int]:
    """What a `main` with this body prints on stdout and stderr, and its status."""
    main = Function("main", SPAN, result=result, body=body)
    module = lower_program(TypedProgram([main], [], [], [], [], main), overflow_checks=True)
    certify("", module)
    outcome = interpret(module, max_steps=100_000)
    return outcome.stdout, outcome.stderr, outcome.status


def literal(value: object, type_: Type) -> Expr:
    return typed.Literal(SPAN, type_, value)


def enum_of(*variants: tuple[str, list[Type], int]) -> EnumType:
    """An enum of names, payloads and discriminants."""
    decl = typed.EnumDecl("E", SPAN)
    for index, (name, payload, discriminant) in enumerate(variants):
        fields = [typed.Field(str(i), t, SPAN) for i, t in enumerate(payload)]
        decl.variants.append(typed.Variant(name, index, SPAN, fields, False, discriminant))
    return EnumType(decl)


def result_of(ok: Type) -> EnumType:
    """The library's `Result<ok, str>`."""
    enum = enum_of(("Ok", [ok], 0), ("Err", [STR], 1))
    enum.decl.name, enum.decl.span = "Result", Span(SourceFile("std/results.sg", "tree", "results.sg"), 0, 4)
    return enum


def variant(enum: EnumType, index: int, *args: Expr) -> Expr:
    return typed.MakeVariant(SPAN, enum, enum.decl.variants[index], list(args))


def test_cast_of_variant_gives_its_discriminant() -> None:
    enum = enum_of(("Low", [], -3), ("Mid", [], 40), ("High", [], 7))
    total = literal(0, I64)
    for index in range(3):
        number = typed.Cast(SPAN, I64, variant(enum, index))
        total = typed.Binary(SPAN, I64, "+", typed.Binary(SPAN, I64, "*", total, literal(2, I64)), number)
    assert run(total, I64)[2] == ((-3 * 2) + 40) * 2 + 7


def test_error_of_main_is_reported() -> None:
    enum = result_of(UNIT)
    assert run(variant(enum, 1, literal("bad", STR)), enum) == ("", 'error: "bad"\n', 1)
    assert run(variant(enum, 0, literal(None, UNIT)), enum) == ("", "", 0)


def test_number_in_ok_is_the_status() -> None:
    enum = result_of(PrimType("u8"))
    assert run(variant(enum, 0, literal(9, PrimType("u8"))), enum)[2] == 9


def test_wide_index_is_not_truncated() -> None:
    items = typed.MakeArray(SPAN, ArrayType(I64), [literal(5, I64)])
    _, stderr, status = run(typed.Index(SPAN, I64, items, literal(2**64, I128)), I64)
    assert status == 101
    assert "out of bounds for length 1" in stderr


def test_later_argument_does_not_change_an_earlier_view() -> None:
    xs = typed.Variable("xs", ArrayType(I64), SPAN, mutable=True)
    place = typed.Local(SPAN, xs.type, xs)
    element = typed.Index(SPAN, I64, place, literal(0, USIZE))
    write = typed.Block(SPAN, I64, [typed.Assign(SPAN, UNIT, element, literal(7, I64))], element)
    pair = typed.MakeTuple(SPAN, TupleType((xs.type, I64)), [place, write])
    kept = typed.Index(SPAN, I64, typed.GetField(SPAN, xs.type, pair, 0), literal(0, USIZE))
    let = typed.Let(SPAN, UNIT, typed.BindPattern(SPAN, xs.type, xs),
                    typed.MakeArray(SPAN, xs.type, [literal(4, I64)]))
    assert run(typed.Block(SPAN, I64, [let], kept), I64)[2] == 4


def test_declarations_of_one_name_stay_apart() -> None:
    types = ProgramLowering(overflow_checks=True, debug=False, traits={}).types
    narrow = types.lower(StructType(typed.StructDecl("Point", SPAN)))
    wide = types.lower(StructType(typed.StructDecl("Point", SPAN, fields=[typed.Field("x", I64, SPAN)])))
    assert isinstance(narrow, IrStruct) and isinstance(wide, IrStruct)
    assert (narrow.name, wide.name, len(wide.fields)) == ("Point", "Point#2", 1)
