"""Writes random programs about actors: who gets which message when, and where what it carries ends, panics or not.

Three actors that know each other do what the messages say that `main` sends them: tell, ask, keep, pass on, stop, fail. A
`Token` in each message, and one in each actor, says where it ends; its end may send a message as well.
"""

from __future__ import annotations

from random import Random

from tests.support.random_programs import Program, RandomModule

ACTORS = 3
ACTOR_DECLARATIONS = """use std·env

actor Log { lines: i64 = 0; on Line(text: str~) { self.lines += 1; println("log {self.lines}: {text}") } }
struct Token { name: str, log: Log? }
impl Drop for Token {
    fn drop(mut self) { println("  end {self.name}"); if let Some(log) = self.log { log <- Line("end of {self.name}") } }
}
enum Fate { Left, Kept, Swapped, Passed(usize), Eaten(i64), Looked }
enum Step { Say(str), Tell(usize, [Step], Fate), Ask(usize, [Step]), Halve(i64), Need(i64), Stop(usize), Kill(usize), Forget }

fn eat(token: Token, n: i64) -> [Token] { let eaten = [token]; println("  eat {10 / n}"); eaten }
fn look(token: Token) -> usize { token.name.len() }

actor Relay {
    name: str
    log: Log
    own: Token
    peers: [Relay] = []
    kept: [Token] = []
    texts: [str] = []
    on Meet(other: Relay) { self.peers.push(other) }
    on Take(token: Token, texts: [str], fate: Fate) { self.settle(token, fate); self.texts = texts; self.texts.push("more") }
    on Run(steps: [Step], token: Token, fate: Fate) {
        println("{self.name} runs with {token.name}")
        self.run(steps)
        match fate {
            Fate·Left => {}
            Fate·Kept => self.kept.push(token)
            Fate·Swapped => { self.own = token }
            Fate·Passed(to) => if to < self.peers.len() { self.peers[to] <- Take(token, ["a", "b"], Fate·Kept) }
            Fate·Eaten(n) => { drop(eat(token, n)) }
            Fate·Looked => println("  {look(token)}")
        }
        println("{self.name} has run")
    }
    on Answer(steps: [Step], tokens: [Token]) -> str {
        let first = "{tokens.len()}"
        self.run(steps)
        self.kept.extend(tokens)
        "{self.name} {first} {self.kept.len()} {self.texts.len()}"
    }
    fn settle(mut self, token: Token!, fate: Fate!) { if fate == Fate·Kept { self.kept.push(token) } else { self.own = token } }
    fn run(mut self, steps: [Step]!) {
        for step in steps {
            match step {
                Step·Say(text) => { println("{self.name} {text}"); self.log <- Line("{self.name} {text}") }
                Step·Tell(to, more, fate) => if to < self.peers.len() {
                    self.peers[to] <- Run(more, Token { name: "told by {self.name}", log: None }, fate)
                }
                Step·Ask(to, more) => if to < self.peers.len() {
                    drop(self.peers[to] |ask(Answer(more, [Token { name: "asked by {self.name}", log: self.log }])))
                }
                Step·Halve(n) => println("  {100 / n}")
                Step·Need(n) => { let found = if n > 0 { Some(n) } else { None }; println("  {found!}") }
                Step·Stop(to) => if to < self.peers.len() { self.peers[to] |stop }
                Step·Kill(to) => if to < self.peers.len() { self.peers[to] |kill }
                Step·Forget => self.kept.clear()
            }
        }
    }
}
"""


class ActorWriter:
    """Writes the arm of `main` that is one program."""

    def __init__(self, rng: Random):
        self.rng = rng
        self.count = 0

    def name(self) -> str:
        """A new name for a token."""
        self.count += 1
        return f"t{self.count}"

    def token(self) -> str:
        log = self.rng.choice(["None", "None", "Some(log)"])
        return f'Token {{ name: "{self.name()}", log: {log} }}'

    def fate(self) -> str:
        """What becomes of a token."""
        return self.rng.choice(["Fate·Left", "Fate·Kept", "Fate·Swapped", f"Fate·Passed({self.peer()})",
                                f"Fate·Eaten({self.rng.randrange(3)})", "Fate·Looked"])

    def peer(self) -> int:
        """Who of those that an actor knows; the last number is nobody, sometimes."""
        return self.rng.randrange(ACTORS)

    def steps(self, depth: int = 2) -> str:
        """What a handler does."""
        ways = [lambda: f'Step·Say("{self.name()}")', lambda: f'Step·Say("{self.name()}")',
                lambda: f"Step·Halve({self.rng.randrange(4)})", lambda: f"Step·Need({self.rng.randrange(3)})",
                lambda: "Step·Forget", lambda: self.rng.choice([f"Step·Stop({self.peer()})", f"Step·Kill({self.peer()})"])]
        if depth > 0:
            ways += [lambda: f"Step·Tell({self.peer()}, {self.steps(depth - 1)}, {self.fate()})",
                     lambda: f"Step·Tell({self.peer()}, {self.steps(depth - 1)}, {self.fate()})",
                     lambda: f"Step·Ask({self.peer()}, {self.steps(depth - 1)})"]
        return f"[{', '.join(self.rng.choice(ways)() for _ in range(self.rng.randrange(4)))}]"

    def program(self, number: int) -> Program:
        """Spawns the actors, sends them messages, and waits for some answers."""
        lines = ["let log = spawn Log { }"]
        actors = [f"r{i}" for i in range(ACTORS)]
        lines += [f'let {actor} = spawn Relay {{ name: "{actor}", log, own: {self.token()} }}' for actor in actors]
        lines += [f"{actor} <- Meet({other})" for actor in actors for other in actors if self.rng.random() < 0.8]
        for _ in range(self.rng.randint(3, 8)):
            actor = self.rng.choice(actors)
            lines.append(self.rng.choice([
                f"{actor} <- Run({self.steps()}, {self.token()}, {self.fate()})",
                f"{actor} <- Run({self.steps()}, {self.token()}, {self.fate()})",
                f"{actor} <- Run([Step·Halve({self.rng.randrange(3)})], {self.token()}, {self.fate()})",
                f'{actor} <- Take({self.token()}, ["x"], {self.fate()})',
                f'println("{{{actor} |ask(Answer({self.steps()}, [{self.token()}, {self.token()}])) |await:?}}")',
                f"drop({actor} |ask(Answer({self.steps()}, [{self.token()}])))",
                self.rng.choice([f"{actor} |stop", f"{actor} |kill", 'println("main")'])]))
        if self.rng.random() < 0.1:
            lines.append('panic("the end")')
        body = "".join(f"            {line}\n" for line in lines)
        return Program("", f"        {number} => {{\n{body}        }}\n")


def random_actors(seed: int, programs: int) -> RandomModule:
    """That many programs; the same for the same numbers."""
    return RandomModule(ACTOR_DECLARATIONS, [ActorWriter(Random(f"actors {seed}/{i}")).program(i) for i in range(programs)])
