"""The programs of `tests/run`, with what each must do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.support.build import Ran

FOLDER = Path(__file__).resolve().parents[1] / "run"


@dataclass(frozen=True)
class RunCase:
    """`NAME.sg`, and beside it `NAME.expected` (stdout), `NAME.args` (one a line), `NAME.stdin` and, where they
    matter, `NAME.status` (else 0) and `NAME.expected_stderr`."""

    program: Path

    @property
    def name(self) -> str:
        """Folder and name, as the tests show it."""
        return self.program.relative_to(FOLDER).with_suffix("").as_posix()

    @property
    def args(self) -> tuple[str, ...]:
        """The arguments for the program."""
        return tuple(self._read(".args").splitlines())

    @property
    def stdin(self) -> str:
        """What the program reads."""
        return self._read(".stdin")

    def check(self, ran: Ran) -> None:
        """Fails unless output, exit status and, where it is given, stderr are as expected."""
        status = int(self._read(".status") or 0)
        assert (ran.stdout, ran.status) == (self._read(".expected"), status), ran.stderr
        if self.program.with_suffix(".expected_stderr").exists():
            assert ran.stderr == self._read(".expected_stderr")

    def _read(self, suffix: str) -> str:
        path = self.program.with_suffix(suffix)
        return path.read_text(encoding="utf-8") if path.exists() else ""


def run_cases() -> list[RunCase]:
    """All of them, in order."""
    return [RunCase(path) for path in sorted(FOLDER.glob("*/*.sg"))]
