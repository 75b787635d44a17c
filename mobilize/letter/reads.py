"""Which of a letter's own values a template can ask for: read from its tree, before anything is printed.

Everything else that a template sees (the country, its record, the campaign, the language, the day) is the same for all
addressees of a kind in a country. So two letters of that kind for which these values are equal have the same body, and
it is printed once (body.py).

The answer may be too wide (a value in a branch that is not taken counts), and is never too narrow: a value that is used
in any way but `contact.name` counts as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from jinja2 import nodes

from mobilize.letter.scope import NAMES

#: Name in a template -> its parts that can be asked for one by one; empty where it has none.
OWN: Mapping[str, frozenset[str]] = MappingProxyType(
    {"contact": NAMES["contact"], "form": NAMES["form"], "round": frozenset()}
)

#: Every one of them as a whole: the answer for a template of which nothing is known.
ALL = frozenset(OWN)

#: The function that takes the contact and prints nothing of it: it notes its row, for which body.py leaves room.
_NOTES = "because"


@dataclass(slots=True)
class Read:
    """What one template says, the templates that it takes in left aside."""

    #: Paths of those; None: which ones is decided only while it is printed.
    takes_in: set[str] | None = field(default_factory=set)
    #: Values of the addressee that it names: {"contact.name", "form", "round"}.
    asks: set[str] = field(default_factory=set)
    #: The contact stands in `because(contact)`, which counts where no template gives that name to something else.
    notes: bool = False
    binds: bool = False


def read(trees: Iterable[nodes.Template]) -> Read:
    """Read the trees of one template, in one walk."""
    found = Read()
    for tree in trees:
        _walk(tree, found)
    return found


def asked(templates: Collection[Read]) -> frozenset[str]:
    """Name what templates that print one letter together can ask for: {"contact.name", "form", "round"}."""
    asks = frozenset(name for each in templates for name in each.asks)
    noted_only = not (any(each.notes for each in templates) and any(each.binds for each in templates))
    return asks if noted_only else asks | {"contact"}


def _walk(node: nodes.Node, found: Read) -> None:
    if isinstance(node, nodes.Name):
        if node.name in OWN:
            found.asks.add(node.name)
        found.binds |= node.name == _NOTES and node.ctx != "load"
        return
    if isinstance(node, nodes.Getattr) and _is_part(node):
        found.asks.add(f"{node.node.name}.{node.attr}")  # type: ignore[attr-defined]  # a Name, as was asked
        return
    if isinstance(node, (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        _take_in(node.template, found)
    found.binds |= _binds(node)
    for child in node.iter_child_nodes():
        if _is_noted(node, child):
            found.notes = True
        else:
            _walk(child, found)


def _is_part(node: nodes.Getattr) -> bool:
    """Whether a part of the addressee is named that can be asked for by itself."""
    return isinstance(node.node, nodes.Name) and node.attr in OWN.get(node.node.name, ())


def _take_in(target: nodes.Node, found: Read) -> None:
    if not isinstance(target, nodes.Const) or not isinstance(target.value, str):
        found.takes_in = None
    elif found.takes_in is not None:
        found.takes_in.add(target.value)


def _is_noted(node: nodes.Node, child: nodes.Node) -> bool:
    """Whether a child is the contact in `because(contact)`."""
    return (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name == _NOTES
        and isinstance(child, nodes.Name)
        and child.name == "contact"
    )


def _binds(node: nodes.Node) -> bool:
    """Whether a macro or an import gives the name of `because` to something else."""
    if isinstance(node, nodes.Macro):
        return node.name == _NOTES
    if isinstance(node, nodes.Import):
        return node.target == _NOTES
    if isinstance(node, nodes.FromImport):
        return any(_NOTES in (each if isinstance(each, tuple) else (each,)) for each in node.names)
    return False
