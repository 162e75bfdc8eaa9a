"""Numbers and text in the interpreter, against what Rust prints, and its runtime functions."""

import math
from pathlib import Path
from typing import Any

import pytest

from sigilc.ir.function import Module
from sigilc.ir.interp import Machine
from sigilc.ir.interp_runtime import TABLE
from sigilc.ir.interp_text import (
    debug_char,
    debug_float,
    debug_text,
    display_float,
    format_float,
    format_int,
    format_text,
    parse_float,
)
from sigilc.ir.interp_values import ArrayValue, Box
from sigilc.ir.runtime_abi import RUNTIME, TEXT_FLAGS

F = TEXT_FLAGS


def test_every_runtime_function_is_there() -> None:
    assert set(TABLE) == set(RUNTIME)


@pytest.mark.parametrize(("value", "display", "debug"), [
    (4.0, "4", "4.0"), (-0.0, "-0", "-0.0"), (0.1, "0.1", "0.1"), (1e15, "1000000000000000", "1000000000000000.0"),
    (1e16, "10000000000000000", "1e16"), (1.5e300, "15" + "0" * 299, "1.5e300"), (1e-4, "0.0001", "0.0001"),
    (1.25e-5, "0.0000125", "1.25e-5"), (5e-324, "0." + "0" * 323 + "5", "5e-324"), (math.inf, "inf", "inf"),
    (-math.inf, "-inf", "-inf"), (math.nan, "NaN", "NaN"), (123456789.125, "123456789.125", "123456789.125"),
])
def test_floats(value: float, display: str, debug: str) -> None:
    assert display_float(value, 64) == display
    assert debug_float(value, 64) == debug


@pytest.mark.parametrize(("value", "display"), [
    (0.10000000149011612, "0.1"), (16777216.0, "16777216"), (3.4028234663852886e38, "34028235" + "0" * 31),
    (1.401298464324817e-45, "0." + "0" * 44 + "1"), (-1386228.75, "-1386228.8"),
    (5.684341886080802e-14, "0.00000000000005684342"),
])
def test_f32_has_its_own_shortest_digits(value: float, display: str) -> None:
    assert display_float(value, 32) == display


@pytest.mark.parametrize(("value", "fill", "flags", "width", "precision", "shown"), [
    (2.5, " ", 0, -1, 0, "2"), (0.35, " ", 0, -1, 1, "0.3"), (0.25, " ", 0, -1, 1, "0.2"), (1.0, " ", 0, -1, 2, "1.00"),
    (1.5, " ", 0, 6, -1, "   1.5"), (1.5, "*", F["<"], 6, -1, "1.5***"), (1.5, "*", F["^"], 6, -1, "*1.5**"),
    (-1.5, " ", F["zero"], 6, -1, "-001.5"), (1.5, " ", F["sign"], -1, -1, "+1.5"), (1234.5, " ", F["e"], -1, -1, "1.2345e3"),
    (0.0, " ", F["e"], -1, -1, "0e0"), (0.00012, " ", F["e"], -1, -1, "1.2e-4"), (1234.5, " ", F["e"], -1, 1, "1.2e3"),
    (math.nan, " ", F["sign"], -1, -1, "NaN"), (4.0, " ", F["debug"], 6, -1, "   4.0"), (4.0, " ", F["debug"], -1, 2, "4.00"),
])
def test_float_specs(value: float, fill: str, flags: int, width: int, precision: int, shown: str) -> None:
    assert format_float(value, 64, ord(fill), flags, width, precision) == shown


@pytest.mark.parametrize(("value", "flags", "width", "shown"), [
    (42, 0, 6, "    42"), (42, F["<"], 6, "42    "), (42, F["^"], 5, " 42  "), (-42, F["zero"], 6, "-00042"),
    (255, F["x"], -1, "ff"), (255, F["X"] | F["alternate"], -1, "0xFF"), (5, F["b"] | F["zero"], 8, "00000101"),
    (255, F["x"] | F["alternate"] | F["zero"], 8, "0x0000ff"), (8, F["o"] | F["alternate"], -1, "0o10"),
    (-1, F["x"], -1, "f" * 16), (7, F["sign"], -1, "+7"), (1200, F["e"], -1, "1.2e3"), (0, F["e"], -1, "0e0"),
])
def test_integer_specs(value: int, flags: int, width: int, shown: str) -> None:
    assert format_int(value, 32, flags, width) == shown


def test_text_specs() -> None:
    assert format_text("τé", 32, 0, 4, -1) == "τé  "
    assert format_text("τé", ord("·"), F[">"], 4, -1) == "··τé"
    assert format_text("abc", ord("*"), F["^"], 6, -1) == "*abc**"
    assert format_text("τéx", 32, 0, 4, 2) == "τé  "
    assert format_text("a", 32, F["debug"], 9, -1) == '"a"'


def test_debug_text() -> None:
    assert debug_text("a\"b'\n\t\0\\τ\x7f\u200b\u00a0\u0301") == r'''"a\"b'\n\t\0\\τ\u{7f}\u{200b}\u{a0}\u{301}"'''
    assert debug_char(ord("'")) == r"'\''"
    assert debug_char(ord('"')) == "'\"'"


@pytest.mark.parametrize(("text", "value"), [
    ("1.5", 1.5), ("-.5", -0.5), ("5.", 5.0), ("+1e3", 1000.0), ("inf", math.inf), ("-Infinity", -math.inf),
    ("", None), (".", None), (" 1", None), ("1_0", None), ("0x1", None), ("1e", None), ("١", None),
])
def test_parsing_floats(text: str, value: float | None) -> None:
    assert parse_float(text) == value


def call(name: str, *args: Any) -> Any:
    return TABLE[name](Machine(Module(), ["x"], None), *args)


def test_text_functions() -> None:
    assert call("str_find", b"abcabc", b"c", 3) == 5
    assert call("str_find", b"abc", b"x", 0) == -1
    assert call("str_find", b"abc", b"", 3) == 3
    assert call("str_find", b"abc", b"", 4) == -1
    assert [call("str_compare", b"a", other) for other in (b"b", b"a", b"")] == [-1, 0, 1]
    assert call("utf8_valid", ArrayValue(list(b"ab\xff"))) == 2
    assert call("utf8_valid", ArrayValue(list("τ".encode()))) == -1
    assert call("str_to_upper", "straße".encode()) == b"STRASSE"


def test_the_total_order() -> None:
    ordered = [-math.inf, -1.0, -0.0, 0.0, 1.0, math.inf, math.nan]
    for i, left in enumerate(ordered):
        for j, right in enumerate(ordered):
            assert call("f64_total_compare", left, right) == (i > j) - (i < j), (left, right)


def test_text_grows_in_place_and_is_copied_out() -> None:
    box = Box(b"a")
    call("text_append", box, b"b")
    before = box.read()
    call("text_append_char", box, 0x3c4)
    call("text_append_int", box, -3)
    assert before == b"ab"
    assert box.read() == "abτ-3".encode()


def test_files_and_processes(tmp_path: Path) -> None:
    path = str(tmp_path / "f").encode()
    box = Box(ArrayValue([]))
    assert call("fs_read_file", path, box) == 2
    assert call("fs_write_file", path, ArrayValue([1, 2]), False) == 0
    assert call("fs_read_file", path, box) == 0
    assert box.value.items == [1, 2]
    assert call("fs_read_file", b"a\0b", box) == 22
    assert call("fs_copy_file", path, path + b"2") == 0
    assert call("fs_change", path, 0) == 0
    error, status, errors = Box(-1), Box(-1), Box(ArrayValue([]))
    assert call("fs_read_dir", str(tmp_path).encode(), error).items == [b"f2"]
    assert call("fs_metadata", path, True, error).items[1] == 0
    assert error.value == 2
    assert call("fs_metadata", path + b"2", True, error).items[:2] == [0o100000, 2]
    box.write(ArrayValue([]))
    shell = ArrayValue([b"-c", b"cat; echo no >&2; exit 3"])
    assert call("process_run", b"sh", shell, ArrayValue(list(b"hi")), box, errors, status) == 0
    assert (bytes(box.value.items), bytes(errors.value.items), status.value) == (b"hi", b"no\n", 3)
    assert call("process_run", b"no-such-program", ArrayValue([]), ArrayValue([]), box, errors, status) == 2
    assert call("env_args").items == [b"program", b"x"]
    assert call("os_error_text", 2) == b"No such file or directory"


def test_mathematics_is_the_c_librarys() -> None:
    assert call("math_pow", 2.0, 0.5) == math.sqrt(2.0)
    assert math.isnan(call("math_sqrt", -1.0))
    assert call("math_ln", 0.0) == -math.inf
    assert call("math_round", 2.5) == 3.0
