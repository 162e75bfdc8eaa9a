"""Runs each pass on the text cases of the folder named after it: IR in, IR out.

A case has the input, a line `====`, and the expected output, which `pytest --update` rewrites. The output of
the certifiers, which change nothing, is `certified` or a complaint; that of `find_nounwind` begins with the
functions found. What counts,
claims or views a pass writes must be certified as well; so must the counts of what the other certifiers complain about.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sigilc.crash import InternalError
from sigilc.ir.function import Module
from sigilc.ir.parser import parse_module
from sigilc.ir.printer import print_module
from sigilc.ir.verify import verify
from sigilc.passes.check_holes import check_holes
from sigilc.passes.check_refcounts import check_refcounts
from sigilc.passes.check_uniqueness import check_uniqueness
from sigilc.passes.check_views import check_views
from sigilc.passes.constant_time import check_constant_time
from sigilc.passes.manager import PASSES, has_counts_after

FOLDER = Path(__file__).parent
SEPARATOR = "\n====\n"
CERTIFIERS = {"check_constant_time": check_constant_time, "check_holes": check_holes, "check_refcounts": check_refcounts,
              "check_uniqueness": check_uniqueness, "check_views": check_views}
CASES = sorted(path.relative_to(FOLDER) for path in FOLDER.glob("*/*.ir"))


def outcome_of_pass(name: str, module: Module) -> str:
    """What the case of a pass expects."""
    if name in CERTIFIERS:
        if name in ("check_holes", "check_uniqueness"):
            check_refcounts(module)
        try:
            CERTIFIERS[name](module)
        except InternalError as error:
            return error.message + "\n"
        return "certified\n"
    PASSES[name](module)
    verify(module)
    if has_counts_after(name):
        check_refcounts(module)
        check_uniqueness(module)
        check_holes(module)
    if name in ("simplify_cfg", "borrow_loads"):
        check_views(module)
    head = f"// nounwind: {', '.join(sorted(module.nounwind))}\n\n" if name == "find_nounwind" else ""
    return head + print_module(module)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_pass(case: Path, update: bool) -> None:
    path = FOLDER / case
    given, separator, expected = path.read_text().partition(SEPARATOR)
    module = parse_module(given)
    if case.parent.name != "simplify_cfg":      # which establishes a rule of `verify`
        verify(module)
    found = outcome_of_pass(case.parent.name, module)
    if update:
        path.write_text(given.rstrip("\n") + "\n" + SEPARATOR + "\n" + found)
        return
    assert separator, f"{case} has no expected output yet: run pytest --update and read it"
    assert found == expected.lstrip("\n")


def test_every_pass_has_cases() -> None:
    assert {case.parent.name for case in CASES} == {*PASSES, *CERTIFIERS}
