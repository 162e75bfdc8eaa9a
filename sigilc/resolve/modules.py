"""Builds modules from trees and resolves their `use` declarations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics, Label
from sigilc.diagnostics.suggest import closest
from sigilc.resolve.symbols import KIND_WORDS, Impl, Item, Module
from sigilc.source.files import SourceFile
from sigilc.source.spans import Span
from sigilc.syntax import ast

# `extern "sigil"` declares the operations that the compiler itself provides; only the standard library may.
INTRINSIC_ABI = "sigil"

_SIMPLE: dict[type, str] = {ast.Struct: "struct", ast.TupleStruct: "struct", ast.RecordStruct: "struct", ast.Enum: "enum",
           ast.Actor: "actor", ast.TypeAlias: "type", ast.Constant: "const", ast.Trait: "trait"}


class ModuleBuilder:
    """Makes the module of one file; `load_std(name)` gives the module `std·name`, or None."""

    def __init__(self, diagnostics: Diagnostics, load_std: Callable[[str], Module | None],
                 load_file: Callable[[Module, str, Span], Module | None]):
        self.diagnostics = diagnostics
        self.load_std = load_std
        self.load_file = load_file
        self.uses: list[tuple[Module, Any]] = []

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
                self.uses.append((module, node.tree))
            case ast.Mod():
                self.declare_module(module, node)
            case ast.Error():
                pass
            case _ if type(node) in _SIMPLE:
                self.add(module, _SIMPLE[type(node)], node.name, node, attributes, is_public)
            case ast.Union():
                self.unsupported(module, node, "unions")
            case _:
                self.report("E0002", "a statement cannot stand outside a function", module, node,
                            "only declarations stand here", "put it into `fn main() { … }`")

    def declare_extern(self, module: Module, node: Any, attributes: list[Any]) -> None:
        """The functions of an `extern "…" { … }` block."""
        if node.abi != "C" and not (module.is_std and node.abi == INTRINSIC_ABI):
            self.report("E0603", f"unknown calling convention `{node.abi}`", module, node,
                        'only `extern "C"` is known', 'write `extern "C" { … }`')
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

    def declare_module(self, module: Module, node: Any) -> None:
        """`mod name { … }`, or `mod name` for a file."""
        span = self.span(module, node)
        if node.body is None:
            child = self.load_file(module, node.name, span)
            if child is None:
                return
        else:
            child = Module(module.qualified(node.name), module.source, module, module.is_std)
            self.declare_all(child, node.body.statements)
        module.children[node.name] = child

    def add(self, module: Module, kind: str, name: str, node: Any, attributes: list[Any], is_public: bool,
            abi: str = "") -> None:
        """Puts an item into a module; a second one of the same name is an error."""
        item = Item(kind, name, node, module, self.span(module, node), is_public, attributes, abi)
        before = module.items.get(name)
        if before is not None:
            self.diagnostics.add(Diagnostic(
                "E0106", f"`{name}` is declared twice in this module", item.span, f"a {KIND_WORDS[kind]} of the same name",
                [Label(before.span, f"the {KIND_WORDS[before.kind]} declared first")], "rename one of them"))
            return
        module.items[name] = item

    def resolve_uses(self) -> None:
        """Resolves every `use` that was met so far."""
        while self.uses:
            module, tree = self.uses.pop(0)
            self.resolve_use(module, tree, [])

    def resolve_use(self, module: Module, tree: Any, prefix: list[str]) -> None:
        """One tree of a `use`; `prefix` is the path of the groups around it."""
        path = prefix + list(tree.path)
        if isinstance(tree, ast.UseGroup):
            for part in tree.trees:
                self.resolve_use(module, part, path)
            return
        found = self.find(module, path, tree)
        if found is None:
            return
        if isinstance(tree, ast.UseAll):
            if isinstance(found, Module):
                module.globs.append(found)
            else:
                self.report("E0107", f"`{'·'.join(path)}` is no module", module, tree,
                            "`·*` takes everything out of a module", "")
            return
        name = tree.name if isinstance(tree, ast.UseAs) else path[-1]
        module.imports[name] = found

    def find(self, module: Module, path: list[str], node: Any) -> Item | Module | None:
        """What a `use` path names: from `std`, from `super`, from here, or from the package's root."""
        current: Item | Module | None
        rest = path[1:]
        if path[0] == "std":
            if not rest:
                self.report("E0107", "`std` alone cannot be used", module, node, "name one of its modules",
                            "for example `use std·fs`")
                return None
            current, rest = self.load_std(rest[0]), rest[1:]
        elif path[0] == "super":
            current = module.parent
        else:
            current = module.lookup(path[0])
        for name in rest:
            if not isinstance(current, Module):
                break
            current = current.own(name)
        if current is None:
            near = closest(path[-1], module.names())
            self.report("E0107", f"`{'·'.join(path)}` is not known", module, node, "nothing of this name",
                        f"did you mean `{near}`?" if near else "")
        return current

    def span(self, module: Module, node: Any) -> Span:
        """The span of an item: of its head, where it has a body."""
        end = node.end
        if isinstance(node, ast.Fn):
            end = node.signature.end
        return Span(module.source, node.start, end)

    def unsupported(self, module: Module, node: Any, what: str) -> None:
        """Something that the language has and this compiler does not yet."""
        self.report("E0090", f"{what} are not supported yet", module, node, "not supported yet", "")

    def report(self, code: str, message: str, module: Module, node: Any, label: str, help_: str) -> None:
        """Adds an error."""
        span = Span(module.source, node.start, node.end)
        self.diagnostics.add(Diagnostic(code, message, span, label, help=help_))
