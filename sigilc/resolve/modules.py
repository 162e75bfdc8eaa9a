"""Builds modules from trees and resolves their `use` declarations."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics, Label
from sigilc.diagnostics.suggest import closest
from sigilc.resolve.symbols import KIND_WORDS, Impl, Import, Item, Module
from sigilc.source.files import SourceFile
from sigilc.source.folders import data_folder
from sigilc.source.spans import Span
from sigilc.syntax import ast

# `extern "sigil"` declares the operations that the compiler itself provides; only the standard library may.
INTRINSIC_ABI = "sigil"
PRELUDE = "prelude"     # the folder of what every program sees without a `use`

_SIMPLE: dict[type, str] = {ast.Struct: "struct", ast.TupleStruct: "struct", ast.RecordStruct: "struct", ast.Union: "struct",
           ast.Enum: "enum",
           ast.Actor: "actor", ast.TypeAlias: "type", ast.Constant: "const", ast.Trait: "trait"}
_WITH_PARTS = (ast.TupleStruct, ast.RecordStruct, ast.Enum, ast.Actor, ast.Trait, ast.Union)
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(eq=False, slots=True)
class Wanted:
    """One name (or `·*`, without a name) that a `use` asks for; `path` includes that of the groups around `tree`."""

    module: Module
    tree: Any
    path: list[str]
    name: str
    is_public: bool

    @property
    def span(self) -> Span:
        """Where it is written."""
        return Span(self.module.source, self.tree.start, self.tree.end)

    def segment_span(self, number: int) -> Span:
        """Where a name of the path is written; the whole for one of a group around it."""
        index = number - (len(self.path) - len(self.tree.path))
        found = list(_NAME.finditer(self.module.source.text, self.tree.start, self.tree.end))
        if 0 <= index < len(found) and found[index][0] == self.path[number]:
            return Span(self.module.source, *found[index].span())
        return self.span


def variants_of(node: Any) -> list[Any]:
    """The trees of an enum's variants."""
    found = []
    for entry in node.variants:
        while isinstance(entry, ast.Attributed | ast.Public):
            entry = entry.item
        if not isinstance(entry, ast.Error):
            found.append(entry)
    return found


def _signature_name(entry: Any) -> str:
    """The name of a function in an `extern` block, of anything else the empty text."""
    while isinstance(entry, ast.Attributed | ast.Public):
        entry = entry.item
    return str(entry.signature.name) if isinstance(entry, ast.Fn) else str(getattr(entry, "name", ""))


def std_modules() -> list[str]:
    """The names of the standard library's modules, each a file or a folder of files."""
    folder = data_folder("stdlib")
    return sorted({path.relative_to(folder).parts[0].removesuffix(".sg") for path in folder.rglob("*.sg")} - {PRELUDE})


class ModuleBuilder:
    """Makes the module of one file; `load_std(name)` gives the module `std·name`, or None."""

    def __init__(self, diagnostics: Diagnostics, load_std: Callable[[str], Module | None],
                 load_file: Callable[[Module, str, Span], Module | None]):
        self.diagnostics = diagnostics
        self.load_std = load_std
        self.load_file = load_file
        self.uses: list[Wanted] = []

    def build(self, name: str, source: SourceFile, tree: ast.Block, parent: Module | None, is_std: bool) -> Module:
        """Declares everything at a file's top level; `resolve_uses` must follow once all files are there."""
        module = Module(name, source, parent, is_std)
        self.declare_all(module, tree.statements)
        return module

    def declare_all(self, module: Module, nodes: list[Any]) -> None:
        """Declares the items of a module's body."""
        for node in nodes:
            self.declare(module, node, [], False)

    def declare(self, module: Module, node: Any, attributes: list[Any], is_public: bool) -> None:
        """Declares one item; attributes and `pub` come from the nodes around it."""
        match node:
            case ast.Attributed():
                self.declare(module, node.item, attributes + node.attributes, is_public)
            case ast.Public():
                self.declare(module, node.item, attributes, True)
            case ast.Fn():
                self.add(module, "fn", node.signature.name, node, attributes, is_public)
            case ast.Extern():
                self.declare_extern(module, node, attributes)
            case ast.Impl():
                module.impls.append(Impl(node, module, attributes))
            case ast.Use():
                self.want(module, node.tree, [], is_public)
            case ast.Mod():
                self.declare_module(module, node)
            case ast.Error():
                pass
            case _ if type(node) in _SIMPLE:
                self.add(module, _SIMPLE[type(node)], node.name, node, attributes, is_public)
            case _:
                self.report("E0010", "a statement can't stand outside a function", module, node,
                            "only declarations stand here", "put it into `fn main() { … }`")

    def declare_extern(self, module: Module, node: Any, attributes: list[Any]) -> None:
        """The functions of an `extern "…" { … }` block."""
        if node.abi != "C" and not (module.is_std and node.abi == INTRINSIC_ABI):
            text = module.source.text
            quote = text.find('"', text.find('"', node.start) + 1) + 1
            span = Span(module.source, node.start, min(node.end, max(quote, node.start + len("extern"))))
            self.diagnostics.add(Diagnostic("E0603", f"unknown calling convention `{node.abi}`", span,
                                            'only `extern "C"` is known', help='write `extern "C" { … }`'))
            module.lost.update(n for n in map(_signature_name, node.items) if n)
            return
        for entry in node.items:
            own, public = list(attributes), False
            while isinstance(entry, ast.Attributed | ast.Public):
                if isinstance(entry, ast.Attributed):
                    own += entry.attributes
                public = public or isinstance(entry, ast.Public)
                entry = entry.item
            if isinstance(entry, ast.Signature):
                self.add(module, "fn", entry.name, entry, own, public, node.abi)
            else:
                self.report("E0603", "only function signatures may stand in an `extern` block", module, entry,
                            "this is no signature", "leave out the body")
                module.lost.add(_signature_name(entry))

    def declare_module(self, module: Module, node: Any) -> None:
        """`mod name { … }`, or `mod name` for a file."""
        span = self.span(module, node)
        if node.name in module.children:
            self.report("E0106", f"the module `{node.name}` is declared twice", module, node, "declared again here",
                        "write all of it in one place")
            return
        if node.body is None:
            child = self.load_file(module, node.name, span)
            if child is None:
                module.lost.add(node.name)
                return
        else:
            child = Module(module.qualified(node.name), module.source, module, module.is_std, extent=span)
            self.declare_all(child, node.body.statements)
        module.children[node.name] = child

    def add(self, module: Module, kind: str, name: str, node: Any, attributes: list[Any], is_public: bool,
            abi: str = "") -> None:
        """Puts an item into a module; a second one of the same name is an error."""
        item = Item(kind, name, node, module, self.span(module, node), is_public, attributes, abi)
        before = module.items.get(name)
        if before is not None:
            word = f"{'an' if KIND_WORDS[kind][0] in 'aeiou' else 'a'} {KIND_WORDS[kind]}"
            self.diagnostics.add(Diagnostic(
                "E0106", f"`{name}` is declared twice in this module", item.span, f"{word} of the same name",
                [Label(before.span, f"the {KIND_WORDS[before.kind]} declared first")], "rename one of them"))
            return
        if isinstance(node, ast.Enum):
            for entry in variants_of(node):
                span = Span(module.source, entry.start, entry.end)
                item.variants.setdefault(entry.name, Item("variant", entry.name, entry, module, span, True, owner=item))
        module.items[name] = item

    # ---- `use` --------------------------------------------------------------------------------------------------------

    def want(self, module: Module, tree: Any, prefix: list[str], is_public: bool) -> None:
        """Notes what a `use` asks for, name by name; `self` in braces is what stands before them."""
        is_whole = bool(prefix) and list(tree.path) == ["self"] and isinstance(tree, ast.UseName | ast.UseAs)
        path = prefix if is_whole else prefix + list(tree.path)
        if isinstance(tree, ast.UseGroup):
            for part in tree.trees:
                self.want(module, part, path, is_public)
            return
        name = "" if isinstance(tree, ast.UseAll) else tree.name if isinstance(tree, ast.UseAs) else path[-1]
        self.uses.append(Wanted(module, tree, path, name, is_public))

    def resolve_uses(self) -> None:
        """Resolves every `use` that was met so far. One may lead through another, in any order."""
        while self.uses:
            wanted, self.uses = self.uses, []
            left = [w for w in wanted if not self.bind(w)]
            if len(left) == len(wanted) and not self.uses:
                for w in left:
                    self.report_unknown(w)
                return
            self.uses += left

    def bind(self, wanted: Wanted) -> bool:
        """Brings in what a `use` names; False where it is not (yet) known."""
        steps = self.walk(wanted)
        found = steps[-1]
        if len(steps) < len(wanted.path) or found is None:
            return False
        if self.refuse_private(wanted, steps):
            wanted.module.lost.add(wanted.name or "*")
            return True
        entry = Import(found, wanted.span, wanted.is_public)
        if not wanted.name:
            self.bind_all(wanted, entry)
            return True
        module, name = wanted.module, wanted.name
        before = module.items.get(name) or module.children.get(name) or module.imports.get(name)
        if before is not None:
            labels = [] if isinstance(before, Module) else [
                Label(before.span, f"the {KIND_WORDS[before.kind]} declared here" if isinstance(before, Item)
                      else "brought in first here")]
            self.diagnostics.add(Diagnostic(
                "E0106", f"`{name}` means two things in this module", wanted.span, "brought in here", labels,
                f"give it another name here: `… as {name}2`"))
            return True
        module.imports[name] = entry
        return True

    def bind_all(self, wanted: Wanted, entry: Import) -> None:
        """`use a·*`, `use Enum·*`."""
        target = entry.target
        if isinstance(target, Item) and target.kind != "enum":
            self.report("E0107", f"`{'·'.join(wanted.path)}` is no module", wanted.module, wanted.tree,
                        f"this is a {KIND_WORDS[target.kind]}", "`·*` takes everything out of a module or an enum")
        elif target is not wanted.module:
            wanted.module.globs.append(entry)

    def walk(self, wanted: Wanted) -> list[Item | Module | None]:
        """What each name of a path stands for: from `std`, from `super`, from here, or from the package's root.

        The list ends with None where a name is not known, and before it where nothing can be inside what was found.
        """
        module, path = wanted.module, wanted.path
        steps: list[Item | Module | None]
        if path[0] != "std":
            steps = [module.lookup(path[0])]
        elif len(path) == 1:
            return [None]
        else:
            steps = [Module("std", module.source, is_std=True), self.load_std(path[1])]
        for name in path[len(steps):]:
            current = steps[-1]
            if isinstance(current, Module):
                steps.append(current.above if name == "super" else current.own(name))
            elif current is not None and current.kind == "enum":
                steps.append(current.variants.get(name))
            else:
                break
        return steps

    def refuse_private(self, wanted: Wanted, steps: list[Item | Module | None]) -> bool:
        """Complains about a step to what its module keeps to itself, or a `pub use` of such a thing."""
        for number in range(2 if wanted.path[0] == "std" else 1, len(steps)):
            before, name = steps[number - 1], wanted.path[number]
            if isinstance(before, Module) and name != "super" and not before.shows(name, wanted.module):
                owner = f"`{before.name}`" if before.name else "the package's root"
                self.report_private(wanted, number, steps[number], f"`{name}` is private to {owner}")
                return True
        last = steps[-1]
        if wanted.is_public and wanted.name and isinstance(last, Item) and not last.is_public:
            self.report_private(wanted, len(steps) - 1, last, f"`{wanted.path[-1]}` is private and can't be passed on")
            return True
        return False

    def report_private(self, wanted: Wanted, number: int, found: Item | Module | None, message: str) -> None:
        """E0110 for a step of a `use`."""
        labels = [Label(found.span, "declared here")] if isinstance(found, Item) else []
        self.diagnostics.add(Diagnostic("E0110", message, wanted.segment_span(number), "private", labels,
                                        "put `pub` before its declaration"))

    def report_unknown(self, wanted: Wanted) -> None:
        """The first name of a `use` path that stands for nothing, and what may be meant."""
        steps, path, module = self.walk(wanted), wanted.path, wanted.module
        module.lost.add(wanted.name or "*")
        number = len(steps) if steps[-1] is not None else len(steps) - 1
        name, candidates, message = path[number], [*module.names(), "std", *module.root.packages], ""
        label, help_ = "nothing of this name", ""
        if path == ["std"]:
            message, label, help_ = "`std` alone cannot be used", "name one of its modules", "for example `use std·fs`"
        elif path[0] == "std" and number == 1:
            candidates, message = std_modules(), f"the standard library has no module `{name}`"
        elif name in ("crate", "self") and number == 0:
            message, help_ = f"`{name}` is no module", "a path starts in this module or in the package's root: leave it out"
        elif name == "super":
            message, help_ = "there is no module above this one", "`super` in a package's root leads nowhere"
        elif number == 0:
            message = f"`{name}` is not known"
            help_ = f"for another file: `mod {name}` beside this; for another package: a dependency in Sigil.toml"
        else:
            before = steps[number - 1]
            candidates = before.names_for(module) if isinstance(before, Module) else list(before.variants) if before else []
            if isinstance(before, Item) and before.kind != "enum":
                message, label = f"`{before.name}` is no module", f"there is nothing inside a {KIND_WORDS[before.kind]}"
            else:
                message = f"`{name}` is not in `{'·'.join(path[:number])}`"
        near = closest(name, candidates)
        span = wanted.segment_span(number)
        self.diagnostics.add(Diagnostic("E0107", message, span, label, help=f"did you mean `{near}`?" if near else help_))

    def span(self, module: Module, node: Any) -> Span:
        """The span of an item: of its head, where it has a body or parts."""
        end = node.end
        if isinstance(node, ast.Fn):
            end = node.signature.end
        elif isinstance(node, _WITH_PARTS):
            at = module.source.text.find(node.name, node.start, end)
            end = at + len(node.name) if at >= 0 else end
        return Span(module.source, node.start, end)

    def unsupported(self, module: Module, node: Any, what: str) -> None:
        """Something that the language has and this compiler does not yet."""
        self.report("E0090", f"{what} are not supported yet", module, node, "not supported yet", "")

    def report(self, code: str, message: str, module: Module, node: Any, label: str, help_: str) -> None:
        """Adds an error."""
        span = Span(module.source, node.start, node.end)
        self.diagnostics.add(Diagnostic(code, message, span, label, help=help_))
