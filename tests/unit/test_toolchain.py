"""Finding the C compiler, compiling the runtime once, linking, and output files that appear whole."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from sigilc.crash import EnvironmentFault
from sigilc.link import runtime_build
from sigilc.link.link import link_executable
from sigilc.link.output import replacing, write_output
from sigilc.link.toolchain import Toolchain, find_toolchain


@pytest.fixture
def no_compilers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing in it but what the test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("SIGILC_CC", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    return folder


def put_tool(folder: Path, name: str, script: str = "exit 0") -> Path:
    """A command of that name."""
    tool = folder / name
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    return tool


def test_without_a_compiler(no_compilers: Path) -> None:
    """The message says how to get one."""
    with pytest.raises(EnvironmentFault) as caught:
        find_toolchain()
    assert caught.value.code == "E0610" and caught.value.status == 1
    assert "apt install gcc" in caught.value.help and "ziglang" in caught.value.help


@pytest.mark.parametrize(("present", "chosen"), [(["clang", "cc", "gcc"], "gcc"), (["clang", "cc"], "cc"),
                                                 (["clang"], "clang")])
def test_order(no_compilers: Path, present: list[str], chosen: str) -> None:
    """gcc, cc, clang."""
    for name in [*present, "ar"]:
        put_tool(no_compilers, name)
    assert find_toolchain().compiler == (str(no_compilers / chosen),)


def test_named_compiler(no_compilers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGILC_CC goes before all, with its arguments, and must exist."""
    for name in ("gcc", "mycc", "ar"):
        put_tool(no_compilers, name)
    monkeypatch.setenv("SIGILC_CC", "mycc -m64")
    found = find_toolchain()
    assert found.compiler == (str(no_compilers / "mycc"), "-m64")
    monkeypatch.setenv("SIGILC_CC", "absent")
    with pytest.raises(EnvironmentFault, match="SIGILC_CC names `absent`"):
        find_toolchain()


def test_identity_follows_the_compiler(no_compilers: Path) -> None:
    """Another compiler under the same name does not get the other's runtime."""
    put_tool(no_compilers, "ar")
    put_tool(no_compilers, "gcc")
    before = find_toolchain().identity
    put_tool(no_compilers, "gcc", "exit 1  # newer")
    assert find_toolchain().identity != before


@pytest.fixture
def small_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime of one file, and a cache of its own."""
    folder = tmp_path / "runtime"
    (folder / "include").mkdir(parents=True)
    (folder / "answer.c").write_text('#include "answer.h"\nint answer(void) { return ANSWER; }\n')
    (folder / "include" / "answer.h").write_text("#define ANSWER 42\nint answer(void);\n")
    monkeypatch.setattr(runtime_build, "data_folder", lambda name: folder)
    monkeypatch.setenv("SIGIL_CACHE", str(tmp_path / "cache"))
    return folder


def link_main(tmp_path: Path, toolchain: Toolchain, archive: str, code: str) -> Path:
    """An executable of one C file and the archive."""
    source, made, output = tmp_path / "main.c", tmp_path / "main.o", tmp_path / "program"
    source.write_text(code)
    subprocess.run([*toolchain.compiler, "-c", str(source), "-o", str(made)], check=True)
    link_executable(toolchain, [str(made)], archive, str(output))
    return output


def test_runtime_is_compiled_once(small_runtime: Path, tmp_path: Path) -> None:
    """The same archive while the sources stay, another one when a header changes."""
    toolchain = find_toolchain()
    first = runtime_build.runtime_archive(toolchain)
    stamp = os.stat(first).st_mtime_ns
    assert runtime_build.runtime_archive(toolchain) == first and os.stat(first).st_mtime_ns == stamp
    program = link_main(tmp_path, toolchain, first, "int answer(void); int main(void) { return answer(); }")
    assert subprocess.run([program], check=False).returncode == 42
    (small_runtime / "include" / "answer.h").write_text("#define ANSWER 43\nint answer(void);\n")
    second = runtime_build.runtime_archive(toolchain)
    assert second != first
    assert runtime_build.runtime_archive(toolchain, ("-DOTHER",)) not in (first, second)


def test_runtime_builds_at_the_same_time(small_runtime: Path, tmp_path: Path) -> None:
    """Several start together: all get a whole archive, and no scratch folder stays."""
    toolchain = find_toolchain()
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(runtime_build.runtime_archive(toolchain)))
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1 and os.path.getsize(found[0]) > 0
    assert len(os.listdir(tmp_path / "cache" / "runtime")) == 1


def test_runtime_that_does_not_compile(small_runtime: Path, tmp_path: Path) -> None:
    """The compiler's own words, and nothing in the cache."""
    (small_runtime / "answer.c").write_text("int answer(void) { return nonsense; }\n")
    with pytest.raises(EnvironmentFault, match="nonsense") as caught:
        runtime_build.runtime_archive(find_toolchain())
    assert caught.value.code == "E0611"
    assert os.listdir(tmp_path / "cache" / "runtime") == []


def test_undefined_symbol(small_runtime: Path, tmp_path: Path) -> None:
    """A message that names it, and no output."""
    toolchain = find_toolchain()
    archive = runtime_build.runtime_archive(toolchain)
    with pytest.raises(EnvironmentFault, match="nothing defines `nowhere`") as caught:
        link_main(tmp_path, toolchain, archive, "int nowhere(void); int main(void) { return nowhere(); }")
    assert caught.value.code == "E0612" and not (tmp_path / "program").exists()


def test_missing_library(small_runtime: Path, tmp_path: Path) -> None:
    """A library that is not installed."""
    toolchain = find_toolchain()
    with pytest.raises(EnvironmentFault, match="there is no library `surely-absent`"):
        link_executable(toolchain, [], runtime_build.runtime_archive(toolchain), str(tmp_path / "x"),
                        ("surely-absent",))


def test_output_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    """What was there stays when the work fails, and no scratch file is left."""
    target = tmp_path / "out"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(str(target)) as scratch:
        Path(scratch).write_text("half")
        raise ZeroDivisionError
    assert target.read_text() == "old" and os.listdir(tmp_path) == ["out"]
    write_output(str(target), "new")
    assert target.read_text() == "new" and os.listdir(tmp_path) == ["out"]


def test_output_that_can_not_be_written(tmp_path: Path) -> None:
    """No such folder, a folder, no permission: each says so, before the work begins."""
    began = []
    for path in (tmp_path / "absent" / "x", tmp_path):
        with pytest.raises(EnvironmentFault, match="can't write"), replacing(str(path)):
            began.append(path)
    assert not began


def test_output_through_a_link_and_to_a_device(tmp_path: Path) -> None:
    """A link stays a link, and /dev/null stays a device."""
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_output(str(tmp_path / "link"), "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "new"
    write_output(os.devnull, "gone")
    assert not os.path.isfile(os.devnull)
