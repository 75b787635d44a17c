"""The sandbox that templates run in: data only, a short list of tools, and an end to every loop.

A template may come from a stranger's campaign folder. It sees the values that it is given and nothing else: no Python
objects, no files, no network. What it can do is counted, not timed, so that the same template always ends the same way.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from types import FunctionType, MethodType

from jinja2 import FunctionLoader, StrictUndefined, TemplateRuntimeError, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from mobilize.letter.branches import TAKEN, Branch, Marking
from mobilize.letter.escape import markdown, plain

#: Loop turns, calls and includes in one letter. The longest shipped template uses 42.
MAX_STEPS = 5_000
#: Characters that one letter's template may print: 60 pages, where a letter has one.
MAX_OUTPUT = 200_000
#: Greatest whole number that a template may make by multiplying: more is a mistake or an attack.
MAX_NUMBER = 10**12
#: Longest range: a template counts paragraphs, not people.
MAX_RANGE = 1_000


class Exhausted(TemplateRuntimeError):
    """A template did not come to an end."""


class Unprintable(TemplateRuntimeError):
    """A template prints a value that no letter can show."""


class Budget:
    """What is left to one rendering. A counter, and so the one thing here that changes."""

    def __init__(self) -> None:
        self.steps = MAX_STEPS
        self.output = MAX_OUTPUT
        #: Branches that were taken, in their order.
        self.branches: dict[Branch, None] = {}

    def step(self) -> None:
        """Count one turn of a loop, one call or one include; raises Exhausted when there were too many."""
        self.steps -= 1
        if self.steps < 0:
            raise Exhausted(f"more than {MAX_STEPS} turns and calls: is there a loop without an end?")

    def print(self, length: int) -> None:
        """Count characters printed; raises Exhausted when there were too many."""
        self.output -= length
        if self.output < 0:
            raise Exhausted(f"more than {MAX_OUTPUT} characters: is something printed over and over?")


#: Of the rendering that runs in this thread or task.
budget: ContextVar[Budget] = ContextVar("budget")


class Strict(StrictUndefined):
    """A name that is not there: using it in any way is an error, which proposes what may have been meant."""

    @property
    def _undefined_message(self) -> str:
        name = str(self._undefined_name)
        if self._undefined_hint:
            return str(self._undefined_hint)
        if self._undefined_obj is missing or self._undefined_obj is None:
            return f"there is no {name!r} here"
        return f"{label(self._undefined_obj)} has no {name!r}{proposal(name, attributes(self._undefined_obj))}"


def proposal(name: str, known: Iterable[str]) -> str:
    """Guess which of the known names was meant, or list them; ready to be set behind a sentence."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f" (there are: {', '.join(names)})" if names else ""


def attributes(value: object) -> tuple[str, ...]:
    """Names that a template can read on a value: the fields of our own values and what VISIBLE adds, sorted."""
    return tuple(sorted(_readable(type(value))))


#: Type -> what a template may read on it: asked 40 times a letter, and types do not change.
_READABLE: dict[type, frozenset[str]] = {}


def _readable(kind: type) -> frozenset[str]:
    if kind not in _READABLE:
        own = frozenset(field.name for field in fields(kind)) if is_dataclass(kind) else frozenset[str]()
        more: frozenset[str] = getattr(kind, "TEMPLATE_NAMES", frozenset())
        _READABLE[kind] = own | VISIBLE.get(kind.__name__, frozenset()) | more
    return _READABLE[kind]


def label(value: object) -> str:
    """Call a value by the name that template writers know it under."""
    return type(value).__name__.lower().removesuffix("view")


#: What a template may read besides the fields of our own values. Everything else is refused, methods of strings above
#: all: "a".center(10**9) would fill the memory.
VISIBLE: Mapping[str, frozenset[str]] = {
    "date": frozenset({"year", "month", "day"}),
    "dict": frozenset({"items", "keys", "values", "get"}),
    "mappingproxy": frozenset({"items", "keys", "values", "get"}),
    "_GroupTuple": frozenset({"grouper", "list"}),
    "LoopContext": frozenset({"index", "index0", "first", "last", "length", "revindex", "revindex0"}),
}


#: Jinja's own filters that are safe, small and always give the same.
_FILTERS = [
    "abs",
    "capitalize",
    "count",
    "default",
    "d",
    "first",
    "groupby",
    "int",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "sort",
    "sum",
    "title",
    "trim",
    "unique",
    "upper",
]


@pass_context
def _finalize_markdown(_: Context, value: object) -> Markup:
    return _finalized(value, markdown)


@pass_context
def _finalize_plain(_: Context, value: object) -> Markup:
    return _finalized(value, plain)


def _finalized(value: object, escape: Callable[[str], str]) -> Markup:
    """Print one value. Text that the template itself made (a macro's result) passes; data is escaped."""
    if type(value) is str:
        text = Markup(escape(value))  # noqa: S704 - escaped here
        budget.get().print(len(text))
        return text
    if isinstance(value, Undefined):
        str(value)  # raises, with the message that says what was meant; but for one kind, whose text is empty
        raise Unprintable("an `if` inside {{ }} needs its `else`")
    if value is None or (isinstance(value, float) and math.isnan(value)):
        raise Unprintable(f"prints {value!r}: the value is missing")
    if isinstance(value, (list, tuple)):
        raise Unprintable(f"prints a {type(value).__name__}, not a text; join it with `| listed`")
    if isinstance(value, dt.date):
        raise Unprintable("prints a day in figures, which are ambiguous; write `| date`")
    if isinstance(value, bool) or not (isinstance(value, (str, int, float)) or "__str__" in type(value).__dict__):
        raise Unprintable(f"prints a whole {label(value)}; name one of its parts")
    # A citation carries a mark that notes it as a reason (scope.py); a subject line has no reasons to note.
    mark = getattr(value, "mark", "") if escape is markdown else ""
    text = value if isinstance(value, Markup) else Markup(escape(str(value)) + mark)  # noqa: S704 - escaped here
    budget.get().print(len(text))
    return text


_OWN_CALLS = frozenset({FunctionType, MethodType})


class Sandbox(SandboxedEnvironment):
    """One campaign's templates. With `prose` data is escaped for Markdown, else it is plain: for a subject."""

    # A tuple would do; jinja2 asks for a frozenset.
    intercepted_binops = frozenset({"+", "*", "**", "%", "/", "//"})

    def __init__(
        self,
        load: Callable[[str], tuple[str, str] | None],
        *,
        prose: bool,
        filters: Mapping[str, Callable[..., object]],
    ) -> None:
        super().__init__(
            loader=FunctionLoader(lambda name: (*found, lambda: True) if (found := load(name)) else None),
            undefined=Strict,
            autoescape=True,
            finalize=_finalize_markdown if prose else _finalize_plain,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=-1,
        )
        escape = markdown if prose else plain

        def joined(parts: Sequence[object]) -> object:
            """Stand in for `~`: a template's own text stays markup, and data joined to it is escaped."""
            if not any(isinstance(part, Markup) for part in parts):
                return _bounded("".join(str(part) for part in parts))
            return Markup(_bounded("".join(p if isinstance(p, Markup) else escape(str(p)) for p in parts)))  # noqa: S704

        self.filters = {
            **{name: FILTERS[name] for name in _FILTERS},
            **filters,
            _COUNTED: _counted,
            TAKEN: _taken,
            _JOINED: joined,
        }
        self._ahead: dict[str, tuple[str, nodes.Template]] = {}
        self.globals = {"range": _range, "namespace": self.globals["namespace"]}

    def parse_ahead(self, source: str, path: str) -> nodes.Template:
        """Parse a template that will be compiled: the compiler then takes this tree, and parses nothing itself.

        Only to be read: it is changed when it is compiled. Raises as `parse`.
        """
        tree = self.parse(source, path, path)
        self._ahead[path] = (source, tree)
        return tree

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        ahead = self._ahead.pop(name, None) if name is not None and name == filename else None
        return ahead[1] if ahead is not None and ahead[0] == source else super()._parse(source, name, filename)

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 - jinja2's signature
    ) -> str:
        counted = _Counting().visit(source)
        marked = Marking(filename).visit(counted) if filename else counted
        return super()._generate(marked, name, filename, defer_init)

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Let through the fields of our own values and the few names of VISIBLE; all else is refused."""
        del value
        return not attr.startswith("_") and attr in _readable(type(obj))

    def getattr(self, obj: object, attribute: str) -> object:
        """Read an attribute; jinja2's own way, which also looks for items and refuses, for what is not on the list."""
        if attribute in _readable(type(obj)) and not isinstance(obj, dict):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: object, /, *args: object, **kwargs: object) -> object:
        """Count the call, then make it."""
        budget.get().step()
        # Ours: argument(), because() and methods of the views, which is_safe_attribute let through by name. In a loop
        # jinja2 passes its own variables too, and takes them away again.
        if not kwargs and type(obj) in _OWN_CALLS and not hasattr(obj, "jinja_pass_arg"):
            return obj(*args)  # type: ignore[operator]  # a function or a bound method
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Let templates reckon with small numbers, and nothing more: `~` joins texts."""
        numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
        if operator == "**" or not numbers:
            raise SecurityError(f"{operator!r} works on small numbers only; `~` joins texts")
        result = super().call_binop(context, operator, left, right)
        if isinstance(result, (int, float)) and abs(result) > MAX_NUMBER:
            raise Exhausted(f"a number beyond {MAX_NUMBER}")
        return result

    def get_template(self, name: object, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        """Count the include, then find it."""
        if (left := budget.get(None)) is not None:
            left.step()
        return super().get_template(name, *args, **kwargs)  # type: ignore[arg-type]


#: Names of two filters that no template can write, since no identifier holds a dot.
_COUNTED = "mobilize.counted"
_JOINED = "mobilize.joined"


class _Counting(NodeTransformer):
    """Rewrites a template's tree: every loop is counted, every `~` bounded and escaped."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - jinja2 finds visitors by this name
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, _COUNTED, [], [], None, None, lineno=node.iter.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802 - the same
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(parts, _JOINED, [], [], None, None, lineno=node.lineno)


@pass_context  # or jinja2 would call it once, while it compiles
def _taken(_: Context, place: tuple[str, int]) -> str:
    budget.get().branches[Branch(*place)] = None
    return ""


def _counted(items: Iterable[object]) -> Iterator[object]:
    left = budget.get()
    for item in items:
        left.step()
        yield item


def _bounded(text: str) -> str:
    if len(text) > MAX_OUTPUT:
        raise Exhausted(f"a text of more than {MAX_OUTPUT} characters")
    return text


def _range(*ends: int) -> range:
    wanted = range(*ends)
    if len(wanted) > MAX_RANGE:
        raise Exhausted(f"a range of more than {MAX_RANGE}")
    return wanted
