"""The filters of templates: dates, lists and numbers as the letter's language writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from jinja2 import TemplateRuntimeError, pass_context
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from mobilize.letter.escape import markdown
from mobilize.letter.sandbox import Unprintable, budget
from mobilize.world import languages


def _locale(context: Context) -> str:
    return str(context["locale"])


@pass_context
def _date(context: Context, day: object) -> str:
    """12 November 2013."""
    return languages.long_date(_day(day), _locale(context))


@pass_context
def _month(context: Context, day: object) -> str:
    """November 2013."""
    return languages.month_and_year(_day(day), _locale(context))


@pass_context
def _year(context: Context, day: object) -> str:
    """2013, in the locale's digits; takes a day or a number."""
    if isinstance(day, int):
        return languages.year(dt.date(day, 1, 1), _locale(context))
    return languages.year(_day(day), _locale(context))


@pass_context
def _number(context: Context, value: object) -> str:
    """1,234 as the locale writes it."""
    if not isinstance(value, (int, float)):
        raise Unprintable(f"`| number` needs a number, not a {type(value).__name__}")
    return languages.number(value, _locale(context))


@pass_context
def _listed(context: Context, items: Iterable[object], word: str = "and") -> str:
    """A, B and C; with "or": A, B or C. Text that a template made keeps its markup, data is escaped."""
    if word not in ("and", "or"):
        raise TemplateRuntimeError(f'`| listed` takes "and" or "or", not {word!r}')
    return _kept(items, lambda texts: languages.listed(texts, _locale(context), alternative=word == "or"))


def _join(items: Iterable[object], separator: str) -> str:
    """Items with a sign between them, which the template gives; escaped as `listed` does."""
    return _kept(items, separator.join)


def _kept(items: Iterable[object], put_together: Callable[[list[str]], str]) -> str:
    """Put texts together. Where one is a template's own the result is too, and data beside it is escaped."""
    each = list(items)
    if not any(isinstance(item, Markup) for item in each):
        return put_together([str(item) for item in each])
    return Markup(put_together([str(item) if isinstance(item, Markup) else markdown(str(item)) for item in each]))  # noqa: S704


def _sentence(text: object) -> str:
    """Begin a sentence with it: «les Philippines» gives «Les Philippines»."""
    value = str(text)
    return value[:1].upper() + value[1:]


def _each(items: Iterable[object], macro: Macro) -> list[object]:
    """What a macro prints for each item: `record.did("cosponsor") | each(resolution) | listed`."""
    if not isinstance(macro, Macro):
        raise TemplateRuntimeError("`| each` takes a macro")
    printed: list[object] = []
    for item in items:
        budget.get().step()
        text = macro(item)
        printed.append(Markup(text.strip()) if isinstance(text, Markup) else text)  # noqa: S704 - the macro's own
    return printed


def _day(value: object) -> dt.date:
    if not isinstance(value, dt.date):
        raise Unprintable(f"needs a day, not a {type(value).__name__}")
    return value


def filters() -> Mapping[str, Callable[..., object]]:
    """Name -> filter, besides the few of jinja2's own that the sandbox lets in."""
    return {
        "date": _date,
        "month": _month,
        "year": _year,
        "number": _number,
        "listed": _listed,
        "join": _join,
        "each": _each,
        "sentence": _sentence,
    }
