"""`sigilc new`: what it makes works, and what is there stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sigilc.crash import EnvironmentFault
from sigilc.tools.new_package import new_package
from tests.support.build import sigilc, sigilc_here


def test_a_program(tmp_path: Path) -> None:
    """Builds, runs and tests as it is; git does not see the executable."""
    ran = sigilc_here("new", "my-app", cwd=tmp_path)
    assert ran.status == 0
    assert ran.stdout.split() == ["my-app/Sigil.toml", "my-app/README.md", "my-app/.gitignore", "my-app/src/main.sg"]
    app = tmp_path / "my-app"
    assert sigilc("run", cwd=app).stdout == "Hello, world!\n"
    ran = sigilc_here("test", cwd=app)
    assert ran.status == 0 and "2 passed; 0 failed" in ran.stdout
    assert sigilc_here("build", cwd=app).status == 0 and os.access(app / "my-app", os.X_OK)
    assert "/my-app" in (app / ".gitignore").read_text().splitlines()
    assert sigilc_here("bench", cwd=app).stdout == "no benchmarks\n"


def test_a_library(tmp_path: Path) -> None:
    """Another package can use it at once."""
    assert sigilc_here("new", "--lib", "numbers-2", cwd=tmp_path).status == 0
    ran = sigilc_here("test", "numbers-2", cwd=tmp_path)
    assert ran.status == 0 and "2 passed; 0 failed" in ran.stdout
    assert sigilc_here("build", "numbers-2", cwd=tmp_path).status == 0
    assert sigilc_here("new", "app", cwd=tmp_path).status == 0
    with open(tmp_path / "app" / "Sigil.toml", "a", encoding="utf-8") as file:
        file.write('numbers-2 = { path = "../numbers-2" }\n')
    (tmp_path / "app" / "src" / "main.sg").write_text('use numbers_2·double\nfn main() { println("{double(4)}") }\n')
    assert sigilc("run", "app", cwd=tmp_path).stdout == "8\n"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """Neither a folder, nor a file, nor a link that leads nowhere."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("folder", "file", "link"):
        with pytest.raises(EnvironmentFault, match="is there already"):
            new_package(str(tmp_path / name), is_library=False)
    assert (tmp_path / "file").read_text() == "kept" and not list((tmp_path / "folder").iterdir())


@pytest.mark.parametrize("name", ["9", "a b", "-x", "ä!"])
def test_bad_names(tmp_path: Path, name: str) -> None:
    """Nothing is made."""
    with pytest.raises(EnvironmentFault, match="is no name for a package"):
        new_package(str(tmp_path / name), is_library=False)
    assert not list(tmp_path.iterdir())


def test_an_unwritable_place(tmp_path: Path) -> None:
    """A sentence, not a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFault, match=r"can't write .*not a directory"):
        new_package(str(tmp_path / "file" / "app"), is_library=False)
