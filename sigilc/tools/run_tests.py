"""Runs tests side by side and reports on each, in the order of the source."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sigilc.diagnostics.paint import Paint
from sigilc.tools.run_case import CaseOutcome, CaseRunner
from sigilc.tools.show_failure import show_failure

Print = Callable[[str], None]


@dataclass
class TestReport:
    """What has become of the tests so far."""

    __test__ = False        # for pytest, which takes the name for a test of its own

    passed: int = 0
    failures: list[tuple[str, CaseOutcome]] = field(default_factory=list)

    @property
    def has_passed(self) -> bool:
        """Whether none has failed."""
        return not self.failures


def run_tests(names: Sequence[str], runner: CaseRunner, jobs: int, left_out: int, paint: Paint, show: Print) -> TestReport:
    """Runs the tests, at most `jobs` at a time; `show` prints a line, which may be several."""
    begin = time.perf_counter()
    report = TestReport()
    show(f"running {count(len(names), 'test')}")
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        try:
            for name, outcome in zip(names, pool.map(runner.run, names), strict=True):
                show(result_line(name, outcome, paint))
                if outcome.has_passed:
                    report.passed += 1
                else:
                    report.failures.append((name, outcome))
        except BaseException:
            runner.stop()
            pool.shutdown(cancel_futures=True)
            raise
    show_failures(report, paint, show)
    show(f"\n{summary(report, left_out, time.perf_counter() - begin, paint)}")
    return report


def result_line(name: str, outcome: CaseOutcome, paint: Paint) -> str:
    """`test name ... ok (1.2 ms)`."""
    result = paint.fine("ok") if outcome.has_passed else paint.error("FAILED")
    return f"test {name} ... {result} ({duration(outcome.seconds)})"


def show_failures(report: TestReport, paint: Paint, show: Print) -> None:
    """What each failed test printed, then their names."""
    if report.has_passed:
        return
    show("\nfailures:")
    for name, outcome in report.failures:
        shown = show_failure(outcome.output, paint)
        show(f"\n{paint.bold(f'---- {name}: {outcome.problem} ----')}" + (f"\n{shown}" if shown else ""))
    show("\nfailures:")
    for name, _ in report.failures:
        show(f"    {name}")


def summary(report: TestReport, left_out: int, seconds: float, paint: Paint) -> str:
    """The last line."""
    result = paint.fine("ok") if report.has_passed else paint.error("FAILED")
    return (f"test result: {result}. {report.passed} passed; {len(report.failures)} failed; {left_out} filtered out; "
            f"finished in {duration(seconds)}")


def count(number: int, what: str) -> str:
    """`1 test`, `2 tests`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """A time as people read it."""
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
