"""Small programs about flows: where `//~` marks an error there must be one, elsewhere there must be none."""

HEAD = """\
fn known(x: i64!) { println("{x}") }
fn text(x: str!) { println(x) }
"""

PROGRAMS = {
    # ---- locals are renamed
    "overwritten value is what it is now": """
fn main() {
    let raw~ = 5
    let mut x = raw
    x = 1
    known(x)
    x = raw
    known(x)  //~ E0301
}""",
    "shadowing": """
fn main() {
    let x~ = 5
    let x = 3
    known(x)
}""",
    "assignment in one branch": """
fn main() {
    let raw~ = 5
    let mut x = 1
    if raw > 2 { x = raw }
    known(x)  //~ E0301
}""",
    "branch that leaves does not join": """
fn pick(raw: i64~) -> i64! {
    let mut x = 1
    if raw > 2 {
        x = raw
        println("{x}")
        return 2
    }
    x
}
fn main() { known(pick(3)) }""",
    "while loop carries round": """
fn main() {
    let raw~ = 5
    let mut a = 1
    let mut b = 1
    let mut n = 0
    while n < 3 {
        known(b)  //~ E0301
        b = a
        a = raw
        n += 1
    }
    known(n)
}""",
    "break carries out": """
fn main() {
    let raw~ = 5
    let mut x = 1
    loop {
        x = raw
        if x > 3 { break }
        x = 2
    }
    known(x)  //~ E0301
}""",
    "what is known at every break": """
fn main() {
    let raw~ = 5
    let mut x = 1
    loop {
        x = raw
        println("{x}")
        x = 2
        if raw > 3 { break }
    }
    known(x)
}""",
    "continue carries round": """
fn main() {
    let raw~ = 5
    let mut x = 1
    for i in 0..3 {
        known(x)  //~ E0301
        if i == 1 {
            x = raw
            continue
        }
        x = 1
    }
}""",
    "value of a loop": """
fn main() {
    let raw~ = 5
    let x = loop { break raw }
    known(x)  //~ E0301
}""",
    "stage bodies run in place": """
fn main() {
    let raw~ = [5]
    let mut last = 1
    raw |each{x => last = x}
    known(last)  //~ E0301
}""",
    # ---- structure
    "slots of a tuple are apart": """
fn main() {
    let raw~ = 5
    let mut pair = (1, raw)
    known(pair.0)
    pair.1 = 2
    known(pair.1)
    pair.0 = raw
    known(pair.0)  //~ E0301
}""",
    "struct has one label": """
struct P { x: i64, y: i64 }
fn main() {
    let raw~ = 5
    let mut p = P { x: 1, y: 2 }
    known(p.x)
    p.y = raw
    known(p.x)  //~ E0301
}""",
    "struct update": """
struct P { x: i64, y: i64 }
fn main() {
    let raw~ = 5
    let p = P { x: 1, y: raw }
    let q = P { x: 2, ..p }
    known(q.x)  //~ E0301
}""",
    "marked field is apart": """
struct P { x: i64, y: i64~ }
fn main() {
    let raw~ = 5
    let p = P { x: 1, y: raw }
    known(p.x)
    known(p.y)  //~ E0301
}""",
    "known field demands": """
struct P { x: i64!, y: i64 }
fn main() {
    let raw~ = 5
    let mut p = P { x: 1, y: raw }
    known(p.x)
    p.x = raw  //~ E0301
    known(p.y)  //~ E0301
}""",
    "struct that is known": """
struct P! { x: i64, y: i64~ }
fn main() {
    let raw~ = 5
    let p = P { x: 1, y: raw }
    known(p.x)
    let q = P { x: raw, y: 1 }  //~ E0301
    known(q.x)
}""",
    "struct that is reported stays so": """
struct Wire~ { n: i64 }
struct Safe { n: i64 }
fn valid(w: Wire~) -> bool { w.n > 0 }
fn main() {
    let w = Wire { n: 1 } |φ{valid}!
    known(w.n)  //~ E0301
}""",
    "type arguments of a struct": """
struct Pair<A, B> { a: A, b: B }
fn main() {
    let raw~ = 5
    let p = Pair { a: 1, b: raw }
    known(p.a)
    known(p.b)  //~ E0301
}""",
    "whole struct in text includes its reported fields": """
struct P { x: i64, note: str~ }
fn main() {
    let p = P { x: 1, note: "n" }
    text("{p.x}")
    text("{p:?}")  //~ E0301
}""",
    "enum payload": """
enum Shape { Dot, Circle(i64), Box { w: i64, note: str~ } }
fn main() {
    let raw~ = 5
    match Shape·Circle(raw) {
        Shape·Circle(r) => known(r),  //~ E0301
        Shape·Box { w, note } => known(w),  //~ E0301
        Shape·Dot => println("dot"),
    }
    let box = Shape·Box { w: 1, note: "x"~ }
    match box {
        Shape·Box { w, note } => {
            known(w)
            text(note)  //~ E0301
        }
        _ => println("other"),
    }
}""",
    "keys and values are apart": """
fn main() {
    let raw~ = 5
    let mut m: Map<str, i64> = Map·new()
    m["a"] = raw
    for (k, v) in m {
        text(k)
        known(v)  //~ E0301
    }
}""",
    "looked up with a reported key": """
fn main() {
    let raw~ = "k"
    let mut m: Map<str, i64> = Map·new()
    m["a"] = 1
    known(m.get("a") ?? 0)
    known(m.get(raw) ?? 0)  //~ E0301
}""",
    "element of an array in a struct": """
struct Bag { items: [i64] }
fn main() {
    let raw~ = 5
    let mut bag = Bag { items: [] }
    bag.items.push(1)
    known(bag.items[0])
    bag.items.push(raw)
    known(bag.items[0])  //~ E0301
}""",
    "length of reported elements": """
fn main() {
    let xs: [i64~] = [1]
    known(xs.len() as i64)  //~ E0301
}""",
    "nested arrays": """
fn main() {
    let raw~ = 5
    let mut rows = [[1], [2]]
    rows[0][0] = raw
    known(rows[1][0])  //~ E0301
}""",
    "payload in place": """
fn main() {
    let raw~ = 5
    let mut slot: i64? = Some(1)
    match &mut slot {
        Some(x) => x = raw,
        None => println("none"),
    }
    known(slot ?? 0)  //~ E0301
}""",
    "field in place through a function": """
struct P { x: i64, y: (i64, i64) }
fn set(mut slot: i64, x: i64) { slot = x }
fn main() {
    let raw~ = 5
    let mut p = P { x: 1, y: (1, 2) }
    set(&mut p.y.0, 4)
    known(p.x)
    set(&mut p.y.0, raw)
    known(p.x)  //~ E0301
}""",
    # ---- functions
    "each call is its own": """
fn same<T>(x: T) -> T { x }
fn main() {
    let raw~ = 5
    println("{same(raw)}")
    known(same(1))
    known(same(raw))  //~ E0301
}""",
    "positions of a type argument stay apart": """
fn second<A, B>(p: (A, B)) -> B { p.1 }
fn same<T>(x: T) -> T { x }
fn main() {
    let raw~ = 5
    known(second((raw, 1)))
    known(same((raw, 1)).1)
    known(same((raw, 1)).0)  //~ E0301
    known(second((1, raw)))  //~ E0301
}""",
    "text of a type argument mixes its positions": """
fn show<T>(x: T) -> str { "{x:?}" }
fn main() {
    let raw~ = 5
    text(show((1, 2)))
    text(show((1, raw)))  //~ E0301
}""",
    "unused parameter does not flow": """
fn first(a: i64, b: i64) -> i64 {
    println("{b}")
    a
}
fn main() {
    let raw~ = 5
    known(first(1, raw))
    known(first(raw, 1))  //~ E0301
}""",
    "recursion": """
fn last(a: i64, b: i64, n: i64) -> i64 { if n == 0 { a } else { last(b, a, n - 1) } }
fn main() {
    let raw~ = 5
    known(last(1, 2, 3))
    known(last(1, raw, 3))  //~ E0301
}""",
    "mutual recursion brings in": """
fn even(n: i64) -> i64 { if n == 0 { 0 } else { odd(n - 1) } }
fn odd(n: i64) -> i64 { if n == 0 { bring() } else { even(n - 1) } }
fn bring() -> i64~ { 7 }
fn main() {
    known(even(3))  //~ E0301
}""",
    "result in a struct": """
struct P { x: i64 }
fn wrap(x: i64) -> P { P { x } }
fn main() {
    let raw~ = 5
    known(wrap(1).x)
    known(wrap(raw).x)  //~ E0301
}""",
    "asserted is enough for asserted": """
fn vouched(x: i64‽) -> i64! { x! }
fn main() {
    let raw~ = 5
    known(vouched(raw‽))
    known(vouched(1))
    known(raw‽)  //~ E0301
}""",
    "assertion does not cover what joins later": """
fn main() {
    let raw~ = 5
    let a = raw‽
    known((a + 1)!)
    known((a + raw)!)  //~ E0302
}""",
    "unmarked parameter may not be confirmed or promised": """
fn confirm(x: i64) -> i64 {
    x!  //~ E0302
}
fn promise(x: i64) -> i64! {
    x  //~ E0305
}
fn main() { println("{confirm(1)} {promise(1)}") }""",
    "validated parameter": """
fn promise(x: i64) -> i64! { x |φ{_ > 0}! }
fn main() { known(promise(1)) }""",
    "early return keeps the promise on every path": """
fn promise(x: i64~, y: i64?) -> i64!? {
    let z = y?
    if z > 3 {
        return Some(x)  //~ E0305
    }
    if z > 2 { return fail("no {x}") }
    Some(1)
}
fn main() { known(promise(1, 2) ?? 0) }""",
    # ---- function values
    "function that captured": """
fn twice(f: fn(i64) -> i64, x: i64) -> i64 { f(f(x)) }
fn main() {
    let raw~ = 5
    known(twice(|x| x + 1, 3))
    known(twice(|x| x + raw, 3))  //~ E0301
    known(twice(|x| x + 1, raw))  //~ E0301
}""",
    "each call of a named closure is its own": """
fn main() {
    let raw~ = 5
    let double = |x| x * 2
    println("{double(raw)}")
    known(double(1))
    known(double(raw))  //~ E0301
    let again = |x| double(x) + 1
    known(again(1))
    println("{again(raw)}")
    known(again(raw))  //~ E0301
}""",
    "named closure with a demand and a capture": """
fn main() {
    let raw~ = 5
    let plus = |x| {
        known(x)  //~ E0301
        x + raw
    }
    println("{plus(1)}")
    known(plus(2))  //~ E0301
    println("{plus(raw)}")
}""",
    "closure that calls one which captured": """
fn main() {
    let raw~ = 5
    let one = 1
    let plus = |x| x + raw + one
    let again = |x| plus(x) + one
    known(again(1))  //~ E0301
    let third = |x| again(x)
    known(third(1))  //~ E0301
}""",
    "closure that calls itself by a parameter": """
fn fix(f: fn(i64) -> i64, x: i64) -> i64 { f(x) }
fn main() {
    let raw~ = 5
    let inner = |x| fix(|y| y + x, 1)
    known(inner(1))
    known(inner(raw))  //~ E0301
}""",
    "function given out": """
fn adder(n: i64) -> fn(i64) -> i64 { |x| x + n }
fn main() {
    let raw~ = 5
    let plus = adder(1)
    known(plus(2))
    let bad = adder(raw)
    known(bad(2))  //~ E0301
}""",
    "arguments of a function given out": """
fn adder(n: i64) -> fn(i64) -> i64 { |x| x + n }
fn main() {
    let raw~ = 5
    let plus = adder(1)
    known(plus(raw))  //~ E0301
}""",
    "demand inside a closure": """
fn main() {
    let raw~ = 5
    let show = |x| known(x)  //~ E0301
    show(raw)
}""",
    "capture is a copy of its time": """
fn main() {
    let raw~ = 5
    let mut n = 1
    let plus = |x| x + n
    n = raw
    known(plus(1))
    known(n)  //~ E0301
}""",
    "function that must be given known arguments": """
fn apply(f: fn(i64!), x: i64) {
    f(1)
    f(x)  //~ E0301
}
fn main() { apply(known, 2) }""",
    "function type with a reported parameter": """
fn apply(f: fn(i64~) -> i64) -> i64 { f(1) }
fn main() {
    known(apply(|x| x))  //~ E0301
    known(apply(|_| 3))
}""",
    "function type with a promised result": """
fn apply(f: fn(i64) -> i64!) -> i64! { f(1) }
fn main() {
    let raw~ = 5
    known(apply(|_| 3))
    known(apply(|x| x + raw))  //~ E0301
}""",
    "unmarked result of a function parameter": """
fn apply(f: fn() -> i64) {
    known(f())  //~ E0301
}
fn main() { apply(|| 1) }""",
    "demanding function in a struct": """
struct Sink { put: fn(i64) }
fn main() {
    let s = Sink { put: known }  //~ E0301
    (s.put)(1)
}""",
    "demanding function in a struct that says so": """
struct Sink { put: fn(i64!) }
fn main() {
    let raw~ = 5
    let s = Sink { put: known }
    (s.put)(1)
    (s.put)(raw)  //~ E0301
}""",
    "functions in an array": """
fn main() {
    let raw~ = 5
    let fs = [|x: i64| x, |x: i64| x + raw]
    known((fs[0])(1))  //~ E0301
}""",
    # ---- presence
    "absence adds nothing": """
fn find(x: i64~) -> i64? { if x > 1 { Some(1) } else { None } }
fn main() {
    known(find(2) ?? 0)
    known(find(2)!)
}""",
    "default joins": """
fn main() {
    let raw~ = 5
    let x: i64? = Some(1)
    known(x ?? raw)  //~ E0301
}""",
    "payload is what the uncertain value is": """
fn main() {
    let raw~: i64? = Some(5)
    if let Some(x) = raw {
        known(x)  //~ E0301
    }
    let Some(y) = raw else { return }
    known(y)  //~ E0301
}""",
    "expect leaves the trust": """
fn main() {
    let raw~: i64? = Some(5)
    known(raw.expect("there"))  //~ E0301
}""",
    "fault in text": """
fn main() {
    match i64·parse("x") {
        Some(_) => println("number"),
        None(why) => {
            text(why.stage)
            text("{why.message}")  //~ E0301
        }
    }
}""",
    # ---- pipelines
    "survivors of a validation": """
fn main() {
    let raw~ = [1, 2]
    for x in raw |φ{_ > 1}! { known(x) }
    for x in raw |φ{_ > 1} {
        known(x)  //~ E0301
    }
}""",
    "what a filter reads only chooses": """
fn main() {
    let limit~ = 3
    let xs = [1, 2, 3]
    known(xs |φ{_ < limit} |Σ)
    known(xs |find{_ < limit} ?? 0)
    known((xs |position{_ < limit} ?? 0) as i64)
    known((xs |take_while{_ < limit} |Σ))
    known((xs |σ{_ * limit})[0])
    known((xs |any{_ < limit}) as i64)  //~ E0301
}""",
    "transform after validation": """
fn main() {
    let raw~ = [1, 2]
    let n~ = 3
    known(raw |φ{_ > 1}! |τ{_ * 2} |Σ)
    known(raw |φ{_ > 1}! |τ{_ * n} |Σ)  //~ E0301
}""",
    "marked stage": """
fn main() {
    known([1, 2] |τ{_ * 2}~ |Σ)  //~ E0301
}""",
    "confirming a stage over elements": """
fn double(x: i64) -> i64 { x * 2 }
fn main() {
    let raw~ = [1, 2]
    known([1, 2] |τ{double}! |Σ)
    known(raw |τ{double}! |Σ)  //~ E0302
}""",
    "enumerate": """
fn main() {
    let raw~ = [5, 6]
    for (i, x) in raw |enumerate {
        known(i as i64)
        known(x)  //~ E0301
    }
}""",
    "count carries": """
fn main() {
    let raw~ = [5, 6]
    known((raw |count) as i64)  //~ E0301
}""",
    "left fold with a known start": """
fn main() {
    let raw~ = [5, 6]
    known([1, 2] |ρ{_1 + _2, 0})
    known(raw |ρ{_1 + _2, 0})  //~ E0301
}""",
    # ---- actors
    "message demands known": """
actor Sum {
    total: i64 = 0
    on Add(n: i64) { self.total += n }
    on Get -> i64 { self.total }
}
fn main() {
    let raw~ = 5
    let s = spawn Sum { }
    s |tell(Add(raw))  //~ E0301
    s |tell(Add(raw |φ{_ > 1}!))
    known((s |ask(Get) |await).expect("lives"))
}""",
    "state that says reported": """
actor Last {
    seen: str~ = ""
    on Put(t: str~) { self.seen = t }
    on Get -> str { self.seen }
}
fn main() {
    let a = spawn Last { }
    a |tell(Put("x"))
    text((a |ask(Get) |await).expect("lives"))  //~ E0301
}""",
    "method that changes the state": """
actor Log {
    lines: [str] = []
    on Put(t: str~) {
        self.lines.push("fixed")
        self.lines.push(t)  //~ E0306
    }
}
fn main() { spawn Log { } |tell(Put("x")) }""",
    "spawned with reported data": """
actor Log {
    name: str
    on Show { println(self.name) }
}
fn main() {
    let raw~ = "x"
    spawn Log { name: raw } |tell(Show)  //~ E0306
}""",
    "helper of an actor": """
actor Log {
    n: i64 = 0
    fn bump(mut self, by: i64) {
        self.n += by  //~ E0306
    }
    on Put(by: i64) { self.bump(by) }
}
fn main() { spawn Log { } |tell(Put(1)) }""",
    # ---- annotations
    "reported annotation on a known value": """
fn main() {
    let x~ = 1
    known(x)  //~ E0301
}""",
    "annotated variable keeps its evidence": """
fn main() {
    let mut x~ = 1
    x = 2
    known(x)  //~ E0301
}""",
    "written type decides by position": """
fn main() {
    let raw~ = 5
    let pair: (i64!, i64~) = (1, raw)
    known(pair.0)
    known(pair.1)  //~ E0301
    let other: (i64!, i64!) = (1, raw)  //~ E0301
    known(other.1)
}""",
    "mark on a whole is that of its parts": """
fn main() {
    let xs: [i64]~ = [1, 2]
    known(xs[0])  //~ E0301
}""",
    "in-out parameter that is declared reported": """
fn fill(mut xs: [i64~]) { xs.push(1) }
fn main() {
    let mut xs = [1]
    fill(&mut xs)
    known(xs[0])  //~ E0301
}""",
    "in-out parameter that is declared known": """
fn fill(mut xs: [i64!]) { xs.push(1) }
fn main() {
    let raw~ = 5
    let mut xs = [1]
    fill(&mut xs)
    known(xs[0])
    let mut ys = [raw]
    fill(&mut ys)  //~ E0301
}""",
    # ---- foreign code
    "foreign result confirmed": """
extern "C" { fn labs(x: i64) -> i64 }
fn main() {
    println("{unsafe { labs(-3) }!}")  //~ E0605
    known(unsafe { labs(-3) } |φ{_ > 0}!)
}""",
    "trusted caller": """
#[export]
#[trusted_caller("the host checks")]
fn record(x: i64!) -> i64! { x }
fn main() { known(record(1)) }""",
    # ---- control dependence
    "copy through branches": """
fn main() {
    let secret~ = 2
    let mut copy = 0
    for i in 0..3 { if i == secret { copy = i } }
    known(copy)
}""",
}
