"""Packages: their descriptions, what they see of each other, and how a command line finds them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sigilc import cache
from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics
from sigilc.driver import Compilation
from sigilc.options import Options
from sigilc.resolve.packages import is_package_name, load_package, package_folder
from tests.support.build import build, compile_program, run, sigilc, sigilc_here

LIBRARY = """\
pub mod cents {
    pub fn double(x: i64) -> i64 { 2 * x }
    fn hidden() -> i64 { 1 }
}
pub struct Amount { pub value: i64 }
impl Amount { pub fn new(value: i64) -> Amount { Amount { value } } }
fn secret() -> i64 { 1 }
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(files: dict[str, str]) -> None:
    """Writes files below the current folder."""
    for path, text in files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")


def manifest(name: str, more: str = "") -> str:
    """A short description."""
    return f'[package]\nname = "{name}"\n{more}'


def write_money(main: str, more: str = "") -> None:
    """A package `app` that depends on a package `money` beside it."""
    write({"app/Sigil.toml": manifest("my-app", f'[dependencies]\nmoney = {{ path = "../money" }}\n{more}'),
           "app/src/main.sg": main, "money/Sigil.toml": manifest("money"), "money/src/lib.sg": LIBRARY})


def check(path: str = "app/src/main.sg") -> Compilation:
    """A package's program, checked."""
    return compile_program(path, Options(), stop_after="evidence")


def reported(text: str) -> list[Diagnostic]:
    """What is wrong with a description."""
    write({"p/Sigil.toml": text, "p/src/main.sg": "fn main() { }"})
    diagnostics = Diagnostics()
    load_package("p/src/main.sg", diagnostics)
    return diagnostics.items


# ---- Descriptions -------------------------------------------------------------------------------------------------------


def test_description() -> None:
    """All that there may be."""
    write({"a/Sigil.toml": 'package = { name = "a", version = "1.2" }\n[dependencies.b-c]\npath = "../b"\n'
                           '[link]\nlibraries = ["m", "z"]\n[build]\noverflow-checks = false\n',
           "a/src/main.sg": "", "b/Sigil.toml": manifest("b"), "b/src/lib.sg": ""})
    diagnostics = Diagnostics()
    package = load_package("a/src/main.sg", diagnostics)
    assert package is not None and not diagnostics.items
    assert (package.name, package.version, package.folder, package.libraries) == ("a", "1.2", "a", ["m", "z"])
    assert package.overflow_checks is False
    assert {name: (p.name, p.folder, p.overflow_checks) for name, p in package.dependencies.items()} == {
        "b_c": ("b", "b", None)}
    assert [p.name for p in package.everything()] == ["a", "b"]


@pytest.mark.parametrize(("text", "line", "column", "message"), [
    ("", 1, 1, "the package has no name"),
    ("[package]\n", 1, 2, "the package has no name"),
    ("[package]\nname = 3\n", 2, 1, "`name` must be a text in quotes"),
    ('[package]\nname = "9 lives"\n', 2, 1, "`9 lives` is no name for a package"),
    ('[package]\nname = "a"\nversoin = "1"\n', 3, 1, "`versoin` is not known under `[package]`"),
    ('[package]\nname = "a"\n\n[dependencie]\nb = 1\n', 4, 2, "`dependencie` is not known in Sigil.toml"),
    ('[package]\nname = "a"\n[dependencies]\nb = "1.0"\n', 4, 1, "the dependency `b` needs a path"),
    ('[package]\nname = "a"\n[dependencies]\nb = { path = "b", git = "c" }\n', 4, 19, "`git` is not known here"),
    ('[package]\nname = "a"\n[dependencies]\n"b c" = { path = "b" }\n', 4, 1, "`b c` is no name for a package"),
    ('[package]\nname = "a"\n[link]\nlibraries = "m"\n', 4, 1, "`libraries` must be a list of texts"),
    ('[package]\nname = "a"\n[link]\nlibraries = [1]\n', 4, 1, "`libraries` must be a list of texts"),
    ('[package]\nname = "a"\n[build]\noverflow-checks = "on"\n', 4, 1, "`overflow-checks` must be true or false"),
    ('[package]\nname = "a"\n[build]\noverflow_checks = true\n', 4, 1, "`overflow_checks` is not known under `[build]`"),
    ('build = 3\n[package]\nname = "a"\n', 1, 1, "`build` must be a table"),
    ('[package]\nname = "a\n', 2, 10, "Sigil.toml is not valid TOML: illegal character"),
    ('[package]\nname "a"\n', 2, 6, "Sigil.toml is not valid TOML: expected '='"),
])
def test_malformed(text: str, line: int, column: int, message: str) -> None:
    """E0117 at the line that it is about."""
    items = reported(text)
    assert [(d.code, d.span.file.path) for d in items] == [("E0117", "p/Sigil.toml")]
    assert message in items[0].message
    assert (items[0].span.line, items[0].span.column) == (line, column)


def test_several_errors_at_once() -> None:
    """One run shows all; a near miss is named."""
    items = reported('[package]\nversion = 1\nnme = "x"\n[link]\nlibrarie = []\n')
    assert len(items) == 4
    assert [d.help for d in items if "did you mean" in d.help] == ["did you mean `name`?", "did you mean `libraries`?"]


def test_a_description_that_is_no_utf8() -> None:
    """An error of the file's, like any source file's."""
    write({"p/src/main.sg": "fn main() { }"})
    Path("p/Sigil.toml").write_bytes(b"\xff")
    assert [d.code for d in check("p/src/main.sg").diagnostics.items] == ["E0002"]


@pytest.mark.parametrize(("name", "fits"), [("a", True), ("my-app", True), ("größe_2", True), ("", False), ("-a", False),
                                            ("2a", False), ("a b", False), ("a/b", False), (".", False)])
def test_names(name: str, fits: bool) -> None:
    """What may stand in `use`, and `-`."""
    assert is_package_name(name) is fits


# ---- Dependencies -------------------------------------------------------------------------------------------------------


def test_use_of_a_dependency() -> None:
    """Modules, types and functions of another package's library, by `use` and by path, from any module."""
    write_money("use money·cents·double\nuse money·Amount\nmod util\n"
                'fn main() { println("{double(21)} {money·cents·double(4)} {Amount·new(3).value} {util·f()}") }\n')
    write({"app/src/util.sg": "pub fn f() -> i64 { money·cents·double(1) }\n"})
    assert run(build("app/src/main.sg", Path("out").resolve())).stdout == "42 8 3 2\n"


@pytest.mark.parametrize(("main", "code", "words"), [
    ("fn main() { money·cents·hidden() }", "E0110", "`hidden` is private to `money·cents`"),
    ("fn main() { money·secret() }", "E0110", "`secret` is private to `money`"),
    ("use money·secret\nfn main() { }", "E0110", "`secret` is private to `money`"),
    ("use money·cnts\nfn main() { }", "E0107", "`cnts` is not in `money`"),
    ("use mony·cents\nfn main() { }", "E0107", "`mony` is not known"),
    ("fn main() { money·Amuont·new(1) }", "E0101", "`Amuont` is not in `money`"),
])
def test_borders_between_packages(main: str, code: str, words: str) -> None:
    """What is not `pub` stays inside, and near misses are named."""
    write_money(main)
    found = check().diagnostics.items
    assert [d.code for d in found] == [code]
    assert words in found[0].message
    assert code == "E0110" or "did you mean" in found[0].help


def test_errors_in_a_dependency_have_its_path(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen from the current folder."""
    write_money("fn main() { }")
    write({"money/src/lib.sg": "pub fn f() -> i64 { true }\n"})
    monkeypatch.chdir(here / "app")
    found = check(cache.root_file("")).diagnostics.items
    assert [(d.code, d.span.file.path) for d in found] == [("E0201", "../money/src/lib.sg")]


def test_packages_of_one_name() -> None:
    """Two packages, and a module, may have one name, and each its own functions and types."""
    write({"app/Sigil.toml": manifest("app", '[dependencies]\none = { path = "../x/util" }\ntwo = { path = "../y/util" }\n'),
           "app/src/main.sg": 'mod util {\n pub struct S { pub c: bool }\n pub fn f() -> S { S { c: true } }\n}\n'
                              'fn main() { println("{one·f():?} {two·f():?} {util·f():?}") }\n',
           "x/util/Sigil.toml": manifest("util"), "y/util/Sigil.toml": manifest("util"),
           "x/util/src/lib.sg": "pub struct S { pub a: i64 }\npub fn f() -> S { S { a: 1 } }\n",
           "y/util/src/lib.sg": 'pub struct S { pub b: str }\npub fn f() -> S { S { b: "x" } }\n'})
    assert run(build("app/src/main.sg", Path("out").resolve())).stdout == 'S { a: 1 } S { b: "x" } S { c: true }\n'


def test_a_shared_dependency_is_one() -> None:
    """What two packages depend on is loaded once, so its types are the same for both."""
    write({"app/Sigil.toml": manifest("app", '[dependencies]\na = { path = "../a" }\nb = { path = "../b" }\n'),
           "app/src/main.sg": 'fn main() { println("{b·value(a·make())}") }\n',
           "a/Sigil.toml": manifest("a", '[dependencies]\nbase = { path = "../base" }\n'),
           "b/Sigil.toml": manifest("b", '[dependencies]\nbase = { path = "../base" }\n'),
           "a/src/lib.sg": "use base·Box\npub fn make() -> Box { Box { n: 7 } }\n",
           "b/src/lib.sg": "use base·Box\npub fn value(b: Box) -> i64 { b.n }\n",
           "base/Sigil.toml": manifest("base"), "base/src/lib.sg": "pub struct Box { pub n: i64 }\n"})
    assert run(build("app/src/main.sg", Path("out").resolve())).stdout == "7\n"


def test_a_program_uses_its_own_library() -> None:
    """By the package's name; `-` becomes `_`."""
    write({"app/Sigil.toml": manifest("my-app"), "app/src/lib.sg": "pub fn f() -> i64 { my_app·g() }\nfn g() -> i64 { 5 }\n",
           "app/src/main.sg": 'use my_app·f\nfn main() { println("{f()}") }\n'})
    assert run(build("app/src/main.sg", Path("out").resolve())).stdout == "5\n"


@pytest.mark.parametrize(("more", "words"), [
    ('[dependencies]\nb = { path = "../b" }\n', "the package `app` depends on itself: app → b → app"),
    ('[dependencies]\nb = { path = "." }\n', "the package `app` depends on itself: app → app"),
    ('[dependencies]\nb = { path = "../nowhere" }\n', "there is no package in `nowhere`"),
    ('[dependencies]\nb = { path = "../c" }\n', "the package `c` is no library"),
])
def test_unusable_dependencies(more: str, words: str) -> None:
    """E0118 at the line that names the dependency."""
    write({"app/Sigil.toml": manifest("app", more), "app/src/lib.sg": "", "app/src/main.sg": "fn main() { }",
           "b/Sigil.toml": manifest("b", '[dependencies]\na = { path = "../app" }\n'), "b/src/lib.sg": "",
           "c/Sigil.toml": manifest("c"), "c/src/main.sg": "fn main() { }"})
    found = check().diagnostics.items
    assert [(d.code, d.span.line) for d in found] == [("E0118", 4)]
    assert words in found[0].message


def test_what_a_description_says_of_the_build() -> None:
    """Overflow checks, unless the command line says otherwise; the libraries of all packages are linked."""
    write_money('fn main() {\n    let mut x = 255u8\n    x += 1\n    println("{x}")\n}\n', "[build]\noverflow-checks = false\n")
    write({"money/Sigil.toml": manifest("money", '[link]\nlibraries = ["m"]\n')})
    assert run(build("app/src/main.sg", Path("out").resolve())).stdout == "0\n"
    assert run(build("app/src/main.sg", Path("out").resolve(), overflow_checks=True)).status == 101
    compilation = check()
    assert compilation.package is not None and compilation.program is not None
    write({"money/Sigil.toml": manifest("money", '[link]\nlibraries = ["no-such-library-anywhere"]\n')})
    ran = sigilc_here("build", "app")
    assert ran.status == 1 and "no-such-library-anywhere" in ran.stderr


# ---- Modules in files ---------------------------------------------------------------------------------------------------


def test_cyclic_modules() -> None:
    """A file that is loaded again inside itself: the circle is shown."""
    write({"main.sg": "mod a\nfn main() { }\n", "a.sg": "mod b\n", "b.sg": "mod a\n"})
    found = check("main.sg").diagnostics.items
    assert [(d.code, d.message, d.span.file.path) for d in found] == [
        ("E0116", "the module `a` contains itself: a.sg → b.sg → a.sg", "b.sg")]
    assert [label.message for label in found[0].labels] == ["loaded first here"]


def test_one_file_as_two_modules() -> None:
    """Each would have its own copy of everything."""
    write({"main.sg": "mod a\nmod b\nfn main() { }\n", "a.sg": "mod c\n", "b.sg": "mod c\n", "c.sg": ""})
    found = check("main.sg").diagnostics.items
    assert [(d.code, d.message, d.help) for d in found] == [
        ("E0116", "c.sg is the module `a·c` already", "a file belongs to one module: reach it by its path, `a·c`")]


# ---- Command lines ------------------------------------------------------------------------------------------------------


def test_package_folder() -> None:
    """Only the two root files have one."""
    assert package_folder("app/src/main.sg") == "app"
    assert package_folder("src/lib.sg") == "."
    assert package_folder("app/src/other.sg") is None
    assert package_folder("app/main.sg") is None


def test_root_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is itself; a folder, or nothing, the package's program, or its library; upwards from there."""
    assert cache.root_file("") == "" and cache.root_file("x.sg") == "x.sg"
    write_money("fn main() { }")
    assert cache.root_file("app") == "app/src/main.sg"
    assert cache.root_file("money/src") == "money/src/lib.sg"
    assert cache.root_file(str(here / "app")) == str(here / "app/src/main.sg")
    assert cache.root_file(".") == "."
    monkeypatch.chdir(here / "app" / "src")
    assert cache.root_file("") == "main.sg"
    assert cache.root_file("../../money") == "../../money/src/lib.sg"


def test_commands_take_a_package(here: Path) -> None:
    """`run`, `build` and `check` without a file; the executable has the package's name."""
    write_money('use std·env\nfn main() { println("{env·args() |len}") }')
    app = here / "app"
    assert sigilc("run", cwd=app).stdout == "0\n"
    assert sigilc("run", ".", "a", "b", cwd=app / "src").stdout == "2\n"
    assert sigilc_here("check", cwd=app / "src").status == 0
    assert sigilc_here("build", cwd=app).status == 0
    assert sorted(os.listdir(app)) == ["Sigil.toml", "my-app", "src"]
    ran = sigilc_here("build", "money")
    assert (ran.status, ran.stdout) == (0, "") and "there is nothing to build" in ran.stderr
    assert sigilc_here("check").status == 2


def test_changes_reach_a_cached_program(here: Path) -> None:
    """Of another package's file, of a description, and of one that was not there before."""
    write_money('fn main() { let mut x = 255u8\n x += 1\n println("{x} {money·cents·double(1)}") }')
    (here / "app" / "Sigil.toml").rename(here / "kept")
    assert "`money` is not known" in sigilc("run", "app/src/main.sg").stderr
    (here / "kept").rename(here / "app" / "Sigil.toml")
    assert "integer overflow" in sigilc("run", "app/src/main.sg").stderr
    with open("app/Sigil.toml", "a", encoding="utf-8") as file:
        file.write("[build]\noverflow-checks = false\n")
    assert sigilc("run", "app").stdout == "0 2\n"
    write({"money/src/lib.sg": LIBRARY.replace("2 * x", "3 * x")})
    assert sigilc("run", "app").stdout == "0 3\n"


def test_a_description_that_appears_counts(here: Path) -> None:
    """What was built without one is stale then."""
    write({"src/main.sg": 'fn main() { let mut x = 255u8\n x += 1\n println("{x}") }'})
    assert "integer overflow" in sigilc("run", "src/main.sg").stderr
    write({"Sigil.toml": manifest("p", "[build]\noverflow-checks = false\n")})
    assert sigilc("run", "src/main.sg").stdout == "0\n"
