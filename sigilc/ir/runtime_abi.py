"""The runtime functions that `CallRuntime` names, with their IR types; `runtime/include/sigil_rt.h` declares the same.

How types cross: an integer, float, bool or char as its C type; STR and arrays as `(const uint8_t *data, int64_t length)`,
only to be read; an IrAddr as a pointer to the place. A STR or array result comes back through a first parameter
`sigil_buffer *out`, which is uninitialised and then owns a reference. Nothing is consumed.
"""

from __future__ import annotations

from dataclasses import dataclass

from sigilc.ir.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    I32,
    I64,
    STR,
    U8,
    U32,
    U64,
    UNIT,
    IrAddr,
    IrArray,
    IrType,
)


@dataclass(frozen=True, slots=True)
class RuntimeFunction:
    """One entry; `symbol` is `sigil_` and the name."""

    name: str
    params: tuple[IrType, ...]
    result: IrType
    may_panic: bool = False
    is_pure: bool = False       # neither reads nor writes memory that others see: may be dropped or merged

    @property
    def symbol(self) -> str:
        """The C symbol."""
        return f"sigil_{self.name}"


BYTES, TEXTS = IrArray(U8), IrArray(STR)
TEXT_PLACE, BYTES_PLACE = IrAddr(STR), IrAddr(BYTES)
# fill character, flags (TEXT_FLAGS below), width (-1: none)
FORMAT = (CHAR, U32, I64)

# Bits of a format's flags; alignment 0 is the type's own (text left, numbers right).
TEXT_FLAGS = {"<": 1, "^": 2, ">": 3, "sign": 4, "alternate": 8, "zero": 16,
              "x": 32, "X": 64, "o": 128, "b": 256, "e": 512, "debug": 1024, "E": 512 | 2048}

_MATH_1 = ["sqrt", "floor", "ceil", "round", "trunc", "sin", "cos", "tan", "asin", "acos", "atan",
           "sinh", "cosh", "tanh", "exp", "exp2", "ln", "log2", "log10", "cbrt",
           "rint", "fabs", "expm1", "log1p", "asinh", "acosh", "atanh"]
_MATH_2 = ["pow", "atan2", "hypot", "fmod", "copysign"]
_MATH_3 = ["fma"]

_TABLE = [
    # Output. `print` takes the text as it is; stdout is buffered and flushed at exit, before a panic and before stderr.
    RuntimeFunction("print", (STR,), UNIT),
    RuntimeFunction("eprint", (STR,), UNIT),
    RuntimeFunction("flush", (), UNIT),
    # Text building: the place holds the text so far.
    RuntimeFunction("text_append", (TEXT_PLACE, STR), UNIT),
    RuntimeFunction("text_append_char", (TEXT_PLACE, CHAR), UNIT),
    RuntimeFunction("text_append_int", (TEXT_PLACE, I64), UNIT),
    RuntimeFunction("text_append_uint", (TEXT_PLACE, U64), UNIT),
    RuntimeFunction("text_append_f64", (TEXT_PLACE, F64), UNIT),            # shortest, `4`
    RuntimeFunction("text_append_f32", (TEXT_PLACE, F32), UNIT),
    RuntimeFunction("text_debug_str", (TEXT_PLACE, STR), UNIT),             # quoted and escaped
    RuntimeFunction("text_debug_char", (TEXT_PLACE, CHAR), UNIT),
    RuntimeFunction("text_debug_f64", (TEXT_PLACE, F64), UNIT),             # shortest, `4.0`
    RuntimeFunction("text_debug_f32", (TEXT_PLACE, F32), UNIT),
    RuntimeFunction("text_format_str", (TEXT_PLACE, STR, *FORMAT, I64), UNIT),      # precision cuts (-1: none), in chars
    RuntimeFunction("text_format_int", (TEXT_PLACE, I64, *FORMAT), UNIT),
    RuntimeFunction("text_format_uint", (TEXT_PLACE, U64, *FORMAT), UNIT),          # also x X o b
    # An integer's digits, behind a `-` where there is one: what has 128 bits, or an exponent and a precision.
    RuntimeFunction("text_format_digits", (TEXT_PLACE, STR, *FORMAT, I64), UNIT),
    RuntimeFunction("text_format_f64", (TEXT_PLACE, F64, *FORMAT, I64), UNIT),      # precision -1: shortest
    RuntimeFunction("text_format_f32", (TEXT_PLACE, F32, *FORMAT, I64), UNIT),
    # Text and bytes.
    RuntimeFunction("str_equal", (STR, STR), BOOL, is_pure=True),
    RuntimeFunction("str_compare", (STR, STR), I32, is_pure=True),          # -1, 0, 1, by bytes
    RuntimeFunction("str_find", (STR, STR, U64), I64, is_pure=True),        # first match from a byte offset on, or -1
    RuntimeFunction("str_rfind", (STR, STR, U64), I64, is_pure=True),       # last match that ends by a byte offset, or -1
    RuntimeFunction("bytes_find", (BYTES, U8, U64), I64, is_pure=True),     # the first such byte from an index on, or -1
    RuntimeFunction("str_find_char", (STR, CHAR, U64), I64, is_pure=True),
    RuntimeFunction("str_rfind_char", (STR, CHAR, U64), I64, is_pure=True),
    RuntimeFunction("utf8_valid", (BYTES,), I64, is_pure=True),             # -1, or the offset of the first bad byte
    RuntimeFunction("str_to_lower", (STR,), STR, is_pure=True),
    RuntimeFunction("str_to_upper", (STR,), STR, is_pure=True),
    RuntimeFunction("char_is", (CHAR, U32), BOOL, is_pure=True),            # alphabetic, numeric, lower or upper case: 0 to 3
    RuntimeFunction("parse_f64", (STR, IrAddr(F64)), BOOL),
    RuntimeFunction("parse_f32", (STR, IrAddr(F32)), BOOL),
    # The border to C.
    RuntimeFunction("set_last_error", (STR,), UNIT),
    # Hashing, seeded once a process (SIGIL_SEED fixes it).
    RuntimeFunction("hash_u64", (U64,), U64, is_pure=True),
    RuntimeFunction("hash_str", (STR,), U64, is_pure=True),
    RuntimeFunction("hash_combine", (U64, U64), U64, is_pure=True),
    RuntimeFunction("f64_total_compare", (F64, F64), I32, is_pure=True),    # NaN last, -0 before 0
    # The system. A result of 0 is success, else errno.
    RuntimeFunction("fs_read_file", (STR, BYTES_PLACE), I32),
    RuntimeFunction("fs_write_file", (STR, BYTES, BOOL), I32),              # true: behind what the file holds
    RuntimeFunction("fs_copy_file", (STR, STR), I32),
    RuntimeFunction("fs_rename", (STR, STR), I32),
    RuntimeFunction("fs_change", (STR, U32), I32),          # 0 remove a file, 1 a folder, 2 create a folder, 3 enter it
    RuntimeFunction("fs_real_path", (STR, TEXT_PLACE), I32),
    RuntimeFunction("fs_metadata", (STR, BOOL, IrAddr(I32)), IrArray(I64)),     # follow links; kind, size, time, mode
    RuntimeFunction("fs_read_dir", (STR, IrAddr(I32)), TEXTS),              # names in no order
    RuntimeFunction("file_open", (STR, U32, IrAddr(I32)), I32),             # a set of SIGIL_FILE_…; the descriptor
    RuntimeFunction("file_close", (I32,), I32),
    RuntimeFunction("file_read", (I32, U64, BYTES_PLACE), I32),             # appends at most so many, none at the end
    RuntimeFunction("file_read_all", (I32, BYTES_PLACE), I32),
    RuntimeFunction("file_write", (I32, BYTES), I32),
    RuntimeFunction("file_seek", (I32, I64, U32, IrAddr(I64)), I32),        # from 0 the start, 1 here, 2 the end
    RuntimeFunction("file_set_len", (I32, I64), I32),
    RuntimeFunction("file_sync", (I32,), I32),
    RuntimeFunction("is_terminal", (I32,), BOOL),
    RuntimeFunction("os_error_text", (I32,), STR),
    RuntimeFunction("env_var", (STR, TEXT_PLACE), BOOL),
    RuntimeFunction("env_args", (), TEXTS),
    RuntimeFunction("env_vars", (), TEXTS),                                 # `NAME=value`
    RuntimeFunction("input_line", (BYTES_PLACE,), I32),                     # appends a line with its end; -1 at the end
    RuntimeFunction("input_rest", (BYTES_PLACE,), I32),
    # Program, arguments, its stdin; its stdout, its stderr, its exit status (128 and more: the signal that ended it).
    RuntimeFunction("process_run", (STR, TEXTS, BYTES, BYTES_PLACE, BYTES_PLACE, IrAddr(I32)), I32),
    # Program, arguments, two bits for each stream (inherited, piped, nowhere); its number, our ends of its pipes or -1.
    RuntimeFunction("process_start", (STR, TEXTS, U32, IrAddr(I32), IrAddr(I32), IrAddr(I32), IrAddr(I32)), I32),
    RuntimeFunction("process_wait", (I32, BOOL, IrAddr(I32)), I32),         # true: until it ends; its status, if it has
    RuntimeFunction("process_kill", (I32,), I32),
    RuntimeFunction("process_exit", (I32,), UNIT),                          # does not return
    RuntimeFunction("clock_ns", (), I64),                                   # monotonic
    RuntimeFunction("clock_unix_ns", (), I64),                              # since 1970, of the clock on the wall
    RuntimeFunction("entropy", (), U64),
    RuntimeFunction("bench_batch", (), I64),                # how often to call the benchmark next; 0 at the end
    *(RuntimeFunction(f"math_{name}", (F64,), F64, is_pure=True) for name in _MATH_1),
    *(RuntimeFunction(f"math_{name}", (F64, F64), F64, is_pure=True) for name in _MATH_2),
    *(RuntimeFunction(f"math_{name}", (F64, F64, F64), F64, is_pure=True) for name in _MATH_3),
    RuntimeFunction("f64_to_bits", (F64,), U64, is_pure=True),
    RuntimeFunction("f64_from_bits", (U64,), F64, is_pure=True),
    RuntimeFunction("f32_to_bits", (F32,), U32, is_pure=True),
    RuntimeFunction("f32_from_bits", (U32,), F32, is_pure=True),
]

RUNTIME: dict[str, RuntimeFunction] = {f.name: f for f in _TABLE}
