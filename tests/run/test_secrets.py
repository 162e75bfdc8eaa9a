"""Functions in constant time as the processor sees them: no jump and no address depends on a secret, at -O0 and at -O3."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sigilc.options import Options
from tests.support.build import compile_program
from tests.support.secret_harness import call_with_secret, why_not

PROGRAMS = Path(__file__).resolve().parent / "constant_time"
# Program, function, secret and result. Known answers, all but the last: see the programs.
CASES = [
    ("chacha20", "chacha20_block", bytes(range(32)) + bytes.fromhex("01000000000000090000004a00000000"),
     "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
     "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"),
    ("sha256", "sha256", b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    ("x25519", "x25519", bytes.fromhex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"
                                       "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
     "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"),
    ("choices", "choices", bytes(range(250, 210, -1)), ""),
]

LEAKING = """\
#[export] fn branch(input: [u8]) -> [u8] {
    let mut left = input[0] as u64
    let mut turns = 0u8
    while left != 0 { left = left.wrapping_mul(left) << 1
        turns += 1 }
    [turns]
}
#[export] fn address(input: [u8]) -> [u8] {
    let table = [3u8, 1, 4, 1, 5]
    [table[(input[0] & 3) as usize]]
}
#[export] fn early(input: [u8]) -> [u8] { [(input[..2] == input[2..4]) as u8] }
"""

MASKS = """\
#[export] HINT fn low(a: u64, b: u64) -> u64 { (0u64).wrapping_sub(a & 1) & b }
#[export] HINT fn sign(a: u64, b: u64) -> u64 { ((a as i64) >> 63) as u64 & b }
#[export] HINT fn scaled(a: u64, b: u64) -> u64 { (a >> 63).wrapping_mul(b) }
#[export] HINT fn carry(a: u64, b: u64) -> u64 { (0u64).wrapping_sub((a.wrapping_add(b) < a) as u64) & b }
#[export] HINT fn bools(a: u64, b: u64) -> u64 { (((a < 9) & (b < 9)) | (!(a < 9) & (b > 20))) as u64 }
"""


@pytest.mark.time_limit(300)
@pytest.mark.skipif(bool(why_not()), reason=why_not())
@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize(("name", "function", "secret", "expected"), CASES, ids=[case[1] for case in CASES])
def test_nothing_depends_on_secrets(name: str, function: str, secret: bytes, expected: str, level: int, tmp_path: Path) -> None:
    ran, complaints = call_with_secret(PROGRAMS / f"{name}.sg", function, secret, tmp_path, level)
    assert ran.status == 0, ran.stderr
    assert not complaints
    assert ran.stdout.strip() == expected or not expected
    assert len(ran.stdout) > 32


@pytest.mark.skipif(bool(why_not()), reason=why_not())
@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("function", ["branch", "address", "early"])
def test_leaks_are_noticed(function: str, level: int, tmp_path: Path) -> None:
    """The same harness complains of functions that do depend on what they get."""
    program = tmp_path / "leaking.sg"
    program.write_text(LEAKING)
    ran, complaints = call_with_secret(program, function, bytes([1, 2, 1, 2]), tmp_path, level)
    assert (ran.stdout, ran.status) == ({"branch": "07\n", "address": "01\n", "early": "01\n"}[function], 0)
    assert ("Use of uninitialised value" if function == "address" else "depends on uninitialised value") in complaints


@pytest.mark.parametrize("level", [1, 3])
def test_masks_stay_masks(level: int, tmp_path: Path) -> None:
    """LLVM makes choices of masks, but for those in functions in constant time; no machine instruction there chooses."""
    choices: dict[str, int] = {}
    for hint in ("#[constant_time]", "#[inline(never)]"):
        program = tmp_path / "masks.sg"
        program.write_text(MASKS.replace("HINT", hint))
        options = Options(level=level, crate_type="obj", output=str(tmp_path / "masks.o"), emit=frozenset({"ll", "asm"}),
                          overflow_checks=False)
        assert not compile_program(program, options).has_errors
        choices[hint] = len(re.findall(r"\bselect\b", (tmp_path / "masks.ll").read_text()))
        if hint == "#[constant_time]":
            assembly = (tmp_path / "masks.s").read_text()
            assert not re.findall(r"^\s+(?:cmov\w+|j(?!mp)\w+)\b.*", assembly, re.MULTILINE)
            assert len(re.findall(r"^(?:low|sign|scaled|carry|bools):", assembly, re.MULTILINE)) == 5
    assert choices["#[constant_time]"] == 0
    assert choices["#[inline(never)]"] >= 3, "LLVM would leave masks alone: is there anything to hide?"
