"""Templates: front matter, then Markdown with Jinja2; a mistake names its file and its line.

A template is `letters/AUDIENCE/LANGUAGE.md`:

    ---
    subject: Draft resolution {{ draft.symbol }}
    ---
    We write to ask that {{ country.the }} …
    {% include "blocks/en/record.md" %}

Front matter is lines `key: value`; a line that begins with a space goes on with the value before it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType

from jinja2 import Template, TemplateError, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables

from mobilize.errors import TemplateWrong
from mobilize.letter import branches, reads
from mobilize.letter.branches import Branch
from mobilize.letter.sandbox import Budget, Sandbox, budget, proposal

#: Keys of the front matter that are printed. `subject` must be there.
FIELDS = ("subject", "salutation", "close")
#: The key that is not printed: which text this one translates (letter.translations).
TRANSLATES = "translates"

_KEY = re.compile(r"([a-z_]+):(?:[ \t]+(.*))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file, taken apart; each part has as many empty lines before it as it needs to keep its line numbers."""

    #: Front matter key -> template text of its value.
    fields: Mapping[str, str]
    body: str
    #: Fingerprint of the text that this one translates; empty where it says none.
    translates: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What a template printed."""

    #: Front matter key -> one line of plain text.
    fields: Mapping[str, str]
    #: Markdown; data in it is escaped.
    body: str
    #: Branches of this template and its blocks that were taken, in their order.
    branches: tuple[Branch, ...]


def split(path: str, text: str) -> Source:
    """Take front matter and body apart.

    Raises TemplateWrong for a block without end, a line that is none of `key: value`, an unknown or doubled key.
    """
    lines = text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    if lines[0].strip() != "---":
        return Source(fields={}, body="\n".join(lines))
    try:
        end = next(number for number in range(1, len(lines)) if lines[number].strip() == "---")
    except StopIteration:
        raise TemplateWrong(
            "the front matter has no closing ---", path=f"letters/{path}", line=1, text=lines[0]
        ) from None
    found: dict[str, str] = {}
    key = ""
    for number, line in enumerate(lines[1:end], start=2):
        if key and line[:1] in (" ", "\t"):
            found[key] += " \n" + line.strip()  # the space survives where jinja2 takes the line end after a tag
        elif match := _KEY.fullmatch(line.rstrip()):
            key = match[1]
            _check_key(path, number, line, key, found)
            found[key] = "\n" * (number - 1) + (match[2] or "")
        elif line.strip():
            raise TemplateWrong("expected `key: value`", path=f"letters/{path}", line=number, text=line)
    translates = found.pop(TRANSLATES, "").strip()
    return Source(fields=found, translates=translates, body="\n" * (end + 1) + "\n".join(lines[end + 1 :]))


def _check_key(path: str, line: int, text: str, key: str, found: Mapping[str, str]) -> None:
    place = f"letters/{path}"
    if key not in (*FIELDS, TRANSLATES):
        known = ", ".join((*FIELDS, TRANSLATES))
        raise TemplateWrong(f"unknown key {key!r} (known: {known})", path=place, line=line, text=text)
    if key in found:
        raise TemplateWrong(f"{key!r} stands here twice", path=place, line=line, text=text)


_NO_NAME = re.compile(r"there is no '(\w+)' here")

#: Characters of the line at fault that an error shows.
MOST_SHOWN = 100

#: Between a template's path and the name of one of its fields, in the names that jinja2 sees.
_FIELD = "\x00"


class Templates:
    """One campaign's templates, compiled once."""

    def __init__(self, texts: Mapping[str, str], filters: Mapping[str, Callable[..., object]]) -> None:
        self._texts = texts
        self._prose = Sandbox(self._load, prose=True, filters=filters)
        self._line = Sandbox(self._load, prose=False, filters=filters)

    def __contains__(self, path: object) -> bool:
        return path in self._texts

    @functools.cached_property
    def _sources(self) -> dict[str, Source]:
        return {}

    def source(self, path: str) -> Source:
        """Give a template taken apart. Raises TemplateWrong."""
        if path not in self._sources:
            self._sources[path] = split(path, self._texts[path])
        return self._sources[path]

    def _load(self, name: str) -> tuple[str, str] | None:
        path, _, field = name.partition(_FIELD)
        if path not in self._texts:
            return None
        source = self.source(path)
        return (source.fields[field] if field else source.body), path

    def render(self, path: str, scope: Mapping[str, object]) -> Rendered:
        """Print one template with the values of one letter.

        scope: name -> value, as templates use it.
        Raises TemplateWrong, with path, line and text of the line at fault, in an included block too.
        """
        left = Budget()
        token = budget.set(left)
        try:
            source = self.source(path)
            fields = {
                key: " ".join(self._print(self._line, path + _FIELD + key, scope).split()) for key in source.fields
            }
            body = self._print(self._prose, path, scope)
            return Rendered(fields=fields, body=body, branches=tuple(left.branches))
        finally:
            budget.reset(token)

    def _print(self, sandbox: Sandbox, name: str, scope: Mapping[str, object]) -> str:
        try:
            template = sandbox.get_template(name)
            assert isinstance(template, Template)
            return "".join(_within_budget(template.generate(**scope)))
        except _MISTAKES as mistake:
            raise self._wrong(mistake, name.partition(_FIELD)[0], scope) from mistake

    def _wrong(self, mistake: Exception, path: str, scope: Collection[str] = ()) -> TemplateWrong:
        """Say where a mistake is: the innermost line of a template on its traceback, or the parser's own."""
        line = 1
        if isinstance(mistake, TemplateSyntaxError):
            path, line = mistake.filename or path, mistake.lineno
        else:
            for found, number in _frames(mistake.__traceback__, self._texts):
                path, line = found, number
        sentence = _sentence(mistake)
        if no_name := _NO_NAME.fullmatch(sentence):
            sentence += proposal(no_name[1], scope)
        return self._fault(sentence, path, line)

    def _fault(self, sentence: str, path: str, line: int) -> TemplateWrong:
        text = self._text_at(path, line)
        return TemplateWrong(sentence, path=f"letters/{path}", line=line, text=text[:MOST_SHOWN])

    def _text_at(self, path: str, line: int) -> str:
        lines = self._texts.get(path, "").splitlines()
        return lines[line - 1] if 0 < line <= len(lines) else ""

    def mistakes(self, path: str, names: Mapping[str, frozenset[str]]) -> Iterator[TemplateWrong]:
        """Find, without printing anything, what is misspelt in one file: also where no letter of today would pass.

        names: what templates may use -> the names it has (empty: not known here).
        """
        try:
            source = self.source(path)
            trees = [self._prose.parse(text, path, path) for text in (*source.fields.values(), source.body)]
            for text in (*source.fields.values(), source.body):
                self._prose.compile(text, path, path)
        except (TemplateWrong, *_MISTAKES) as mistake:
            yield mistake if isinstance(mistake, TemplateWrong) else self._wrong(mistake, path)
            return
        for tree in trees:
            for line, sentence in sorted(_misspelt(tree, {**names, **dict.fromkeys(self._assigned, frozenset())})):
                yield self._fault(sentence, path, line)
            for line, missing in sorted(_missing_blocks(tree, self._texts)):
                yield self._fault(f"there is no {missing!r} below letters/", path, line)

    def asked(self, path: str) -> frozenset[str]:
        """Name the values of the single addressee that a template can ask for, with all that it takes in (reads.py)."""
        if path not in self._asked:
            self._asked[path] = self._find_asked(path)
        return self._asked[path]

    @functools.cached_property
    def _asked(self) -> dict[str, frozenset[str]]:
        return {}

    def _find_asked(self, path: str) -> frozenset[str]:
        done: set[str] = set()
        found: list[reads.Read] = []
        waiting = {path}
        while waiting:
            each = waiting.pop()
            done.add(each)
            one = self._read(each)
            if one is None or one.takes_in is None:
                return reads.ALL
            found.append(one)
            waiting |= (one.takes_in & self._texts.keys()) - done
        return reads.asked(found)

    def _read(self, path: str) -> reads.Read | None:
        """What the trees of one template say; None: it cannot be read, which whoever prints it will be told."""
        if path not in self._reads:
            self._reads[path] = self._read_anew(path)
        return self._reads[path]

    @functools.cached_property
    def _reads(self) -> dict[str, reads.Read | None]:
        return {}

    def _read_anew(self, path: str) -> reads.Read | None:
        try:
            source = self.source(path)
            fields = [self._prose.parse(text, path, path) for text in source.fields.values()]
            return reads.read([*fields, self._prose.parse_ahead(source.body, path)])
        except (TemplateWrong, *_MISTAKES):
            return None

    def branches(self) -> tuple[Branch, ...]:
        """Every branch of every template, by path and line; templates that cannot be read have none."""
        return tuple(branches.everywhere(self._texts, self._tree))

    def line(self, branch: Branch) -> str:
        """Give the words of a branch's own line."""
        return branches.described(branch, self._texts.get(branch.path, ""))

    def _tree(self, path: str) -> nodes.Template | None:
        try:
            return self._prose.parse(self.source(path).body, path, path)
        except (TemplateWrong, *_MISTAKES):
            return None

    @functools.cached_property
    def _assigned(self) -> frozenset[str]:
        """Names that any template sets: an included block may use what the letter around it has set."""
        found: set[str] = set()
        for path in self._texts:
            tree = self._tree(path)
            if tree is None:
                continue
            found |= {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
        return frozenset(found)


#: What jinja2, and the values it is given, can raise while a template is read or printed.
_MISTAKES = (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError)


def _within_budget(pieces: Iterator[str]) -> Iterator[str]:
    left = budget.get()
    for piece in pieces:
        left.print(len(piece))
        yield piece


def _sentence(mistake: Exception) -> str:
    if isinstance(mistake, TemplateNotFound):
        return f"there is no {mistake.name!r} below letters/"
    if isinstance(mistake, RecursionError):
        return "this calls or includes itself without end"
    return str(mistake.message or mistake) if isinstance(mistake, TemplateError) else str(mistake)


def _frames(trace: TracebackType | None, paths: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Lines of templates on a traceback, outermost first (jinja2 rewrites its own frames into the templates' lines)."""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in paths:
            yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def _misspelt(tree: nodes.Template, names: Mapping[str, frozenset[str]]) -> Iterator[tuple[int, str]]:
    unknown = find_undeclared_variables(tree) - set(names)
    for name in tree.find_all(nodes.Name):
        if name.name in unknown and name.ctx == "load":
            yield name.lineno, f"there is no {name.name!r} here{proposal(name.name, names)}"
    for node in tree.find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.ctx == "load":
            known = names.get(node.node.name, frozenset())
            if known and node.attr not in known:
                yield node.lineno, f"{node.node.name} has no {node.attr!r}{proposal(node.attr, known)}"


def _missing_blocks(tree: nodes.Template, texts: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        target = node.template  # type: ignore[attr-defined]  # each of the four has it
        if isinstance(target, nodes.Const) and target.value not in texts and not getattr(node, "ignore_missing", False):
            yield node.lineno, str(target.value)
