"""Every error code has a title and an explanation, and the explanation's programs show what they claim to show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sigilc
from sigilc.diagnostics.codes import TITLE_BY_CODE, explain
from tests.support.checking import can_check, check_text
from tests.ui.test_ui import PROGRAMS, marks_of

SOURCES = Path(sigilc.__file__).parent
TESTS = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```sigil\n(.*?)^```$", re.M | re.S)
# No single program shows these.
WITHOUT_PROGRAM = {
    "E0001": "the file is missing", "E0002": "the file's bytes are wrong", "E0090": "changes with every version",
    "E0116": "takes several files", "E0117": "is about another file", "E0118": "takes several packages",
    "E0610": "depends on the machine", "E0611": "depends on the machine",
    "E0612": "is found by the linker", "E0613": "is no error of `check`",
}
# What shows these instead of a program in tests/ui.
WITHOUT_UI_TEST = {
    "E0001": "unit/test_source.py", "E0117": "unit/test_packages.py", "E0118": "unit/test_packages.py",
    "E0610": "unit/test_toolchain.py", "E0611": "unit/test_toolchain.py", "E0612": "unit/test_toolchain.py",
    "E0613": "unit/test_driver.py",
}


def codes_in_use() -> set[str]:
    """The codes that the compiler's own sources mention as a string, but for the table itself."""
    return {code for path in SOURCES.rglob("*.py") if path.name != "codes.py"
            for code in re.findall(r"""["']([EW]\d{4})["']""", path.read_text(encoding="utf-8"))}


def test_table_is_sorted() -> None:
    """A code is found, and its neighbours seen, where one looks for it."""
    assert list(TITLE_BY_CODE) == sorted(TITLE_BY_CODE)


def test_each_code_in_use_has_a_title() -> None:
    """A code that is not in the table could not be explained."""
    assert sorted(codes_in_use() - set(TITLE_BY_CODE)) == []


def test_each_code_is_reported() -> None:
    """No code is left over from an error that is gone."""
    assert sorted(set(TITLE_BY_CODE) - codes_in_use()) == []


def test_each_code_is_shown() -> None:
    """A program of tests/ui has the error, or the test that is named above."""
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in PROGRAMS]
    marked = {code for text in texts for _, code, _ in marks_of(text)}
    assert sorted(set(TITLE_BY_CODE) - marked - set(WITHOUT_UI_TEST)) == []
    assert sorted(marked & set(WITHOUT_UI_TEST)) == []
    for code, test in WITHOUT_UI_TEST.items():
        assert code in (TESTS / test).read_text(encoding="utf-8"), f"{test} does not mention {code}"


def test_each_title_is_one_line() -> None:
    """Titles are phrases: no capital, no full stop."""
    for title in TITLE_BY_CODE.values():
        assert title and "\n" not in title and not title.endswith(".") and not title[0].isupper()


@pytest.mark.parametrize("code", TITLE_BY_CODE)
def test_explanation(code: str) -> None:
    """The first program has the error, the second one does not."""
    page = explain(code)
    assert page is not None and page.startswith(f"# {code}: {TITLE_BY_CODE[code]}\n")
    blocks = BLOCK.findall(page)
    if code in WITHOUT_PROGRAM:
        assert not blocks
        return
    assert len(blocks) >= 2, "a wrong program and a mended one"
    if not code.startswith("E00") and not can_check():
        pytest.skip("sigilc.check.program does not exist yet")
    wrong, mended = (check_text(block) for block in blocks[:2])
    assert code in {d.code for d in wrong.items}, wrong.items
    assert not mended.items, mended.items


def test_unknown_codes_have_no_explanation() -> None:
    """`sigilc explain` can tell a code from anything else."""
    assert explain("E9999") is None
    assert explain("../codes") is None
    assert explain(" e0301 ") == explain("E0301")


def test_each_page_belongs_to_a_code() -> None:
    """No page is left over from a code that is gone."""
    pages = {path.stem for path in (SOURCES / "diagnostics" / "explain").iterdir()}
    assert pages <= set(TITLE_BY_CODE)
