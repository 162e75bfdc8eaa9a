"""Checks patterns against the type of what they match."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.constant_patterns import value_pattern
from sigilc.check.context import Reported
from sigilc.check.infer import resolve, settled, shallow, unify
from sigilc.check.literals import Literals
from sigilc.check.type_names import with_mark
from sigilc.check.types import (
    BOOL,
    CHAR,
    ERROR,
    FAULT,
    NO_MARKS,
    STR,
    U8,
    UNIT,
    ArrayType,
    EnumType,
    ErrorType,
    FixedType,
    InferVar,
    Marks,
    OptionType,
    StructType,
    TupleType,
    Type,
    is_integer,
    is_result,
    substitute,
)
from sigilc.diagnostics.suggest import closest
from sigilc.resolve.symbols import Item, Module
from sigilc.syntax import ast


class Target(ast.Pattern):
    """A place in an assignment that takes a value apart: as a pattern it binds `variable`, which is assigned afterwards."""

    place: t.Expr
    variable: t.Variable
    node: ast.Expr


class Patterns(Literals):
    """Methods of Body. `kind` is that of the variables that are bound: `let`, or `inout` when a place is matched."""

    def pattern(self, node: Any, type_: Type, kind: str = "let", mutable: bool = False) -> t.Pattern:
        """Checks a pattern and declares what it binds."""
        if self.bound_names is not None:
            return self.pattern_part(node, type_, kind)
        self.bound_names = {}
        try:
            return self.pattern_part(node, type_, kind)
        finally:
            self.bound_names = None

    def pattern_part(self, node: Any, type_: Type, kind: str) -> t.Pattern:
        """A pattern, or one inside another."""
        span = self.span(node)
        match node:
            case ast.Path(name="_"):
                return t.WildPattern(span, type_)
            case ast.Path() | ast.PathName() | ast.PathArguments():
                return self.path_pattern(node, type_, kind)
            case ast.MutPattern():
                return self.bind(node.name, node.evidence, type_, span, kind, True)
            case ast.MarkedPattern():
                return self.marked_pattern(node, type_, kind)
            case ast.ParenPattern():
                return self.pattern(node.pattern, type_, kind)
            case ast.AtPattern():
                if not isinstance(node.path, ast.Path):
                    raise self.error("E0210", "a new name stands before `@`", node.path, "not a name")
                bound = self.bind(node.path.name, "", type_, span, kind, kind == "inout")
                bound.sub = self.pattern(node.pattern, type_, kind)
                return bound
            case ast.TuplePattern():
                return self.tuple_pattern(node, type_, kind)
            case ast.UnitPattern():
                if not unify(type_, UNIT):
                    raise self.error("E0201", f"expected `{resolve(type_)}`, found `()`", node,
                                     f"the value is `{resolve(type_)}`")
                return t.WildPattern(span, type_)
            case ast.VariantPattern():
                return self.variant_pattern(node, type_, kind)
            case ast.StructPattern():
                return self.struct_pattern(node, type_, kind)
            case ast.OrPattern():
                return self.or_pattern(node, type_, kind)
            case ast.RangePattern() | ast.FromPattern() | ast.ToPattern():
                return self.range_pattern(node, type_)
            case ast.SlicePattern():
                return self.slice_pattern(node, type_, kind)
            case Target():
                unify(node.variable.type, type_)
                return t.BindPattern(span, type_, node.variable)
            case ast.RestPattern():
                raise self.error("E0210", "`..` stands only inside a pattern with several parts", node, "not here",
                                 "with a name for what it stands for: `[first, ..rest]`")
        return self.literal_pattern(node, type_)

    def bind(self, name: str, evidence: str, type_: Type, span: Any, kind: str, mutable: bool) -> t.BindPattern:
        """A binding with its evidence annotation."""
        marks = NO_MARKS
        for mark in evidence or "":
            if mark == "?":
                if not isinstance(shallow(type_), OptionType):
                    item = InferVar()
                    if not unify(type_, OptionType(item)):
                        self.error("E0201", f"`{name}?` is marked uncertain, but its value is always present", span,
                                   f"the value is `{resolve(type_)}`", "leave out the `?`")
                marks = Marks("", (marks,)) if not marks.parts else marks
            else:
                _, marks = with_mark(shallow(type_), marks, mark)
        variable = t.Variable(name, type_, span, kind, mutable, None if marks.is_empty else marks)
        names = self.bound_names if self.bound_names is not None else {}
        before = names.setdefault(name, span)
        if before is not span:
            self.error("E0106", f"the pattern binds `{name}` twice", span, "bound again here",
                       "rename one of them; to compare two parts, add a guard: `if a == b`", [(before, "bound first here")])
        self.declare(variable)
        return t.BindPattern(span, type_, variable)

    def marked_pattern(self, node: Any, type_: Type, kind: str) -> t.Pattern:
        """`name~`: a binding with marks."""
        marks = ""
        while isinstance(node, ast.MarkedPattern):
            marks = node.mark + marks
            node = node.pattern
        if not isinstance(node, ast.Path):
            raise self.error("E0210", "an evidence marker belongs to a name", node, "not a name")
        return self.bind(node.name, marks, type_, self.span(node), kind, kind == "inout")

    def path_pattern(self, node: Any, type_: Type, kind: str) -> t.Pattern:
        """A name: `None`, a variant, a constant, or a new binding."""
        span = self.span(node)
        if isinstance(node, ast.Path):
            wanted = shallow(type_)
            if node.name == "None":
                self.need_option(node, type_)
                return t.NonePattern(span, type_, None)
            item = self.lookup_item(node.name)
            is_named = getattr(item, "kind", "") in ("const", "variant")
            if node.name[:1].isupper() and isinstance(wanted, EnumType) and not is_named:
                variant = next((v for v in wanted.decl.variants if v.name == node.name), None)
                if variant is not None:
                    raise self.error("E0105", f"`{node.name}` would be a new variable here, not the variant", node,
                                     "a bare name binds", f"write `{wanted.decl.name}·{node.name}`")
            if not is_named:
                return self.bind(node.name, "", type_, span, kind, kind == "inout")
        found = self.resolve_value_path(node)
        if isinstance(found, tuple) and isinstance(found[1], t.Variant):
            return self.variant_of(node, found, [], type_, kind)
        if isinstance(found, t.Constant):
            return self.constant_pattern(found, node, type_)
        raise self.error("E0210", "this is no pattern", node, "neither a variant nor a constant")

    def constant_pattern(self, constant: t.Constant, node: Any, type_: Type) -> t.Pattern:
        """A constant as a pattern: what matches its value."""
        span = self.span(node)
        if isinstance(shallow(type_), OptionType) and not isinstance(constant.type, OptionType):
            raise self.error("E0303", "an uncertain value is matched as if it were present", node,
                             f"the value is `{resolve(type_)}`", "match `Some(…)` and `None` around it")
        if not unify(type_, constant.type):
            raise self.error("E0201", f"expected `{resolve(type_)}`, found `{constant.type}`", node,
                             f"the value is `{resolve(type_)}`", "", [(constant.span, "the constant")])
        found = value_pattern(span, constant.type, self.context.values.value_of(constant, span))
        if found is None:
            raise self.error("E0210", f"a constant of type `{constant.type}` is no pattern", node, "nothing can match it")
        return found

    def need_option(self, node: Any, type_: Type) -> Type:
        """The payload's type of a `T?` that is matched."""
        wanted = shallow(type_)
        if isinstance(wanted, OptionType):
            return wanted.item
        item: Type = InferVar()
        if isinstance(wanted, ErrorType):
            return ERROR
        if not unify(wanted, OptionType(item)):
            raise self.error("E0201", f"this pattern is for uncertain values, but the value is `{resolve(wanted)}`", node,
                             "the value is always present")
        return item

    def resolve_value_path(self, node: Any) -> Any:
        """What a path names; given by paths.py."""
        raise NotImplementedError

    def lookup_item(self, name: str) -> Item | Module | None:
        """What an unqualified name means; given by paths.py."""
        raise NotImplementedError

    def tuple_pattern(self, node: Any, type_: Type, kind: str) -> t.Pattern:
        """`(a, b)`; `..` fills up."""
        wanted = shallow(type_)
        items = node.patterns
        if isinstance(wanted, InferVar):
            if any(isinstance(p, ast.RestPattern) for p in items):
                raise self.error("E0203", "the type of this value is not known yet", node, "how many slots are there?")
            unify(wanted, TupleType(tuple(InferVar() for _ in items)))
            wanted = shallow(wanted)
        if isinstance(wanted, ErrorType):
            wanted = TupleType(tuple(ERROR for _ in items))
        if not isinstance(wanted, TupleType):
            raise self.error("E0201", f"expected `{resolve(type_)}`, found a tuple pattern", node,
                             f"the value is `{resolve(type_)}`")
        items = self.fill_rest(items, len(wanted.items), node)
        if len(items) != len(wanted.items):
            raise self.error("E0202", f"this pattern has {len(items)} slots, the value {len(wanted.items)}", node,
                             f"the value is `{resolve(wanted)}`")
        return t.TuplePattern(self.span(node), type_, [
            t.WildPattern(self.span(node), slot) if item is None else self.pattern(item, slot, kind)
            for item, slot in zip(items, wanted.items, strict=True)])

    def slice_pattern(self, node: Any, type_: Type, kind: str) -> t.Pattern:
        """`[a, b]`, `[a, .., z]`, `[a, ..middle, z]`."""
        wanted = shallow(type_)
        if isinstance(wanted, InferVar):
            unify(wanted, ArrayType(InferVar()))
            wanted = shallow(wanted)
        item = wanted.item if isinstance(wanted, ArrayType) else ERROR
        if not isinstance(wanted, ArrayType | ErrorType):
            raise self.error("E0201", f"expected `{resolve(type_)}`, found a pattern for arrays", node,
                             f"the value is `{resolve(type_)}`")
        rests = [i for i, p in enumerate(node.patterns) if isinstance(p, ast.RestPattern)]
        if len(rests) > 1:
            raise self.error("E0210", "`..` may stand only once", node, "twice here")
        whole = type_
        if isinstance(wanted, FixedType):
            named = len(node.patterns) - len(rests)
            if named > wanted.count or (named < wanted.count and not rests):
                raise self.error("E0244", f"this pattern names {named} elements, the array has {wanted.count}", node,
                                 f"the value is `{resolve(type_)}`", "" if rests else "leave elements out with `..`")
            whole = ArrayType(item)     # of what `..` stands for
        at = rests[0] if rests else len(node.patterns)
        first = [self.pattern(p, item, kind) for p in node.patterns[:at]]
        rest: t.Pattern | None = None
        if rests:
            name, span = node.patterns[at].name, self.span(node.patterns[at])
            rest = self.bind(name, "", whole, span, kind, kind == "inout") if name is not None else t.WildPattern(span, whole)
        last = [self.pattern(p, item, kind) for p in node.patterns[at + 1:]]
        return t.SlicePattern(self.span(node), type_, first, rest, last)

    def fill_rest(self, items: list[Any], count: int, node: Any) -> list[Any]:
        """The patterns with `..` replaced by as many None as are missing."""
        rests = [i for i, p in enumerate(items) if isinstance(p, ast.RestPattern)]
        if not rests:
            return items
        if len(rests) > 1:
            raise self.error("E0210", "`..` may stand only once", node, "twice here")
        at = rests[0]
        return [*items[:at], *[None] * (count - len(items) + 1), *items[at + 1:]]

    def variant_pattern(self, node: Any, type_: Type, kind: str) -> t.Pattern:
        """`Some(p)`, `None(why)`, `Shape·Circle(r)`, `Id(n)`."""
        span = self.span(node)
        if isinstance(node.path, ast.Path) and node.path.name in ("Some", "None"):
            item = self.need_option(node, type_)
            if len(node.patterns) != 1:
                raise self.error("E0202", f"`{node.path.name}` has one part", node, f"{len(node.patterns)} given")
            if node.path.name == "Some":
                return t.SomePattern(span, type_, self.pattern(node.patterns[0], item, kind))
            why = self.pattern(node.patterns[0], FAULT)
            if isinstance(why, t.WildPattern):
                return t.NonePattern(span, type_, None)
            if not isinstance(why, t.BindPattern):
                raise self.error("E0210", "`None(…)` takes a name for the fault", node, "not a name")
            return t.NonePattern(span, type_, why.variable)
        self.refuse_bare_variant(node.path, type_)
        found = self.resolve_value_path(node.path)
        if isinstance(found, tuple) and isinstance(found[1], t.Variant):
            return self.variant_of(node, found, node.patterns, type_, kind)
        if isinstance(found, t.StructDecl) and found.is_tuple:
            struct = self.unify_decl(node, found, type_)
            self.check_slots(found, node)
            items = self.fill_rest(node.patterns, len(found.fields), node)
            return t.StructPattern(span, type_, self.parts(node, items, found.fields, struct, kind))
        raise self.error("E0105", "this pattern names no variant", node, "not a variant of an enum")

    def refuse_bare_variant(self, path: Any, type_: Type) -> None:
        """A variant without its enum before it, unless a `use` brought it in."""
        wanted = shallow(type_)
        if isinstance(path, ast.Path) and isinstance(wanted, EnumType) and self.scope.module.lookup(path.name) is None \
                and not is_result(wanted) and any(v.name == path.name for v in wanted.decl.variants):
            raise self.error("E0105", f"`{path.name}` is not known here", path, "its enum is missing",
                             f"write `{wanted.decl.name}·{path.name}`")

    def variant_of(self, node: Any, found: Any, items: list[Any], type_: Type, kind: str) -> t.Pattern:
        """A variant's pattern with positional parts."""
        decl, variant = found
        enum = self.unify_decl(node, decl, type_)
        if variant.has_names:
            raise self.error("E0202", f"the fields of `{variant.name}` have names", node, "write them in braces",
                             f"`{decl.name}·{variant.name} {{ … }}`")
        items = self.fill_rest(items, len(variant.fields), node)
        return t.VariantPattern(self.span(node), type_, variant, self.parts(node, items, variant.fields, enum, kind))

    def unify_decl(self, node: Any, decl: Any, type_: Type) -> Type:
        """The instance of a declared type that the matched value has."""
        args = tuple(InferVar() for _ in decl.type_params)
        own: Type = StructType(decl, args) if isinstance(decl, t.StructDecl) else EnumType(decl, args)
        wanted = shallow(type_)
        if isinstance(wanted, OptionType):
            raise self.error("E0303", "an uncertain value is matched as if it were present", node,
                             f"the value is `{resolve(wanted)}`", "match `Some(…)` and `None` around it")
        if not unify(wanted, own):
            raise self.error("E0201", f"expected `{resolve(type_)}`, found `{decl.name}`", node,
                             f"the value is `{resolve(type_)}`")
        return own

    def parts(self, node: Any, items: list[Any], fields: list[t.Field], owner: Type, kind: str
              ) -> list[tuple[int, t.Pattern]]:
        """Positional patterns of a payload."""
        if len(items) != len(fields):
            raise self.error("E0202", f"this pattern has {len(items)} parts, the value {len(fields)}", node,
                             f"{len(fields)} expected")
        args = dict(zip(owner.decl.type_params, owner.parts(), strict=True))  # type: ignore[attr-defined]
        return [(i, self.pattern(item, substitute(f.type, args), kind))
                for i, (item, f) in enumerate(zip(items, fields, strict=True)) if item is not None]

    def struct_pattern(self, node: Any, type_: Type, kind: str) -> t.Pattern:
        """`Point { x, y: 0.0, .. }` and the like for variants."""
        found = self.resolve_value_path(node.path)
        variant = found[1] if isinstance(found, tuple) and isinstance(found[1], t.Variant) else None
        decl = found[0] if variant else found
        if not isinstance(decl, t.StructDecl | t.EnumDecl):
            raise self.error("E0105", "this pattern names neither a struct nor a variant", node, "not known as one")
        if isinstance(decl, t.StructDecl) and decl.is_union:
            raise self.error("E0210", f"the union `{decl.name}` is not taken apart by a pattern", node,
                             "its fields share their memory", "read the field that it holds, in `unsafe`")
        owner = self.unify_decl(node, decl, type_)
        fields = variant.fields if variant else decl.fields  # type: ignore[union-attr]
        self.refuse_braces(variant or decl, node)
        args = dict(zip(decl.type_params, owner.parts(), strict=True))
        bound: list[tuple[int, t.Pattern]] = []
        has_rest = False
        for entry in node.fields:
            if isinstance(entry, ast.RestPattern):
                has_rest = True
                continue
            index = self.field_index(fields, entry.name, entry, decl.name)
            if isinstance(decl, t.StructDecl):
                self.check_privacy(decl, fields[index], entry)
            field_type = substitute(fields[index].type, args)
            if isinstance(entry, ast.NamedPattern):
                bound.append((index, self.pattern(entry.pattern, field_type, kind)))
            else:
                mutable = isinstance(entry, ast.MutPattern) or kind == "inout"
                bound.append((index, self.bind(entry.name, entry.evidence, field_type, self.span(entry), kind, mutable)))
        missing = [f.name for i, f in enumerate(fields) if i not in {b[0] for b in bound}]
        if missing and not has_rest:
            raise self.error("E0206", f"the pattern leaves out `{'`, `'.join(missing)}`", node, "not all fields are named",
                             "add `..` to leave the others out")
        if variant:
            return t.VariantPattern(self.span(node), type_, variant, bound)
        return t.StructPattern(self.span(node), type_, bound)

    def check_privacy(self, decl: t.StructDecl, field: t.Field, node: Any) -> None:
        """Whether a field may be used here; given by operators.py."""
        raise NotImplementedError

    def check_slots(self, decl: t.StructDecl, node: Any) -> None:
        """Whether a tuple struct's fields, all of them, may be used here; given by operators.py."""
        raise NotImplementedError

    def refuse_braces(self, owner: t.StructDecl | t.EnumDecl | t.Variant, node: Any) -> None:
        """Braces after a tuple struct or variant, whose fields have no names."""
        fields = [] if isinstance(owner, t.EnumDecl) else owner.fields
        if fields and fields[0].name == "0":
            raise self.error("E0206", f"the fields of `{owner.name}` have no names", node, "not written in braces",
                             f"write `{self.span(node.path).text}(…)`")

    def field_index(self, fields: list[t.Field], name: str, node: Any, owner: str) -> int:
        """The index of a field by its name."""
        for i, field in enumerate(fields):
            if field.name == name:
                return i
        near = closest(name, [f.name for f in fields])
        shown = [f"`{f.name}`" for f in fields[:6]] + ["…"] * (len(fields) > 6)
        known = f"it has {', '.join(shown)}" if fields else "it has no fields"
        raise self.error("E0103", f"`{owner}` has no field `{name}`", self.name_span(node, name), "no field of this name",
                         f"did you mean `{near}`?" if near else known)

    def or_pattern(self, node: Any, type_: Type, kind: str) -> t.Pattern:
        """`A | B`: all alternatives bind the same names; later ones use the first one's variables."""
        before = dict(self.scopes[-1])
        names = dict(self.bound_names or {})
        first = self.pattern(node.patterns[0], type_, kind)
        all_names = self.bound_names
        bound = {n: v for n, v in self.scopes[-1].items() if before.get(n) is not v}
        alternatives = [first]
        for alternative in node.patterns[1:]:
            self.scopes.append({})
            self.bound_names = dict(names)
            try:
                checked = self.pattern(alternative, type_, kind)
                own = self.scopes[-1]
            finally:
                self.scopes.pop()
                self.bound_names = all_names
            if set(own) != set(bound):
                lacking = ", ".join(f"`{n}`" for n in sorted(set(own) ^ set(bound)))
                raise self.error("E0210", f"not all alternatives bind {lacking}", alternative, "binds other names")
            for name, variable in own.items():
                if not unify(variable.type, bound[name].type):
                    raise self.error("E0201", f"`{name}` has another type here", alternative,
                                     f"`{resolve(variable.type)}` instead of `{resolve(bound[name].type)}`")
            self.rebind(checked, {id(v): bound[n] for n, v in own.items()})
            alternatives.append(checked)
        return t.OrPattern(self.span(node), type_, alternatives)

    def rebind(self, pattern: t.Pattern, variables: dict[int, t.Variable]) -> None:
        """Makes a pattern bind other Variable objects."""
        stack: list[Any] = [pattern]
        while stack:
            p = stack.pop()
            if isinstance(p, t.BindPattern):
                p.variable = variables.get(id(p.variable), p.variable)
                stack += [p.sub] if p.sub else []
            elif isinstance(p, t.NonePattern) and p.why is not None:
                p.why = variables.get(id(p.why), p.why)
            elif isinstance(p, t.SomePattern):
                stack.append(p.item)
            elif isinstance(p, t.TuplePattern):
                stack += p.items
            elif isinstance(p, t.SlicePattern):
                stack += [*p.first, *p.last, *([p.rest] if p.rest is not None else [])]
            elif isinstance(p, t.StructPattern | t.VariantPattern):
                stack += [q for _, q in p.fields]
            elif isinstance(p, t.OrPattern):
                stack += p.alternatives

    def literal_pattern(self, node: Any, type_: Type) -> t.Pattern:
        """A literal."""
        negative = isinstance(node, ast.NegativePattern)
        number = node.number if negative else node
        wanted: Type
        if isinstance(number, ast.Int | ast.Float):
            check = self.check_Int if isinstance(number, ast.Int) else self.check_Float
            literal = check(number, type_, negative)
            wanted, value = literal.type, literal.value  # type: ignore[attr-defined]
        else:
            kinds: dict[type, tuple[Type, Any]] = {
                ast.Bool: (BOOL, lambda: node.text == "true"), ast.String: (STR, lambda: node.text),
                ast.Char: (CHAR, lambda: ord(node.text)), ast.Byte: (U8, lambda: ord(node.text)),
                ast.Bytes: (ArrayType(U8), lambda: node.text.encode("latin-1", "replace"))}
            if type(node) not in kinds:
                raise self.error("E0210", "this is no pattern", node, "not understood here")
            wanted, value = kinds[type(node)][0], kinds[type(node)][1]()
        found = shallow(type_)
        if isinstance(found, OptionType) and not isinstance(shallow(wanted), OptionType):
            raise self.error("E0303", "an uncertain value is matched as if it were present", node,
                             f"the value is `{resolve(found)}`", "match `Some(…)` and `None` around it")
        if not unify(type_, wanted):
            raise self.error("E0201", f"expected `{resolve(type_)}`, found `{resolve(wanted)}`", node,
                             f"the value is `{resolve(type_)}`")
        return t.ConstPattern(self.span(node), type_, value)

    def range_pattern(self, node: Any, type_: Type) -> t.Pattern:
        """`a..=b`, `a..b`, `a..`, `..=b` over integers and characters."""
        low = self.bound(node.low, type_) if not isinstance(node, ast.ToPattern) else None
        high = self.bound(node.high, type_) if not isinstance(node, ast.FromPattern) else None
        if isinstance(node, ast.RangePattern) and node.operator == ".." and high is not None:
            high -= 1
        if low is not None and high is not None and low > high:
            raise self.error("E0210", "this range is empty", node, "nothing matches it")
        self.deferred.append(lambda: self.check_range_type(node, type_))
        return t.RangePattern(self.span(node), type_, low, high)

    def check_range_type(self, node: Any, type_: Type) -> None:
        """Ranges match integers and characters."""
        found = settled(type_)
        if not is_integer(found) and found != CHAR and not isinstance(found, ErrorType):
            self.error("E0201", f"a range can't match `{found}`", node, "ranges match integers and characters")

    def bound(self, node: Any, type_: Type) -> int:
        """The number at one end of a range pattern."""
        is_name = isinstance(node, ast.Path | ast.PathName | ast.PathArguments)
        checked = self.path_pattern(node, type_, "let") if is_name else self.literal_pattern(node, type_)
        if not isinstance(checked, t.ConstPattern) or isinstance(checked.value, bool) or not isinstance(checked.value, int):
            raise self.error("E0210", "the ends of a range are integers or characters", node, "not one of them")
        return checked.value


__all__ = ["Patterns", "Reported"]
