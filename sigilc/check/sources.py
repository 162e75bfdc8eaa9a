"""Loads the modules of a program from their files: the standard library's, the program's own, those of packages."""

from __future__ import annotations

from pathlib import Path

from sigilc.crash import InternalError
from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics, Label
from sigilc.resolve.doc_tests import DocTest, add_doc_tests
from sigilc.resolve.modules import PRELUDE, ModuleBuilder
from sigilc.resolve.packages import LIBRARY_FILE, Package
from sigilc.resolve.symbols import Module
from sigilc.source.files import SourceFile, load_source
from sigilc.source.folders import data_folder
from sigilc.source.spans import Span
from sigilc.syntax import ast
from sigilc.syntax.parse import parse_source


class Sources:
    """The files of one program. `loaded` are the library's modules, `imports` all files but those and the first one."""

    def __init__(self, diagnostics: Diagnostics):
        self.diagnostics = diagnostics
        self.modules = ModuleBuilder(diagnostics, self.load_std, self.load_file)
        self.std: dict[str, Module | None] = {}
        self.loaded: list[Module] = []
        self.imports: list[SourceFile] = []
        self.packages: dict[Package, Module] = {}
        self.library: Module | None = None      # of the package whose program is being checked
        self.roots: list[Module] = []           # of everything that is not the standard library's
        self.doc_tests: list[DocTest] = []
        self._places: dict[Path, tuple[str, Span | None]] = {}     # by file: its module's name, and the `mod`

    # ---- Roots --------------------------------------------------------------------------------------------------------

    def load_program(self, source: SourceFile, tree: ast.Block, package: Package | None, with_docs: bool) -> Module:
        """The root module of a program, or of a library that is checked by itself, and what it depends on.

        `with_docs` makes functions of the code blocks in its doc comments, which `doc_tests` then lists.
        """
        self._places[Path(source.path).resolve()] = "", None
        root = self.modules.build("", source, tree, None, False)
        self.roots.append(root)
        if package is not None:
            self.imports.append(package.manifest)
            if Path(source.path).name == LIBRARY_FILE:
                self.packages[package] = root
            self.connect(root, package)
            if Path(package.library_file).is_file():
                self.library = root.packages[package.use_name] = self.package_root(package)
        if with_docs:
            for module in self.own_modules():
                self.doc_tests += add_doc_tests(module, self.diagnostics)
        return root

    def own_modules(self) -> list[Module]:
        """The modules of the program and of its package's library."""
        return [*below(self.roots[0]), *(below(self.library) if self.library not in (None, self.roots[0]) else [])]

    def all_modules(self) -> list[Module]:
        """All modules but those of the standard library."""
        return [module for root in self.roots for module in below(root)]

    def connect(self, root: Module, package: Package) -> None:
        """Lets a package's root see the packages that it depends on."""
        for name, dependency in package.dependencies.items():
            root.packages[name] = self.package_root(dependency)

    def package_root(self, package: Package) -> Module:
        """The root of a package's library; an empty one when it can't be read, which is reported."""
        known = self.packages.get(package)
        if known is not None:
            return known
        taken = {module.name for module in self.packages.values()}
        name = next(n for n in (package.use_name + "'" * i for i in range(len(taken) + 1)) if n not in taken)
        source = load_source(package.library_file, self.diagnostics) or SourceFile(package.library_file, "")
        self.imports += [package.manifest, source]
        self._places[Path(source.path).resolve()] = name, None
        root = self.packages[package] = self.modules.build(name, source, parse_source(source, self.diagnostics), None, False)
        self.roots.append(root)
        self.connect(root, package)
        root.packages[package.use_name] = root
        return root

    # ---- Modules ------------------------------------------------------------------------------------------------------

    def load_std(self, name: str) -> Module | None:
        """The module `std·name`, None where the library has none."""
        if name not in self.std:
            path = data_folder("stdlib") / f"{name}.sg"
            self.std[name] = None
            if name.isidentifier() and path.is_file():
                self.std[name] = self._load_library_file(f"std·{name}", path)
            elif name.isidentifier() and name != PRELUDE and path.with_suffix("").is_dir():
                self.std[name] = self._load_library_folder(f"std·{name}", path.with_suffix(""))
        return self.std[name]

    def load_prelude(self) -> Module:
        """What needs no `use`: a module with the items of all files in `prelude`, which may name each other's,
        and `Ok` and `Err`.
        """
        prelude = self._load_library_folder("std", data_folder("stdlib") / PRELUDE)
        prelude.items.update(prelude.items["Result"].variants)
        return prelude

    def _load_library_folder(self, name: str, folder: Path) -> Module:
        """A module with the items of all files in a folder; each file sees its own and what it uses."""
        whole = Module(name, SourceFile(f"std/{folder.name}", ""), is_std=True)
        for path in sorted(folder.glob("*.sg")):
            part = self._load_library_file(name, path)
            twice = whole.items.keys() & part.items.keys()
            if twice:
                raise InternalError(f"{part.source.path} declares again: {', '.join(sorted(twice))}")
            whole.items.update(part.items)
        return whole

    def _load_library_file(self, name: str, path: Path) -> Module:
        shown = path.relative_to(data_folder("stdlib"))
        source = SourceFile(f"std/{shown}", path.read_text(encoding="utf-8"), str(path))
        module = self.modules.build(name, source, parse_source(source, self.diagnostics), None, True)
        self.loaded.append(module)
        return module

    def load_file(self, parent: Module, name: str, span: Span) -> Module | None:
        """The module of `mod name`: the file `name.sg`, or `name/mod.sg`."""
        folder = Path(parent.source.path).parent
        candidates = [folder / f"{name}.sg", folder / name / "mod.sg"]
        path = next((c for c in candidates if c.is_file()), None)
        if path is None:
            self.diagnostics.error("E0107", f"there is no file for the module `{name}`", span, "declared here",
                                   f"create `{name}.sg` or `{name}/mod.sg` beside this file")
            return None
        resolved = path.resolve()
        if resolved in self._places:
            self._refuse_second(parent, name, span, resolved)
            return None
        source = load_source(str(path), self.diagnostics)
        if source is None:
            return None
        self._places[resolved] = parent.qualified(name), span
        self.imports.append(source)
        return self.modules.build(parent.qualified(name), source, parse_source(source, self.diagnostics), parent, False)

    def _refuse_second(self, parent: Module, name: str, span: Span, resolved: Path) -> None:
        """A file that is a module already: of this module itself, of one around it, or of another."""
        shown, before = self._places[resolved]
        labels = [Label(before, "loaded first here")] if before is not None else []
        chain = [parent]
        while chain[0].parent is not None:
            chain.insert(0, chain[0].parent)
        files = [Path(module.source.path) for module in chain]
        inside = next((i for i, file in enumerate(files) if file.resolve() == resolved), None)
        if inside is not None:
            names = " → ".join(dict.fromkeys(file.name for file in files[inside:]))
            self.diagnostics.add(Diagnostic(
                "E0116", f"the module `{name}` contains itself: {names} → {resolved.name}", span, "this closes the circle",
                labels, "a file belongs to one module: reach it by its path, or by `super`"))
        else:
            what = f"the module `{shown}`" if shown else "the program's root"
            self.diagnostics.add(Diagnostic(
                "E0116", f"{resolved.name} is {what} already", span, "the same file again", labels,
                "a file belongs to one module: reach it by its path" + (f", `{shown}`" if shown else "")))


def below(module: Module) -> list[Module]:
    """A module and all modules inside it."""
    return [module, *(m for c in module.children.values() for m in below(c))]
