"""Which of a letter's own values a template can ask for: read from its tree, before anything is printed.

Everything else that a template sees (the country, its record, the campaign, the language, the day) is the same for all
addressees of a kind in a country. So two letters of that kind for which these values are equal have the same body, and
it is printed once (body.py).

The answer may be too wide (a value in a branch that is not taken counts), and is never too narrow: a value that is used
in any way but `contact.name` counts as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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


def asked(trees: Collection[nodes.Template]) -> frozenset[str]:
    """Name what templates that print one letter together can ask for: {"contact.name", "form", "round"}."""
    binds = any(_binds(tree, _NOTES) for tree in trees)
    return frozenset(read for tree in trees for read in _asked(tree, notes_only="" if binds else _NOTES))


def included(tree: nodes.Template) -> frozenset[str] | None:
    """Paths of the templates that one takes in; None where which ones is decided only while it is printed."""
    found = set()
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        target = node.template  # type: ignore[attr-defined]  # each of the four has it
        if not isinstance(target, nodes.Const) or not isinstance(target.value, str):
            return None
        found.add(target.value)
    return frozenset(found)


def _asked(node: nodes.Node, *, notes_only: str) -> Iterator[str]:
    if isinstance(node, nodes.Name):
        if node.name in OWN:
            yield node.name
        return
    if (
        isinstance(node, nodes.Getattr)
        and isinstance(node.node, nodes.Name)
        and node.attr in OWN.get(node.node.name, ())
    ):
        yield f"{node.node.name}.{node.attr}"
        return
    for child in node.iter_child_nodes():
        if not _is_noted(node, child, notes_only):
            yield from _asked(child, notes_only=notes_only)


def _is_noted(node: nodes.Node, child: nodes.Node, notes_only: str) -> bool:
    """Whether a child is the contact in `because(contact)`."""
    return (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name == notes_only
        and isinstance(child, nodes.Name)
        and child.name == "contact"
    )


def _binds(tree: nodes.Template, name: str) -> bool:
    """Whether a template gives a name to something of its own."""
    if any(each.name == name and each.ctx != "load" for each in tree.find_all(nodes.Name)):
        return True
    if any(each.name == name for each in tree.find_all(nodes.Macro)):
        return True
    if any(each.target == name for each in tree.find_all(nodes.Import)):
        return True
    taken = (taken for each in tree.find_all(nodes.FromImport) for taken in each.names)
    return any(name in (each if isinstance(each, tuple) else (each,)) for each in taken)
