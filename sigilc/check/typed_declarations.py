"""The typed tree: declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sigilc.check.attribute_table import AttributeTable
from sigilc.check.types import Marks, ParamType, Type
from sigilc.source.files import SourceFile
from sigilc.source.records import field, record, value
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.check.moves.record import Moves
    from sigilc.check.typed_expressions import Expr


@record
class Variable:
    """A local: of a `let`, a pattern, a parameter or a stage.

    `kind`: `let` (also what patterns and stages bind), `param` (a view), `inout` (a place of the caller's).
    `mutable` variables may be assigned; `marks` is the evidence annotation, None where there is none.
    """

    name: str
    type: Type
    span: Span
    kind: str = "let"
    mutable: bool = False
    marks: Marks | None = None


@record
class Field:
    """A field of a struct, of an enum variant (named by its index where it has no name) or of an actor."""

    name: str
    type: Type
    span: Span
    marks: Marks | None = None
    default: Expr | None = None
    is_public: bool = False


@record
class StructDecl:
    """A struct. `mark` is that of `struct Name~`; `is_tuple` for `struct Id(u64)` and `struct Marker`.

    `is_c` for `#[repr(C)]`: it crosses the border to C by value. A union, all of whose fields share their memory, is one.
    """

    name: str
    span: Span
    type_params: tuple[ParamType, ...] = ()
    fields: list[Field] = field(default_factory=list)
    mark: str = ""
    is_tuple: bool = False
    is_c: bool = False
    is_union: bool = False
    bounds: list[Bound] = field(default_factory=list)


@record
class Variant:
    """A variant of an enum; `discriminant` is its number. `has_names` for `Rect { w: f64 }`."""

    name: str
    index: int
    span: Span
    fields: list[Field] = field(default_factory=list)
    has_names: bool = False
    discriminant: int = 0


@record
class EnumDecl:
    """An enum; `is_c` for `#[repr(C)]`, which makes one without payloads a C `int`."""

    name: str
    span: Span
    type_params: tuple[ParamType, ...] = ()
    variants: list[Variant] = field(default_factory=list)
    mark: str = ""
    is_c: bool = False
    bounds: list[Bound] = field(default_factory=list)


@record
class Handler:
    """`on Name(params) -> R { … }`. `function.params[0]` is `self` (kind `inout`); `has_reply` when `->` is written.

    `index` numbers the handlers of an actor. The reply's type is `function.result`.
    """

    name: str
    index: int
    function: Function
    has_reply: bool


@record
class ActorDecl:
    """An actor: its state's fields, helper functions and handlers. Inside it, `self` has type `StructType(state)`."""

    name: str
    span: Span
    state: StructDecl
    handlers: list[Handler] = field(default_factory=list)


@value
class PublicPart:
    """What `#[constant_time(public = state.used)]` names: a parameter, then fields; no names where that is wrong."""

    names: tuple[str, ...]
    span: Span


@record
class Function:
    """A function, method, handler or foreign function.

    name         qualified and unique: `quote·calculate`, `Point·area`, `Counter·Add`, `str·trim`
    params       Variables of kind `param` or `inout`; a method's first is `self`
    result       its type; `result_marks` None when unmarked, so that evidence is whatever flows there
    body         None for intrinsics, foreign functions and trait requirements
    intrinsic    the name of the operation that `lower` knows (stdlib only), or ""
    foreign      the C symbol of an `extern "C"` function, or ""
    export       the C symbol of an `#[export]` function, or ""
    is_unsafe    may be called in `unsafe` only, as a foreign function
    is_variadic  a foreign function that takes any further arguments behind its parameters
    is_callback  C may call it by its address, so its parameters come from foreign code
    tracks_caller    `#[track_caller]` (stdlib only): a panic in its body, which does not return early, is the call's
    trusted_caller   reason of `#[trusted_caller("…")]`, or ""
    requirement  the trait's method that this one implements, if any
    trait        of a trait's own method (a requirement, with a body when it has a default): the trait; its first type
                 parameter is `Self`, then come the trait's own
    bounds       what type arguments must implement
    is_const     a `const fn`: it may be called to compute a constant
    hints        how it is to be compiled: of `inline`, `inline_always`, `inline_never`, `cold`
    public_parts     of `#[constant_time]`: what of its parameters is not secret; None without the attribute
    moves_elements   `#[moves_elements]` (stdlib only): it overwrites what it has copied, so unique values may be copied
    """

    name: str
    span: Span
    type_params: tuple[ParamType, ...] = ()
    params: list[Variable] = field(default_factory=list)
    result: Type = None  # type: ignore[assignment]
    result_marks: Marks | None = None
    body: Expr | None = None
    intrinsic: str = ""
    foreign: str = ""
    export: str = ""
    trusted_caller: str = ""
    tracks_caller: bool = False
    is_public: bool = False
    actor: ActorDecl | None = None
    result_span: Span | None = None     # of the written result type
    requirement: Function | None = None
    is_unsafe: bool = False
    is_variadic: bool = False
    is_callback: bool = False
    trait: TraitDecl | None = None
    bounds: list[Bound] = field(default_factory=list)
    is_const: bool = False
    hints: tuple[str, ...] = ()
    public_parts: tuple[PublicPart, ...] | None = None
    moves_elements: bool = False


@value
class Bound:
    """`T: Trait<args, Item = U>`: `T` is a type parameter, of an impl's or function's own, or a projection of one.

    `types` are the associated types that the bound states.
    """

    param: Type
    trait: TraitDecl
    args: tuple[Type, ...] = ()
    types: tuple[tuple[str, Type], ...] = ()


@record
class TraitDecl:
    """A trait. Methods, and constants as functions without parameters, have `Self` and `params` as first type parameters.

    `types` are its associated types, `type_bounds` what they must implement, `type_defaults` and `param_defaults` what
    stands for one that is left out. `impls`
    are all implementations in the program. An `is_structural` trait is implemented by every type of the right structure
    that no impl names.
    """

    name: str
    span: Span
    self_param: ParamType
    params: tuple[ParamType, ...] = ()
    param_defaults: dict[ParamType, Type] = field(default_factory=dict)
    supertraits: list[Bound] = field(default_factory=list)
    methods: dict[str, Function] = field(default_factory=dict)
    constants: set[str] = field(default_factory=set)
    types: list[str] = field(default_factory=list)
    type_defaults: dict[str, Type] = field(default_factory=dict)
    type_bounds: list[Bound] = field(default_factory=list)
    impls: list[ImplDecl] = field(default_factory=list)
    is_structural: bool = False


@record
class ImplDecl:
    """`impl<T: …> Trait<args> for Type`."""

    trait: TraitDecl
    args: tuple[Type, ...]
    self_type: Type
    span: Span
    type_params: tuple[ParamType, ...] = ()
    bounds: list[Bound] = field(default_factory=list)
    methods: dict[str, Function] = field(default_factory=dict)
    types: dict[str, Type] = field(default_factory=dict)


@record
class Constant:
    """`const N: T = …`, at a module's top level or in an `impl`.

    Once it `is_computed`, `computed` is the value of the expression, as `ir/statics.py` describes it. `is_named`: an
    expression that was checked names it.
    """

    name: str
    type: Type
    value: Expr
    span: Span
    marks: Marks | None = None
    is_named: bool = False
    is_computed: bool = False
    computed: object = None


@record
class Case:
    """What `sigilc test` or `sigilc bench` runs: `kind` is `test`, `bench`, or `doc` for a doc comment's code block.

    `name` is what the user sees and chooses by; unique among the program's.
    """

    name: str
    kind: str
    function: Function


@record
class TypedProgram:
    """Everything that was declared and checked. `main` is None for a library.

    `libraries` are the names of `#[link(name = "…")]`; `imports` the files besides the program's own that were read for
    it, those of the standard library left out: when one of them changes, a cached executable is stale. `traits` are those
    of the prelude that something named. `cases` are the tests and benchmarks of the package (not of those that it
    depends on); nothing in the program calls them. `moves` are those of values with a `drop`, by function and type
    arguments. `foreign` are the user's declarations of C functions, called or not.
    """

    functions: list[Function]
    structs: list[StructDecl]
    enums: list[EnumDecl]
    actors: list[ActorDecl]
    constants: list[Constant]
    main: Function | None
    imports: list[SourceFile] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    traits: dict[str, TraitDecl] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    attributes: AttributeTable = field(default_factory=AttributeTable)
    moves: dict[tuple[Function, tuple[Type, ...]], Moves] = field(default_factory=dict)
    foreign: list[Function] = field(default_factory=list)
