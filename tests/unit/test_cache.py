"""The names of cached executables, the probe's reading of the command line, and eviction."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sigilc import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a cache of its own."""
    monkeypatch.setenv("SIGIL_CACHE", str(tmp_path / "cache"))


def request_for(*arguments: str) -> cache.RunRequest:
    """A request that the probe understands."""
    request = cache.parse_run(["run", *arguments])
    assert request is not None
    return request


def name_of(*arguments: str) -> str:
    """The folder of a request."""
    folder = cache.program_folder(request_for(*arguments))
    assert folder is not None
    return folder


def test_probe_reads_the_plain_forms() -> None:
    """Options before the file are sigilc's, everything after it the program's."""
    request = request_for("-O3", "--overflow-checks=on", "--target-cpu=x86-64-v3", "a.sg", "-O0", "--", "x")
    assert (request.level, request.checks, request.cpu) == (3, "on", "x86-64-v3")
    assert (request.path, request.args) == ("a.sg", ["-O0", "--", "x"])
    plain = request_for("a.sg")
    assert (plain.level, plain.checks, plain.cpu, plain.args) == (0, "", "native", [])


@pytest.mark.parametrize("arguments", [[], ["build", "a.sg"], ["run"], ["run", "-O3"], ["run", "-O9", "a.sg"],
                                       ["run", "--help"], ["run", "-O", "3", "a.sg"], ["run", "-g", "a.sg"]])
def test_probe_leaves_the_rest_to_click(arguments: list[str]) -> None:
    """What it does not know is not guessed at."""
    assert cache.parse_run(arguments) is None


def test_name_depends_on_what_the_executable_depends_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content, flags, path and compiler; the program's arguments don't matter."""
    program = tmp_path / "a.sg"
    program.write_text("fn main() { }")
    path = str(program)
    name = name_of(path)
    assert name_of(path, "other", "args") == name
    others = {name_of("-O1", path), name_of("--overflow-checks=on", path), name_of("--target-cpu=x86-64", path)}
    copy = tmp_path / "b.sg"
    copy.write_text("fn main() { }")
    others.add(name_of(str(copy)))
    monkeypatch.chdir(tmp_path)
    others.add(name_of("a.sg"))
    monkeypatch.setattr(cache, "compiler_fingerprint", lambda: b"another compiler")
    others.add(name_of(path))
    monkeypatch.undo()
    program.write_text("fn main() { 1 }")
    others.add(name_of(path))
    assert len(others) == 7 and name not in others


def test_name_of_what_is_no_file(tmp_path: Path) -> None:
    """No content, no name: a pipe would be emptied by looking at it."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "absent.sg", tmp_path, tmp_path / "pipe"):
        assert cache.program_folder(request_for(str(path))) is None


def keep(tmp_path: Path, folder: str, imports: list[tuple[str, bytes]]) -> None:
    """Puts something into the cache."""
    executable = tmp_path / "made"
    executable.write_text("#!/bin/sh\n")
    assert cache.keep_program(folder, str(executable), imports)


def test_imports_decide_whether_it_is_stale(tmp_path: Path) -> None:
    """Changed, and then as before; gone."""
    module, folder = tmp_path / "name with space.sg", str(tmp_path / "cache" / "programs" / "x")
    module.write_bytes(b"one")
    assert not cache.imports_unchanged(folder)
    keep(tmp_path, folder, [(str(module), b"one")])
    assert cache.imports_unchanged(folder)
    module.write_bytes(b"two")
    assert not cache.imports_unchanged(folder)
    keep(tmp_path, folder, [(str(module), b"two")])
    assert cache.imports_unchanged(folder)
    module.unlink()
    assert not cache.imports_unchanged(folder)


def test_eviction_keeps_the_recent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The least recently used go."""
    monkeypatch.setattr(cache, "MAX_PROGRAMS", 2)
    base = tmp_path / "cache" / "programs"
    for age, name in enumerate("abc"):
        keep(tmp_path, str(base / name), [])
        os.utime(base / name, (1000 - age, 1000 - age))
    keep(tmp_path, str(base / "d"), [])
    assert sorted(os.listdir(base)) == ["a", "d"]


def test_cache_that_can_not_be_written(tmp_path: Path) -> None:
    """No cache is no error; the executable stays where it was."""
    (tmp_path / "cache").write_text("a file, not a folder")
    executable = tmp_path / "made"
    executable.write_text("x")
    assert not cache.keep_program(str(tmp_path / "cache" / "programs" / "x"), str(executable), [])
    assert executable.exists()


def test_clean(tmp_path: Path) -> None:
    """Empties what sigilc put there, and nothing else."""
    keep(tmp_path, str(tmp_path / "cache" / "programs" / "x"), [])
    (tmp_path / "cache" / "other").write_text("not sigilc's")
    assert cache.clean() > 0
    assert os.listdir(tmp_path / "cache") == ["other"]
    assert cache.clean() == 0


def test_cache_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGIL_CACHE, then XDG_CACHE_HOME if it is absolute, then the home folder."""
    monkeypatch.setenv("SIGIL_CACHE", "/a")
    assert cache.cache_folder() == "/a"
    monkeypatch.delenv("SIGIL_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/b")
    assert cache.cache_folder() == "/b/sigilc"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/c")
    assert cache.cache_folder() == "/c/.cache/sigilc"
