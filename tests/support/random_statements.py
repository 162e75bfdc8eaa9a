"""Writes random statements: declarations, changes of places, loops, matches."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.random_changes import ChangeWriter
from tests.support.random_kinds import BOOL, I64, INTEGERS, NARROW, STR, USIZE, Kind, World, array, fixed, option
from tests.support.random_scope import Variable


class StatementWriter(ChangeWriter):
    """Writes the lines of one function."""

    def __init__(self, world: World, prefix: str):
        super().__init__(world, prefix)
        self.lines: list[str] = []
        self.indent = 1
        self.loops: list[str] = []      # labels of the loops around
        self.result: Kind | None = None

    def line(self, text: str) -> None:
        """Writes a line."""
        self.lines.append("    " * self.indent + text)

    def add(self, name: str, kind: Kind, is_mutable: bool = False) -> None:
        """Declares a variable."""
        self.frames[-1].append(Variable(name, kind, is_mutable))

    def block(self, count: int, *variables: Variable) -> None:
        """Statements in a scope of their own."""
        with self.scope(*variables):
            self.indent += 1
            for _ in range(count):
                self.statement()
            self.indent -= 1

    def statement(self) -> None:
        """One statement."""
        kinds: list[Callable[[], None]] = [self.let, self.let, self.let_mutable, self.let_mutable, self.change, self.change,
                                           self.change, self.change, self.show, self.take_apart, self.hold, self.assign_several,
                                           self.labelled_block, self.capture, self.catch]
        if self.indent < 4 and self.left > 0:
            kinds += [self.if_statement, self.for_statement, self.while_statement, self.match_statement,
                      self.match_place, self.match_fixed, self.loop_statement, self.each_statement,
                      self.write_loop, self.write_loop]
        if self.indent > 1:
            kinds += [self.leave]
        self.rng.choice(kinds)()

    # ---- Declarations -----------------------------------------------------------------------------------------------

    def let(self) -> None:
        kind, name = self.world.kind(), self.fresh()
        self.line(f"let {name}: {kind} = {self.expr(kind, 2)}")
        self.add(name, kind)

    def let_mutable(self) -> None:
        kind, name = self.world.kind(3 if self.chance(0.2) else 2), self.fresh("m")
        self.line(f"let mut {name}: {kind} = {self.expr(kind, 2)}")
        self.add(name, kind, True)

    def take_apart(self) -> None:
        """`let` with a pattern."""
        if self.chance(0.5):
            kind = Kind("()", (self.world.kind(1), Kind("()", (self.world.kind(1), self.world.kind(0)))))
            names = [self.fresh() for _ in range(3)]
            self.line(f"let ({names[0]}, ({names[1]}, {names[2]})) = {self.expr(kind, 2)}")
            for name, part in zip(names, (kind.args[0], *kind.args[1].args), strict=True):
                self.add(name, part)
        else:
            item, name = self.world.present_kind(1), self.fresh()
            otherwise = self.leaving() or f'panic("nothing in {name}")'
            self.line(f"let Some({name}) = {self.expr(option(item), 2)} else {{ {otherwise} }}")
            self.add(name, item)

    def hold(self) -> None:
        """A slice or part of something mutable, which stays what it was."""
        held = [v for v in self.variables() if v.is_mutable and v.kind.head == "[]"]
        if not held:
            return self.let_mutable()
        of = self.rng.choice(held)
        name, low = self.fresh("h"), self.rng.randrange(3)
        self.line(f"let {name} = if {of.name}.len() > {low} {{ {of.name}[{low}..] }} else {{ {of.name} }}")
        self.add(name, of.kind)
        return None

    def assign_several(self) -> None:
        """An assignment that takes a tuple apart."""
        variables = [v for v in self.variables() if v.is_mutable]
        if len(variables) < 2:
            return self.let_mutable()
        first, second = self.rng.sample(variables, 2)
        kind = Kind("()", (first.kind, second.kind))
        self.line(f"({first.name}, {second.name}) = {self.expr(kind, 2)}")
        return None

    def labelled_block(self) -> None:
        """A block that is left early, with its value."""
        kind, name, label = self.world.kind(1), self.fresh(), f"'{self.fresh('l')}"
        self.line(f"let {name}: {kind} = {label}: {{")
        self.indent += 1
        with self.scope():
            self.change()
            self.line(f"if {self.expr(BOOL, 1)} {{ break {label} {self.expr(kind, 1)} }}")
            self.line(self.expr(kind, 1))
        self.indent -= 1
        self.line("}")
        self.add(name, kind)

    # ---- Changes -----------------------------------------------------------------------------------------------------

    def change(self) -> None:
        """Changes a place."""
        if effect := self.effect():
            self.line(effect)
        else:
            self.let_mutable()

    def capture(self) -> None:
        """A closure that holds what a variable was before it is changed."""
        held = [v for v in self.variables() if v.is_mutable and not v.name.startswith("self")]
        if not held:
            return self.let_mutable()
        of, name = self.rng.choice(held), self.fresh("g")
        self.line(f"let {name}: {Kind('fn', (of.kind,))} = || {of.name}")
        self.change()
        self.add(name, Kind("fn", (of.kind,)))
        return None

    def catch(self) -> None:
        """Changes up to a panic; they stay."""
        self.line("assert_panics{")
        before = self.loops, self.result, self.can_try
        self.loops, self.result, self.can_try = [], None, False
        with self.scope():
            self.indent += 1
            for _ in range(self.rng.randint(1, 2)):
                self.change()
            self.line(f'panic("{{{self.expr(STR, 1)}}}")')
            self.indent -= 1
        self.loops, self.result, self.can_try = before
        self.line("}")

    # ---- Control ----------------------------------------------------------------------------------------------------

    def leaving(self) -> str:
        """A way out of what surrounds the statement; empty where there is none."""
        ways = []
        for label in self.loops:
            ways += [f"break {label}", f"continue {label}"]
        if self.loops:
            ways += ["break", "continue"]
        if self.result is not None:
            ways += [f"return {self.expr(self.result, 1)}"]
        elif self.indent > 1:
            ways += ["return"]
        return self.rng.choice(ways) if ways else ""

    def leave(self) -> None:
        if self.chance(0.6) and (way := self.leaving()):
            self.line(f"if {self.expr(BOOL, 1)} {{ {way} }}")
        else:
            self.change()

    def show(self) -> None:
        kind = self.world.showable_kind()
        self.line(f'println("{self.fresh("line")} {{{self.expr(kind, 2)}:?}}")')

    def if_statement(self) -> None:
        if self.chance(0.3):
            item, name = self.world.present_kind(1), self.fresh("n")
            self.line(f"if let Some({name}) = {self.expr(option(item), 2)} {{")
            self.block(2, Variable(name, item))
        else:
            self.line(f"if {self.expr(BOOL, 2)} {{")
            self.block(2)
        if self.chance(0.5):
            self.line("} else {")
            self.block(1)
        self.line("}")

    def for_statement(self) -> None:
        item, name = self.world.kind(1), self.fresh("i")
        sources = [v for v in self.variables() if v.is_mutable and v.kind.head in ("[]", "Set")]
        label = f"'{self.fresh('l')}" if self.chance(0.3) else ""
        head = f"{label}: for" if label else "for"
        if sources and self.chance(0.4):
            source = self.rng.choice(sources)
            item = source.kind.args[0]
            self.line(f"{head} {name} in {source.name} |take(4) {{" if self.chance(0.5) else f"{head} {name} in {source.name} {{")
        elif self.chance(0.3):
            item = I64
            self.line(f"{head} {name} in {self.rng.choice(['0..3', '-2..=2', '5..5', '1..4'])} {{")
        else:
            self.line(f"{head} {name} in ({self.expr(array(item), 2)} |take(5)) {{")
        self.loop_body(label, Variable(name, item))
        self.line("}")

    def loop_body(self, label: str, *variables: Variable) -> None:
        """The inside of a loop; loops in loops are short."""
        before = self.loops
        self.loops = [*before, label] if label else (before or [""])
        self.block(2, *variables)
        self.loops = before

    def write_loop(self) -> None:
        """A loop that writes each element of an array, of arrays in it, or of both, with copies of it on the way."""
        arrays = [v for v in self.variables() if v.is_mutable and v.kind.head == "[]"]
        if not arrays:
            return self.let_mutable()
        xs, index = self.rng.choice(arrays), self.fresh("i")
        target, item = f"{xs.name}[{index}]", xs.kind.args[0]
        closing = "}"
        if item.head == "[]" and self.chance(0.5):      # along the row of one index, or each row
            inner, item = self.fresh("j"), item.args[0]
            row, target = target, f"{target}[{inner}]"
            heads = [f"for {index} in 0..{xs.name}.len() {{ for {inner} in 0..{row}.len() {{",
                     f"let {index} = 0; if {xs.name}.len() > 0 {{ for {inner} in 0..{row}.len() {{"]
            self.line(self.rng.choice(heads))
            closing = "}}"
        elif self.chance(0.3):
            self.line(f"let mut {index} = 0; while {index} < {xs.name}.len() && {index} < 9 {{")
            closing = f"    {index} += 1 }}"
        else:
            self.line(f"for {index} in 0..{xs.name}.len() {{")
        with self.scope(Variable(index, USIZE)):
            self.indent += 1
            self.beside_write(xs)
            value = self.expr(item, 1)
            if item.head in NARROW and self.chance(0.6):
                value = f"{target}.wrapping_add({self.expr(item, 1)})"
            self.line(f"{target} = {value}")
            self.beside_write(xs)
            self.indent -= 1
        self.line(closing)
        return None

    def beside_write(self, xs: Variable) -> None:
        """Something that may share the array that is written, or lets it be what it is."""
        if not self.chance(0.4):
            return
        others = [v.name for v in self.variables() if v.is_mutable and v.kind == xs.kind and v.name != xs.name]
        holders = [v.name for v in self.variables() if v.is_mutable and v.kind == array(xs.kind)]
        ways = [f"let {self.fresh('k')} = {xs.name}", f"let {self.fresh('k')} = {xs.name} |Ω"]
        ways += [f"{name} = {xs.name}" for name in others] + [f"{name}.push({xs.name})" for name in holders]
        if self.world.is_showable(xs.kind):
            ways.append(f'println("{{{xs.name}:?}}")')
        self.line(self.rng.choice(ways))

    def while_statement(self) -> None:
        name = self.fresh("w")
        self.line(f"let mut {name} = 0")
        if self.chance(0.3):
            inner = self.fresh("n")
            item = self.world.present_kind(1)
            self.line(f"while let Some({inner}) = (if {name} < 3 {{ {self.expr(option(item), 1)} }} else {{ None }}) {{")
            variables = [Variable(inner, item)]
        else:
            self.line(f"while {name} < {self.rng.randrange(1, 5)} && {self.expr(BOOL, 1)} {{")
            variables = []
        self.line(f"    {name} += 1")
        self.loop_body("", *variables)
        self.line("}")

    def loop_statement(self) -> None:
        """A loop with a value."""
        kind, name, label, count = self.world.kind(1), self.fresh(), f"'{self.fresh('l')}", self.fresh("w")
        self.line(f"let mut {count} = 0")
        self.line(f"let {name}: {kind} = {label}: loop {{")
        self.indent += 1
        self.line(f"{count} += 1")
        self.line(f"if {count} > {self.rng.randrange(1, 4)} {{ break {label} {self.expr(kind, 1)} }}")
        self.indent -= 1
        before, self.loops = self.loops, []         # they may be left by a plain `break`, this one not
        result, self.result = self.result, None
        indent, can_try = self.indent, self.can_try
        self.can_try = False
        with self.scope():
            self.indent += 1
            self.change()
            self.indent -= 1
        self.loops, self.result, self.indent, self.can_try = before, result, indent, can_try
        self.line("}")
        self.add(name, kind)

    def each_statement(self) -> None:
        """A stage that runs in place, and changes a variable around it."""
        found = self.some_place()
        if found is None:
            return self.let_mutable()
        name, kind, conditions = found
        item, element = self.world.kind(1), self.fresh("x")
        source = self.expr(array(item), 1)
        with self.closure(Variable(element, item)):
            change = self.rng.choice(self.changes(name, kind)[:1])()
        text = f"{source} |each{{{element} => {{ {change} }}}}"
        self.line(f"if {' && '.join(conditions)} {{ {text} }}" if conditions else text)
        return None

    def match_statement(self) -> None:
        """On an enum, a number, a tuple, or an array."""
        subject = self.rng.choice(["enum", "enum", "number", "tuple", "array", "text"])
        if subject == "enum":
            kind = Kind(self.rng.choice(list(self.world.enums)))
            self.line(f"match {self.expr(kind, 2)} {{")
            for name, payload in self.world.variants(kind).items():
                bound = [Variable(self.fresh("e"), part) for _, part in payload]
                self.arm(self.variant_pattern(kind.head, name, payload, bound), *bound)
        elif subject == "number":
            kind = Kind(self.rng.choice(INTEGERS))
            self.line(f"match {self.expr(kind, 2)} {{")
            self.arm("0 | 3..=9")
            name = self.fresh("e")
            self.arm(f"{name} @ 10..=99 if {self.expr(BOOL, 1)}", Variable(name, kind))
            self.arm("_")
        elif subject == "tuple":
            kind = Kind("()", (I64, option(STR)))
            self.line(f"match {self.expr(kind, 2)} {{")
            number, text = self.fresh("e"), self.fresh("e")
            self.arm(f"(0 | 1, Some({text}))", Variable(text, STR))
            self.arm(f"({number}, Some(\"ant\" | \"x\"))", Variable(number, I64))
            self.arm(f"({number}, None) if {number} > 5", Variable(number, I64))
            self.arm("_")
        elif subject == "array":
            item, first, middle = self.world.kind(1), self.fresh("e"), self.fresh("e")
            self.line(f"match {self.expr(array(item), 2)} {{")
            self.arm("[]")
            self.arm(f"[{first}]", Variable(first, item))
            self.arm(f"[{first}, ..{middle}, _]", Variable(first, item), Variable(middle, array(item)))
        else:
            self.line(f"match {self.expr(STR, 2)} {{")
            self.arm('"ant" | "few"')
            name = self.fresh("e")
            self.arm(name, Variable(name, STR))
        self.line("}")

    def match_fixed(self) -> None:
        """On an array whose length is known."""
        item, first, last = self.world.kind(1), self.fresh("e"), self.fresh("e")
        self.line(f"match {self.expr(fixed(item, 3), 2)} {{")
        self.arm(f"[{first}, ..{last}] if {self.expr(BOOL, 1)}", Variable(first, item), Variable(last, array(item)))
        self.arm(f"[{first}, _, {last}]", Variable(first, item), Variable(last, item))
        self.line("}")

    def arm(self, pattern: str, *bound: Variable) -> None:
        """One arm of a match."""
        self.indent += 1
        self.line(f"{pattern} => {{")
        self.block(1, *bound)
        self.line("}")
        self.indent -= 1

    def match_place(self) -> None:
        """Changes the payloads of an enum in place."""
        places = [v for v in self.variables() if v.is_mutable and self.world.variants(v.kind)]
        if not places:
            return self.match_statement()
        variable = self.rng.choice(places)
        self.line(f"match &mut {variable.name} {{")
        for name, payload in self.world.variants(variable.kind).items():
            bound = [Variable(self.fresh("e"), part, True) for _, part in payload]
            pattern = self.variant_pattern(variable.kind.head, name, payload, bound)
            with self.frozen(variable.name), self.scope(*bound):
                changes = [self.rng.choice(self.changes(v.name, v.kind))() for v in bound if self.chance(0.8)]
                if self.chance(0.4):
                    copy = self.fresh("k")
                    changes.insert(self.rng.randrange(len(changes) + 1), f"let {copy} = {variable.name}")
                    if self.world.is_showable(variable.kind):
                        changes.append(f'println("{{{copy}:?}}")')
            self.line(f"    {pattern} => {{ {'; '.join(changes)} }}")
        self.line("}")
        return None
