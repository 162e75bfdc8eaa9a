"""The rules by which evidence moves: one row for every construct that carries, brings in or demands trust.

Each rule is consulted where its edges, sources or demands are added. Dropping a row makes the analysis unsound, which
the tests show row by row; nothing else may switch a rule off.
"""

from __future__ import annotations

RULES: dict[str, bool] = dict.fromkeys((
    # what a value is made from
    "operator",             # operands -> result, comparisons and casts included
    "interpolation",        # values in text -> the text
    "make",                 # parts -> tuple, array, range, struct, variant
    "project",              # struct, enum, tuple, collection -> what is read out of it
    "index",                # index or bounds -> element or slice
    "lookup",               # key -> value of a map
    # how it moves through a body
    "binding",              # value -> the names of a pattern
    "assign",               # value -> the place that is written
    "branch",               # arms -> `if`, `match`, `??`; assignments in arms -> the variable afterwards
    "loop",                 # the end of a loop's body -> its beginning; `break` -> what follows
    "result",               # tail and `return` -> result; in-out parameter -> its exit
    # calls
    "call",                 # argument -> result, by the callee's summary
    "call_exit",            # argument -> in-out exit, by the callee's summary
    "fault_exit",           # what a callee wrote before a fault or a panic -> state that outlives it
    "call_source",          # what a callee's body or signature brings in
    "apply",                # argument -> parameter of a function value; its result -> the call
    "capture",              # captured variables -> whatever a call of the closure gives
    "opaque",               # arguments -> result of a function read out of a struct
    "message",              # arguments -> handler -> reply
    # pipelines
    "elements",             # source -> elements -> collection
    "transform",            # body of τ -> element
    "count",                # argument of take, skip -> length
    "fold",                 # elements -> Σ, Π, min, max, first, last, find
    "quantify",             # elements and predicate -> any, all, count
    "reduce",               # start, elements and body -> result of ρ
    "join",                 # elements and separator -> text
    "lift",                 # payload -> body of a lifted stage -> whole
    "filter",               # φ without a mark keeps the trust
    # where reported and asserted data comes from
    "reported_annotation",  # `x~`, parameters and fields that say `~`, `‽` likewise
    "reported_type",        # `struct Name~`
    "report",               # `e~`
    "assert",               # `e‽`: reported becomes asserted, not known
    "fault_text",           # the message of a fault
    "foreign",              # results of foreign functions, reads through raw pointers
    "export",               # parameters of exported functions
    "unmarked_parameter",   # an unmarked parameter counts as reported inside the body
    # where trust is demanded
    "demand_argument",      # E0301: argument, message
    "demand_annotation",    # E0301: annotated binding or assignment to one
    "demand_field",         # E0301: field that says `!`
    "demand_function",      # E0301: a function that demands `!` where one is wanted that accepts all
    "demand_confirm",       # E0302
    "demand_result",        # E0305
    "demand_implementation",  # E0305: an impl adds reported data to a trait's unmarked result
    "demand_actor_field",   # E0306
    "demand_exit",          # E0307
), True)
