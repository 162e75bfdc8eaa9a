"""One program for each rule of the evidence analysis, wrong only because of that rule.

`//~ E0301` marks the line where the error must be. A program that several rules reject proves nothing about one of
them, so each is written such that its rule is the only link between source and demand.
"""

HEAD = """\
fn known(x: i64!) { println("{x}") }
fn text(x: str!) { println(x) }
"""

PROGRAMS = {
    "operator": """
fn main() {
    let raw~ = 5
    known(raw * 2)  //~ E0301
}""",
    "interpolation": """
fn main() {
    let raw~ = 5
    text("n {raw}")  //~ E0301
}""",
    "make": """
fn main() {
    let raw~ = 5
    let pair = (1, raw)
    known(pair.1)  //~ E0301
}""",
    "project": """
fn main() {
    let pair: (i64, i64~) = (1, 5)
    known(pair.1)  //~ E0301
}""",
    "index": """
fn main() {
    let at~ = 1usize
    let xs = [1, 2]
    known(xs[at])  //~ E0301
}""",
    "lookup": """
fn main() {
    let key~ = "a"
    let m = Map·from([("a", 1)])
    known(m[key])  //~ E0301
}""",
    "binding": """
fn main() {
    let raw~ = 5
    let other = raw
    known(other)  //~ E0301
}""",
    "assign": """
fn main() {
    let raw~ = 5
    let mut x = 1
    x = raw
    known(x)  //~ E0301
}""",
    "branch": """
fn main() {
    let raw~ = 5
    let x = if raw < 2 { 1 } else { raw }
    known(x)  //~ E0301
}""",
    "loop": """
fn main() {
    let raw~ = 5
    let mut x = 1
    let mut y = 1
    for _ in 0..3 {
        known(x)  //~ E0301
        x = y
        y = raw
    }
}""",
    "result": """
fn same(x: i64) -> i64 { x }
fn main() {
    let raw~ = 5
    known(same(raw))  //~ E0301
}""",
    "call": """
fn same(x: i64) -> i64 { x }
fn main() {
    let raw~ = 5
    known(same(raw))  //~ E0301
}""",
    "call_exit": """
fn put(mut to: i64, x: i64) { to = x }
fn main() {
    let raw~ = 5
    let mut x = 1
    put(&mut x, raw)
    known(x)  //~ E0301
}""",
    "fault_exit": """
actor Store {
    last: i64 = 0
    fn put(mut self, x: i64~) {
        fill(&mut self.last, x)  //~ E0306
    }
    on Put(x: i64~) { self.put(x) }
    on Show { known(self.last) }
}
fn fill(mut to: i64, x: i64) {
    to = x
    let none: i64? = None
    println("{none!}")
    to = 0
}
fn main() {
    let store = spawn Store { }
    store |tell(Put(1))
    store |tell(Show)
}""",
    "call_source": """
fn bring() -> i64~ { 5 }
fn main() {
    known(bring())  //~ E0301
}""",
    "apply": """
fn main() {
    let raw~ = 5
    let same = |x| x
    known(same(raw))  //~ E0301
}""",
    "capture": """
fn main() {
    let raw~ = 5
    let big = |x| if raw > 3 { x } else { 0 }
    known(big(1))  //~ E0301
}""",
    "opaque": """
struct Rule { scale: fn(i64) -> i64 }
fn main() {
    let raw~ = 5
    let rule = Rule { scale: |x| x }
    known((rule.scale)(raw))  //~ E0301
}""",
    "message": """
actor Echo { on Same(x: i64~) -> i64 { x } }
fn main() {
    let a = spawn Echo { }
    let n = a |ask(Same(5)) |await
    known(n.expect("lives"))  //~ E0301
}""",
    "elements": """
fn main() {
    let xs: [i64~] = [1, 2]
    for x in xs {
        known(x)  //~ E0301
    }
}""",
    "transform": """
fn main() {
    let raw~ = 5
    let xs = [1, 2] |τ{_ + raw}
    known(xs[0])  //~ E0301
}""",
    "count": """
fn main() {
    let n~ = 1usize
    let xs = [1, 2] |take(n)
    known(xs.len() as i64)  //~ E0301
}""",
    "fold": """
fn main() {
    let xs: [i64~] = [1, 2]
    known(xs |Σ)  //~ E0301
}""",
    "quantify": """
fn main() {
    let xs: [i64~] = [1, 2]
    known((xs |any{_ > 1}) as i64)  //~ E0301
}""",
    "reduce": """
fn main() {
    let xs: [i64~] = [1, 2]
    known(xs |ρ{_1 + _2, 0})  //~ E0301
}""",
    "join": """
fn main() {
    let xs: [str~] = ["a", "b"]
    text(xs |join(", "))  //~ E0301
}""",
    "lift": """
fn main() {
    let raw~: i64? = Some(5)
    known((raw |τ{_ + 1}) ?? 0)  //~ E0301
}""",
    "filter": """
fn main() {
    let raw~ = 5
    known((raw |φ{_ > 1}) ?? 0)  //~ E0301
}""",
    "reported_annotation": """
fn main() {
    let raw~ = 5
    known(raw)  //~ E0301
}""",
    "reported_type": """
struct Wire~ { n: i64 }
fn main() {
    let w = Wire { n: 1 }
    known(w.n)  //~ E0301
}""",
    "report": """
fn main() {
    known(5~)  //~ E0301
}""",
    "assert": """
fn main() {
    let raw~ = 5
    known(raw‽)  //~ E0301
}""",
    "fault_text": """
fn main() {
    match i64·parse("x") {
        Some(_) => println("number"),
        None(why) => text(why.message),  //~ E0301
    }
}""",
    "foreign": """
extern "C" { fn labs(x: i64) -> i64 }
fn main() {
    known(unsafe { labs(-3) })  //~ E0301
}""",
    "export": """
#[export]
fn same(x: i64) -> i64 { x }
fn main() {
    known(same(1))  //~ E0301
}""",
    "unmarked_parameter": """
fn helper(x: i64) {
    known(x)  //~ E0301
}
fn main() { helper(5~) }""",
    "demand_argument": """
fn main() {
    let raw~ = 5
    known(raw)  //~ E0301
}""",
    "demand_annotation": """
fn main() {
    let raw~ = 5
    let x: i64! = raw  //~ E0301
    println("{x}")
}""",
    "demand_field": """
struct Key { n: i64! }
fn main() {
    let raw~ = 5
    let k = Key { n: raw }  //~ E0301
    println("{k.n}")
}""",
    "demand_function": """
struct Rule { check: fn(i64) }
fn main() {
    let raw~ = 5
    let rule = Rule { check: known }  //~ E0301
    (rule.check)(raw)
}""",
    "demand_confirm": """
fn main() {
    let raw~ = 5
    println("{raw!}")  //~ E0302
}""",
    "demand_result": """
fn promise(x: i64~) -> i64! {
    x  //~ E0305
}
fn main() { println("{promise(1)}") }""",
    "demand_implementation": """
trait Give { fn give(self) -> i64 }
struct Wire { n: i64 }
impl Give for Wire {
    fn give(self) -> i64 {
        self.n + 5~  //~ E0305
    }
}
fn use_it<T: Give>(x: T!) { known(x.give()) }
fn main() { use_it(Wire { n: 1 }) }""",
    "demand_actor_field": """
actor Store {
    last: i64 = 0
    on Put(x: i64~) {
        self.last = x  //~ E0306
    }
    on Show { known(self.last) }
}
fn main() {
    let store = spawn Store { }
    store |tell(Put(1))
    store |tell(Show)
}""",
    "demand_exit": """
fn put(mut to: i64, x: i64) { to = x }
fn main() {
    let raw~ = 5
    let mut x: i64! = 1
    put(&mut x, raw)  //~ E0307
    known(x)
}""",
}
