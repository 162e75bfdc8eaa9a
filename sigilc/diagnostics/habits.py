"""What people who come from other languages write, and what it is called here."""

NAMES = {
    "null": "absence is written `None`",
    "nil": "absence is written `None`",
    "undefined": "absence is written `None`",
    "this": "the receiver of a method is `self`",
    "printf": 'write `println("{x}")`, or `print` without the line end',
    "echo": 'write `println("…")`',
    "puts": 'write `println("…")`',
    "len": "it is a method, `x.len()`, or a stage, `x |len`",
    "vec": "an array is written `[1, 2, 3]`",
    "and": "write `&&`",
    "or": "write `||`",
    "not": "write `!`",
    "throw": "write `panic(…)` for a bug, or give back `fail(…)` from a function that returns `T?`",
}

TYPES = {
    "int": "i64", "uint": "u64", "float": "f64", "double": "f64", "string": "str", "boolean": "bool", "byte": "u8",
    "void": "()", "unit": "()", "List": "[T]", "list": "[T]", "Array": "[T]", "Dict": "Map", "dict": "Map",
    "Optional": "T?", "Maybe": "T?",
}

METHODS = {
    "length": "write `.len()`",
    "size": "write `.len()`",
    "append": "write `.push(…)`",
    "to_string": 'make text by interpolation: `"{value}"`',
    "toString": 'make text by interpolation: `"{value}"`',
    "clone": "leave it out: values are copied as needed",
    "to_owned": "leave it out: values are copied as needed",
    "as_str": "leave it out: there is one type of text",
    "into_iter": "leave it out: a collection is run through by itself",
    "iter_mut": "change the elements in place: `for i in 0..xs.len() { xs[i] = … }`",
    "map": "it is a stage: `value |τ{…}`",
    "filter": "it is a stage: `value |φ{…}`",
    "reduce": "it is a stage: `value |ρ{acc, x => …, init}`",
    "fold": "it is a stage: `value |ρ{acc, x => …, init}`",
    "for_each": "it is a stage: `value |each{…}`",
    "sort": "it is a stage that gives a new array: `value |σ`",
    "sum": "it is a stage: `value |Σ`",
    "enumerate": "it is a stage: `value |enumerate`",
    "collect": "it is a stage: `value |collect`",
    "rev": "it is a stage: `value |reverse`",
    "skip": "it is a stage: `value |skip(n)`",
    "take": "it is a stage: `value |take(n)`",
    "step_by": "of a range or an array: `(a..b).step_by(n)`",
}
