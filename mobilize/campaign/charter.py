"""Text of campaign.toml -> what the campaign decided once, and the faults of the text."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from mobilize.campaign import addresses
from mobilize.campaign.arguments import Argument
from mobilize.campaign.campaign import Draft, Rules, Sender
from mobilize.campaign.faults import Fault, Weight
from mobilize.campaign.values import country_sentence, unfit
from mobilize.world.countries import NAME_LANGUAGES, countries, groups

#: What stands in campaign.toml: table -> its keys. A key that is not here is a misspelling, and is said to be.
KEYS: Mapping[str, frozenset[str]] = {
    "": frozenset({"campaign", "draft", "sender", "rules", "arguments"}),
    "campaign": frozenset({"slug", "as_of", "letter_date", "not_after", "languages", "title", "extends"}),
    "draft": frozenset({"symbol", "tabled_by", "tabled_on", "forum", "paragraphs"}),
    "sender": frozenset(
        {"organisation", "address", "signatory", "office", "place", "description", "postal", "web", "logo", "signature"}
    ),
    "rules": frozenset({"nhri_accreditation", "stale_after_days", "target_cosponsors", "approval", "paper"}),
    "arguments": frozenset({"name", "symbol", "agreed_on", "source", "groups"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """campaign.toml, read."""

    slug: str
    title: Mapping[str, str]
    as_of: dt.date
    letter_date: dt.date | None
    not_after: dt.datetime | None
    languages: tuple[str, ...]
    #: Path of another campaign folder, relative to this one; empty: none.
    extends: str
    draft: Draft
    sender: Sender
    rules: Rules
    arguments: Mapping[str, Argument]


def read(data: bytes, *, path: str) -> tuple[Charter, tuple[Fault, ...]]:
    """Read campaign.toml.

    Returns a charter in any case: where a key is missing or wrong it has an empty value, and a fault that is an error,
    so that the rest of the folder can be examined in the same run.
    """
    try:
        text = data.decode("utf-8-sig")
        tree = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _charter(_Page(path=path, text="", tree={})), (
            Fault(path=path, line=line, sentence="not UTF-8 text: save the file as UTF-8"),
        )
    except tomllib.TOMLDecodeError as error:
        return _charter(_Page(path=path, text="", tree={})), (_syntax(path, str(error)),)
    page = _Page(path=path, text=text, tree=tree)
    page.names()
    charter = _charter(page)
    page.arguments_in_time(charter)
    page.languages_have_texts(charter)
    return charter, tuple(page.faults)


def _charter(page: _Page) -> Charter:
    languages = page.languages()
    # With an `as_of` that cannot be read nothing may be cited: the first day there is cuts everything away.
    return Charter(
        slug=page.slug(),
        title=page.by_language("campaign", "title", needed=True),
        as_of=page.day("campaign", "as_of", needed=True) or dt.date.min,
        letter_date=page.day("campaign", "letter_date"),
        not_after=page.moment("campaign", "not_after"),
        languages=languages,
        extends=page.text_of("campaign", "extends"),
        draft=Draft(
            symbol=page.text_of("draft", "symbol", needed=True),
            tabled_by=page.country("draft", "tabled_by"),
            tabled_on=page.day("draft", "tabled_on", needed=True) or dt.date.min,
            forum=page.by_language("draft", "forum", needed=True),
            paragraphs=page.numbers("draft", "paragraphs"),
        ),
        sender=Sender(
            organisation=page.text_of("sender", "organisation", needed=True),
            address=page.address("sender", "address"),
            signatory=page.text_of("sender", "signatory"),
            office=page.by_language("sender", "office"),
            place=page.by_language("sender", "place", needed=True),
            description=page.by_language("sender", "description"),
            postal=page.text_of("sender", "postal"),
            web=page.text_of("sender", "web"),
            logo=page.text_of("sender", "logo"),
            signature=page.text_of("sender", "signature"),
        ),
        rules=Rules(
            nhri_accreditation=page.strings("rules", "nhri_accreditation", default=("A", "B")),
            stale_after_days=page.number("rules", "stale_after_days", 90) or 90,
            target_cosponsors=page.number("rules", "target_cosponsors", None),
            approval=page.yes("rules", "approval"),
            paper=page.yes("rules", "paper", default=True),
        ),
        arguments=page.arguments(),
    )


def _syntax(path: str, message: str) -> Fault:
    """The parser's sentence, its line taken out of it: "Expected '=' after a key (at line 3, column 7)"."""
    place = re.search(r" \(at line (\d+), column \d+\)$", message)
    sentence = message[: place.start()] if place else message
    return Fault(
        path=path, line=int(place[1]) if place else None, sentence=f"not TOML: {sentence[:1].lower()}{sentence[1:]}"
    )


@dataclass(slots=True, kw_only=True)
class _Page:
    """campaign.toml under examination: each method reads one key and keeps what is wrong with it."""

    path: str
    text: str
    #: As tomllib gives it: any kind of value may stand anywhere.
    tree: dict[str, object]
    faults: list[Fault] = field(default_factory=list)

    def wrong(
        self, table: str, key: str, value: object, sentence: str, weight: Weight = Weight.ERROR, *, nth: int = 0
    ) -> None:
        name = f"{table}.{key}" if table else key
        shown = "" if value is None else str(value)[:80]
        line = self.line(table, key, nth)
        self.faults.append(Fault(path=self.path, line=line, column=name, value=shown, sentence=sentence, weight=weight))

    def line(self, table: str, key: str, nth: int = 0) -> int | None:
        """Line of a key, or of its table where the key is not there. tomllib does not tell."""
        seen, inside, start = -1, table == "", None
        for number, line in enumerate(self.text.splitlines(), 1):
            head = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line)
            if head:
                seen += head[1] == table
                inside = head[1] == table and nth in (seen, 0)
                start = number if inside else start
                if head[1] == f"{table}.{key}" or (not table and head[1] == key):
                    return number
            elif inside and re.match(rf'\s*"?{re.escape(key)}"?\s*(?:\.|=)', line):
                return number
        return start

    def names(self) -> None:
        """Find tables and keys that nothing reads: a misspelt `not_afer` must not pass for "no end"."""
        for name, value in self.tree.items():
            if name not in KEYS:
                self.wrong("", name, None, f"not known here: the tables are {', '.join(sorted(KEYS['']))}")
                continue
            rows = value if isinstance(value, list) else [value]
            for nth, row in enumerate(rows):
                if not isinstance(row, dict) or isinstance(value, list) != (name == "arguments"):
                    heading = f"[[{name}]]" if name == "arguments" else f"[{name}]"
                    self.wrong("", name, None, f"write a table under {heading}")
                    continue
                for key in row.keys() - KEYS[name]:
                    self.wrong(
                        name, key, None, f"not known here: the keys are {', '.join(sorted(KEYS[name]))}", nth=nth
                    )

    def value(self, table: str, key: str) -> object:
        holder = self.tree.get(table)
        return holder.get(key) if isinstance(holder, dict) else None

    def text_of(self, table: str, key: str, *, needed: bool = False) -> str:
        value = self.value(table, key)
        if value is None or value == "":
            if needed:
                self.wrong(table, key, None, "this is missing: write it")
            return ""
        if not isinstance(value, str):
            self.wrong(table, key, value, "write a text in quotation marks")
            return ""
        sentence = unfit(value) or ("write it on one line" if "\n" in value and key != "postal" else "")
        if sentence:
            self.wrong(table, key, value, sentence)
            return ""
        return value.strip()

    def slug(self) -> str:
        value = self.text_of("campaign", "slug", needed=True)
        if value and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
            self.wrong("campaign", "slug", value, "write lower-case letters, digits and single hyphens")
            return ""
        return value

    def day(self, table: str, key: str, *, needed: bool = False) -> dt.date | None:
        value = self.value(table, key)
        if value is None and not needed:
            return None
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            missing = "this is missing" if value is None else "not a day"
            self.wrong(table, key, value, f"{missing}: write year-month-day without quotation marks (2013-11-12)")
            return None
        return value

    def moment(self, table: str, key: str) -> dt.datetime | None:
        value = self.value(table, key)
        if value is None:
            return None
        if not isinstance(value, dt.datetime) or value.tzinfo is None:
            self.wrong(
                table, key, value, "write a moment with its zone, without quotation marks (2013-11-26T22:00:00Z)"
            )
            # Better never to send than to send too late: what was meant as an end must not become "no end".
            return dt.datetime.min.replace(tzinfo=dt.UTC)
        return value

    def strings(self, table: str, key: str, *, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = self.value(table, key)
        if value is None:
            return default
        if not isinstance(value, list) or not value or not all(isinstance(each, str) and each for each in value):
            self.wrong(table, key, value, 'write a list of texts (["en", "fr"])')
            return default
        return tuple(value)

    def languages(self) -> tuple[str, ...]:
        """Languages of the letters; those in which no country has a name cannot be one."""
        found = self.strings("campaign", "languages")
        if not found:
            if self.value("campaign", "languages") is None:
                self.wrong("campaign", "languages", None, 'this is missing: write a list (["en", "fr"])')
            return ("en",)
        for language in found:
            if language not in NAME_LANGUAGES:
                sentence = f"there are no names of countries in it: write some of {', '.join(NAME_LANGUAGES)}"
                self.wrong("campaign", "languages", language, sentence)
        return tuple(language for language in found if language in NAME_LANGUAGES) or ("en",)

    def languages_have_texts(self, charter: Charter) -> None:
        """Warn of texts by language that lack one of the campaign's: the fallback's would stand in the letter."""
        sender = charter.sender
        for table, key, texts in (
            ("campaign", "title", charter.title),
            ("draft", "forum", charter.draft.forum),
            ("sender", "office", sender.office),
            ("sender", "place", sender.place),
            ("sender", "description", sender.description),
        ):
            lacking = [language for language in charter.languages if texts and not texts.get(language)]
            if lacking:
                sentence = f"there is none in {', '.join(lacking)}: letters in it show another language's"
                self.wrong(table, key, None, sentence, Weight.WARNING)

    def number(self, table: str, key: str, default: int | None) -> int | None:
        value = self.value(table, key)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.wrong(table, key, value, "write a whole number from 1")
            return default
        return value

    def yes(self, table: str, key: str, *, default: bool = False) -> bool:
        value = self.value(table, key)
        if value is not None and not isinstance(value, bool):
            self.wrong(table, key, value, "write true or false")
        return value if isinstance(value, bool) else default

    def by_language(self, table: str, key: str, *, needed: bool = False) -> Mapping[str, str]:
        value = self.value(table, key)
        if value is None:
            if needed:
                self.wrong(table, key, None, f"this is missing: write it by language under [{table}.{key}]")
            return {}
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            self.wrong(table, key, None, f'write texts by language under [{table}.{key}] (en = "London")')
            return {}
        for language, text in value.items():
            sentence = unfit(text)
            if sentence:
                self.wrong(f"{table}.{key}", language, text, sentence)
        return {language: text for language, text in value.items() if not unfit(text)}

    def numbers(self, table: str, key: str) -> Mapping[str, int]:
        value = self.value(table, key)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(each, int) and each > 0 for each in value.values()):
            self.wrong(table, key, None, f"write paragraph numbers by name under [{table}.{key}] (srhr = 8)")
            return {}
        return dict(value)

    def country(self, table: str, key: str) -> str:
        value = self.text_of(table, key, needed=True)
        if value and value not in countries():
            self.wrong(table, key, value, country_sentence(value))
        return value

    def address(self, table: str, key: str) -> str:
        value = self.text_of(table, key, needed=True)
        address, sentence = addresses.examine(value) if value else ("", "")
        if sentence:
            self.wrong(table, key, value, sentence)
        return address

    def arguments(self) -> Mapping[str, Argument]:
        """Read [[arguments]], each with its own faults."""
        rows = self.tree.get("arguments", [])
        found: dict[str, Argument] = {}
        for nth, row in enumerate(rows if isinstance(rows, list) else []):
            argument = self._argument(row, nth) if isinstance(row, dict) else None
            if argument is not None and argument.name in found:
                self.wrong(
                    "arguments", "name", argument.name, "this name stands there twice: each text needs its own", nth=nth
                )
            elif argument is not None:
                found[argument.name] = argument
        return found

    def _argument(self, row: dict[str, object], nth: int) -> Argument | None:
        before = len(self.faults)
        texts = {key: row.get(key) for key in ("name", "symbol", "source")}
        for key, value in texts.items():
            if not isinstance(value, str) or not value.strip():
                self.wrong("arguments", key, value, "this is missing: write it in quotation marks", nth=nth)
        day = row.get("agreed_on")
        if isinstance(day, dt.datetime) or not isinstance(day, dt.date):
            self.wrong("arguments", "agreed_on", day, "write the day on which it was agreed (2013-03-15)", nth=nth)
        named = row.get("groups", [])
        if not isinstance(named, list) or not set(named) <= set(groups()):
            self.wrong(
                "arguments", "groups", named, f"write a list of UN regional groups: {', '.join(groups())}", nth=nth
            )
        if len(self.faults) > before or not isinstance(day, dt.date) or not isinstance(named, list):
            return None
        return Argument(
            name=str(texts["name"]),
            symbol=str(texts["symbol"]),
            agreed_on=day,
            source=str(texts["source"]),
            groups=tuple(named),
        )

    def arguments_in_time(self, charter: Charter) -> None:
        """Warn of texts agreed later than the campaign's last day: no letter can cite them."""
        for nth, argument in enumerate(charter.arguments.values()):
            if argument.agreed_on > charter.as_of > dt.date.min:
                sentence = f"agreed after as_of ({charter.as_of.isoformat()}): no letter can cite {argument.name}"
                self.wrong("arguments", "agreed_on", argument.agreed_on, sentence, Weight.WARNING, nth=nth)
