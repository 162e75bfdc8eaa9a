"""Random functions in constant time have no jump and no choice in their machine code, whatever they compute."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest

from sigilc.driver import render_text
from sigilc.options import Options
from tests.support.build import compile_program

# SIGIL_SECRETS=n: so many functions instead of these few.
COUNT = int(os.environ.get("SIGIL_SECRETS", "40"))
WIDTHS = {"u8": 8, "u16": 16, "u32": 32, "u64": 64, "i32": 32, "i64": 64, "u128": 128}
CHOICE = re.compile(r"^\s+(?:cmov\w+|j(?!mp\b)\w+|i?div\w*)\s.*", re.MULTILINE)


class Writer:
    """Writes functions of two secrets and one public number, as ciphers compute, with masks made in every way."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.lines: list[str] = []
        self.values: list[tuple[str, str]] = []
        self.bools: list[str] = []

    def function(self, name: str) -> str:
        """One exported function."""
        self.lines, self.bools = [], []
        self.values = [("a", "u64"), ("b", "u64")]
        for number in range(self.draw.randint(3, 14)):
            self._add(f"v{number}")
        result = " ^ ".join(f"{self.cast(value, type_, 'u64')}" for value, type_ in self.values[-4:])
        flags = "".join(f" ^ {flag} as u64" for flag in self.bools[-2:])
        body = "\n    ".join([*self.lines, result + flags])
        return f"#[export]\n#[constant_time(public = n)]\nfn {name}(a: u64, b: u64, n: u32) -> u64 {{\n    {body}\n}}\n"

    def cast(self, value: str, source: str, target: str) -> str:
        """A value in another type."""
        return value if source == target else f"({value} as {target})"

    def pick(self, type_: str) -> str:
        """A value, the newer the likelier, in a type."""
        value, source = self.draw.choice([*self.values, *self.values[-3:], *self.values[-2:]])
        return self.cast(value, source, type_)

    def _add(self, name: str) -> None:
        draw, type_ = self.draw, self.draw.choice(list(WIDTHS))
        bits = WIDTHS[type_]
        x, y = self.pick(type_), self.pick(type_)
        amount = draw.choice([bits - 1, bits - 1, bits // 2, 1, draw.randrange(bits)])
        constant = draw.choice([1, 1, 2, 3, 1 << amount if amount < bits - 1 else 1, draw.randrange(1, 127)])
        flag = draw.choice(self.bools) if self.bools else "(a < b)"
        by = "n" if bits < 128 else str(amount)
        forms = [f"{x} & {constant}", f"{x} >> {amount}", f"{x} << {amount}", f"{x} & {y}", f"{x} ^ {y}", f"{x} | {y}",
                 f"{x}.wrapping_add({y})", f"{x}.wrapping_sub({y})", f"{x}.wrapping_mul({y})",
                 f"(0 as {type_}).wrapping_sub({x})",
                 f"!{x}", f"{flag} as {type_}", f"select({flag}, {x}, {y})", f"{x}.wrapping_shr({by})", f"{x} & n as {type_}",
                 f"(0 as {type_}).wrapping_sub({flag} as {type_}) & {y}", f"({x} >> {amount}).wrapping_mul({y})",
                 f"{y} ^ ((0 as {type_}).wrapping_sub(({x} < {y}) as {type_}) & ({x} ^ {y}))",
                 f"{x}.wrapping_add(({flag}) as {type_})"]
        if draw.random() < 0.3:
            tests = [f"{x} < {y}", f"{x} == {constant}", f"{flag} & ({x} != {y})", f"!{flag}", f"{flag} ^ ({x} == {y})",
                     f"({flag} & ({x} > {y})) | (!{flag} & ({x} < {y}))", f"{x} & {constant} == 0"]
            self.bools.append(f"f{name}")
            self.lines.append(f"let f{name} = {draw.choice(tests)}")
            return
        if draw.random() < 0.2:
            self.lines += [f"let mut {name} = {x}", f"{name} = {name} >> {amount}", f"{name} = {name} & {y}"]
        else:
            self.lines.append(f"let {name} = {draw.choice(forms)}")
        self.values.append((name, type_))


@pytest.mark.time_limit(600)
@pytest.mark.parametrize("level", [0, 3])
def test_no_choices(level: int, tmp_path: Path) -> None:
    writer = Writer(level + 1)
    program = tmp_path / "secrets.sg"
    program.write_text("use std·constant_time·select\n" + "".join(writer.function(f"f{i}") for i in range(COUNT)))
    options = Options(level=level, crate_type="obj", output=str(tmp_path / "secrets.o"), emit=frozenset({"asm"}),
                      overflow_checks=False)
    compilation = compile_program(program, options)
    assert not compilation.has_errors, render_text(compilation, use_color=False)[:3000]
    parts = re.split(r"^(f\d+|\S+):", (tmp_path / "secrets.s").read_text(), flags=re.MULTILINE)
    assert sum(name.startswith("f") for name in parts[1::2]) >= COUNT
    found = {name: choices for name, body in zip(parts[1::2], parts[2::2], strict=True) if (choices := CHOICE.findall(body))}
    assert not found, program.read_text()
