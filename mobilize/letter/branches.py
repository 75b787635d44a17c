"""Which branches of its templates a letter took: what makes two letters different texts, values apart.

A branch is a part of a template that stands under an `if`, `elif` or `else`. A mark is put at its head while the
template is compiled; printing the template then notes it. Nothing of it is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

#: Name of the filter that notes a branch; no identifier holds a dot, so no template can write it.
TAKEN = "mobilize.taken"


@dataclass(frozen=True, slots=True, order=True)
class Branch:
    """One branch of a template."""

    #: Below letters/.
    path: str
    #: Of its `if`, `elif` or `else`.
    line: int

    def __str__(self) -> str:
        return f"letters/{self.path}:{self.line}"


class Marking(NodeTransformer):
    """Puts a mark at the head of every branch of one template."""

    def __init__(self, path: str) -> None:
        self._path = path

    def visit_If(self, node: nodes.If) -> nodes.If:  # noqa: N802 - jinja2 finds visitors by this name
        """Mark the branches of one `if`, and those inside them."""
        for line, body in parts(node):
            body.insert(0, _mark(Branch(self._path, line), line))
        self.generic_visit(node)
        return node


def parts(node: nodes.If) -> Iterator[tuple[int, list[nodes.Node]]]:
    """The branches of one `if`: the line that each begins on, and its body. The `elif`s are asked on their own."""
    yield node.lineno, node.body
    if node.else_:
        yield node.else_[0].lineno, node.else_


def _mark(branch: Branch, line: int) -> nodes.Node:
    place = nodes.Const((branch.path, branch.line), lineno=line)
    noted = nodes.Filter(place, TAKEN, [], [], None, None, lineno=line)
    return nodes.ExprStmt(noted, lineno=line)


def of_template(path: str, tree: nodes.Template) -> Iterator[Branch]:
    """Every branch of one template, in its order."""
    found = {Branch(path, line) for node in tree.find_all(nodes.If) for line, _ in parts(node)}
    yield from sorted(found)


def described(branch: Branch, text: str) -> str:
    """The words of a branch's own line: `{% elif standing.name == "past" %}`; for an `else`, the tag above its text."""
    lines = text.splitlines()
    for number in (branch.line, branch.line - 1):
        line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        if "{%" in line:
            return line
    return lines[branch.line - 1].strip() if 0 < branch.line <= len(lines) else ""


#: Path below letters/ -> parsed template.
Parse = Callable[[str], nodes.Template | None]


def everywhere(texts: Mapping[str, str], parse: Parse) -> Iterator[Branch]:
    """Every branch of every template of a campaign; one with a mistake has none."""
    for path in sorted(texts):
        tree = parse(path)
        if tree is not None:
            yield from of_template(path, tree)
