"""Measure the parser on the corpora below tests/corpus: `make score`, or bench/score.py [--only NAME] [--brief].

Prints a line a measure with the messages that were read wrong, and what was taken for what among the stances. The rules
of comparison are those of the corpora's READMEs: white space does not count, a date is compared at the precision that
the truth gives, the closing may be kept or cut as a whole.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests" / "corpus"
TARGETS = Path(__file__).with_name("targets.toml")

#: The campaign's own address in the labelled replies; the public sets know none.
OWN = Context(own_addresses=("wluml@wluml.org",))

Json = dict[str, object]

EXACT = ("kind", "via", "reporter", "from_address", "from_name", "subject", "date", "country", "stance", "language")
MACHINE = ("bounce_address", "bounce_permanent")
TEXTS = ("text", "note")
STANCES = ("cosponsor", "support", "conditional", "noncommittal", "oppose", "None")
SETS = ("concerns", "targets", "attachments")
#: Share of words in common from which a text is close to the truth.
_CLOSE = 0.9
_INVISIBLE = re.compile(r"[\s\u00a0\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")


@dataclass(slots=True)
class Tally:
    """Counts of one set of messages."""

    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    misses: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    #: How often a stance (first) was read as another (second).
    stances: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: By the language of the truth: answers right and asked, by measure.
    languages: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    #: The longest wait for one answer, in seconds.
    slowest: float = 0.0
    #: Of the processor, so that what else runs on the machine does not count: "messages a second a core".
    seconds: float = 0.0
    messages: int = 0

    def count(self, measure: str, name: str, ok: bool, shown: str = "", *, language: str = "") -> None:  # noqa: FBT001 — a count's plain argument
        """One answer right or wrong. language: of the message, where its truth says so."""
        self.total[measure] += 1
        self.right[measure] += ok
        if language:
            self.languages[language].update({f"{measure}:asked": 1, f"{measure}:right": int(ok)})
        if not ok:
            self.misses[measure].append(f"{name} {shown}".strip())

    def share(self, measure: str) -> float:
        """The part that is right; 1 where nothing was asked."""
        if measure.endswith("_f1"):
            hit, extra, lost = (self.right[f"{measure}:{each}"] for each in ("hit", "extra", "lost"))
            return 2 * hit / (2 * hit + extra + lost) if hit + extra + lost else 1.0
        return self.right[measure] / self.total[measure] if self.total[measure] else 1.0


def plain(value: object) -> object:
    """A value without invisible characters and runs of white space; None for every empty one."""
    if isinstance(value, str):
        return _INVISIBLE.sub(" ", value).strip() or None
    return None if value in ((), [], {}) else value


def same_date(got: object, want: object) -> bool:
    """Equal as a day, a wall clock or an instant, whichever the truth gives."""
    if not isinstance(want, str) or not isinstance(got, str):
        return got == want
    if len(want) <= len("2013-11-12"):
        return got[: len(want)] == want
    if got[:16] == want[:16]:
        return True
    try:
        a, b = dt.datetime.fromisoformat(got), dt.datetime.fromisoformat(want)
    except ValueError:
        return False
    return a.tzinfo is not None and b.tzinfo is not None and abs(a - b) < dt.timedelta(minutes=1)


def parsed(data: bytes, context: Context, tally: Tally) -> Json:
    """One message read, and the time that it took."""
    start, used = time.perf_counter(), time.process_time()
    reply = read(RawMail(data=data, origin="bench"), context=context)
    tally.seconds += time.process_time() - used
    tally.slowest = max(tally.slowest, time.perf_counter() - start)
    tally.messages += 1
    return reply.as_json()


def replies(folder: Path) -> Tally:
    """The labelled replies: every field of the contract."""
    tally = Tally()
    for path in sorted(folder.glob("*.json")):
        want = json.loads(path.read_text("utf-8"))
        got = parsed(path.with_suffix(".eml").read_bytes(), OWN, tally)
        tally.count("error", path.stem, not got.get("error"), str(got.get("error")))
        _fields(tally, path.stem, got, want)
        if "trail" in want:
            tally.count("trail", path.stem, same_trail(got.get("trail"), want["trail"]))
        if "views" in want:
            told = [each.removeprefix("view.") for each in _rules(got, "view")]
            tally.count("views", path.stem, told == want["views"], f"{told} for {want['views']}")
        if "stance" in want:
            tally.stances[str(want["stance"]), str(got.get("stance"))] += 1
        for name in SETS:
            if name in want:
                _sets(tally, f"{name}_f1", path.stem, set(_list(got.get(name))), set(want[name]))
    return tally


def _fields(tally: Tally, case: str, got: Json, want: Json) -> None:
    """The fields that are equal or not, and the texts, of which the closing may be a part."""
    language = str(want.get("language") or "")
    for name in EXACT + MACHINE:
        if name in want and not (name == "via" and want["via"] is None):
            ok, shown = _same(name, got.get(name), want[name]), f"{got.get(name)!r} for {want[name]!r}"
            tally.count(name, case, ok, shown, language=language)
    for name in TEXTS:
        if name in want and not (name == "text" and want.get("kind") in ("bounce", "complaint")):
            closing = want.get("closing") if name == "text" else None
            wanted = {plain(want[name])} | ({plain(f"{want[name] or ''} {closing}")} if closing else set())
            tally.count(name, case, plain(got.get(name)) in wanted, language=language)


def _rules(got: Json, field: str) -> Iterator[str]:
    """The rules of a field's evidence."""
    evidence = got.get("evidence")
    for each in evidence if isinstance(evidence, list) else []:
        if each["field"] == field:
            yield str(each["rule"])


def same_trail(got: object, want: object) -> bool:
    """Whether every layer of a forward is there, and right in all that its truth says of it."""
    if not isinstance(got, list) or not isinstance(want, list) or len(got) != len(want):
        return False
    return all(
        _same(name, layer.get(name), value)
        for layer, wanted in zip(got, want, strict=True)
        for name, value in wanted.items()
    )


def _same(name: str, got: object, want: object) -> bool:
    got, want = plain(got), plain(want)
    if name == "date":
        return same_date(got, want)
    if name in ("from_address", "reporter", "bounce_address"):
        return str(got).lower() == str(want).lower()
    return got == want


def _sets(tally: Tally, measure: str, name: str, got: set[str], want: set[str]) -> None:
    tally.right.update(
        {f"{measure}:hit": len(got & want), f"{measure}:extra": len(got - want), f"{measure}:lost": len(want - got)}
    )
    tally.total[measure] += 1
    if got != want:
        tally.misses[measure].append(f"{name} {sorted(got)} for {sorted(want)}")


def _list(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else []


def public(folder: Path) -> Tally:
    """One public set, by the measures of its task."""
    tally = Tally()
    for line in (folder / "dev" / "truth.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        name, truth, task = case["id"].split("/")[-1], case["truth"], case["task"]
        got = parsed((folder / "dev" / case["file"]).read_bytes(), Context(), tally)
        tally.count("error", name, not got.get("error"), str(got.get("error")))
        measures = dict(_TASKS[task](truth, got)) if task in _TASKS else {}
        for measure, ok in measures.items():
            tally.count(measure, name, ok)
        if measures:
            core = _CORE.get(task, tuple(measures))
            tally.count(
                "whole",
                name,
                all(measures.get(each, True) for each in core),
                ", ".join(k for k, ok in measures.items() if not ok),
                language=str((case.get("meta") or {}).get("lang") or ""),
            )
    return tally


def _forward(truth: Json, got: Json) -> Iterator[tuple[str, bool]]:
    is_forward = str(got.get("via") or "").startswith("forward")
    yield "is_forward", is_forward == truth["is_forward"]
    if not truth["is_forward"]:
        return
    trail = got.get("trail")
    layer = trail[0] if isinstance(trail, list) and trail else got
    assert isinstance(layer, Mapping)
    if "from_addr" in truth:
        yield "from_address", str(layer["from_address"] or "").lower() == str(truth["from_addr"]).lower()
    if "from_name" in truth:
        yield "from_name", (plain(layer["from_name"]) or "") == (plain(truth["from_name"]) or "")
    for name in ("to", "cc"):
        if name in truth:
            yield name, {each.lower() for each in _list(layer[name])} == {each.lower() for each in _list(truth[name])}
    if "date_raw" in truth:
        yield "date", _printed(layer, truth)
    if "subject" in truth:
        yield "subject", plain(layer["subject"]) == plain(truth["subject"])
    if "body" in truth:
        yield "body", plain(layer["text"]) == plain(truth["body"])
    if "note" in truth:
        yield "note", plain(got.get("note")) == plain(truth["note"])


def _printed(layer: Mapping[str, object], truth: Json) -> bool:
    if truth.get("date_iso"):
        return str(layer.get("date"))[:16] == str(truth["date_iso"])[:16]
    return plain(str(layer.get("date_raw")).strip(" ,")) == plain(str(truth["date_raw"]).strip(" ,"))


def _reply(truth: Json, got: Json) -> Iterator[tuple[str, bool]]:
    text = str(plain(got.get("text")) or "")
    if "body" in truth:
        want = str(plain(truth["body"]) or "")
        same = "".join(text.split()) == "".join(want.split()) if truth.get("squash") else text == want
        yield "exact", same
        yield (
            "close",
            same or SequenceMatcher(None, want.split()[:3000], text.split()[:3000], autojunk=False).ratio() >= _CLOSE,
        )
    else:
        yield (
            "exact",
            all(str(plain(x) or "") in text for x in _list(truth.get("contains")))
            and not any(str(plain(x)) in text for x in _list(truth.get("not_contains"))),
        )
    yield "not_forward", not str(got.get("via") or "").startswith("forward")
    yield "not_machine", got.get("kind") not in ("bounce", "complaint", "auto_reply")


def _bounce(truth: Json, got: Json) -> Iterator[tuple[str, bool]]:
    if "is_bounce" in truth:
        yield "is_bounce", (got.get("kind") == "bounce") == truth["is_bounce"]
    if "recipients" in truth:
        found = got.get("bounces")
        addresses = {str(each["address"]).lower() for each in found} if isinstance(found, list) else set()
        yield "recipients", addresses == set(_list(truth["recipients"]))
    if "permanent" in truth:
        yield "permanent", got.get("bounce_permanent") is truth["permanent"]


def _autoreply(truth: Json, got: Json) -> Iterator[tuple[str, bool]]:
    yield "auto", (got.get("kind") == "auto_reply") == truth["auto_reply"]


def _complaint(truth: Json, got: Json) -> Iterator[tuple[str, bool]]:
    yield "is_complaint", got.get("kind") == "complaint"
    if "recipients" in truth:
        named = str(got.get("complaint_address") or "").lower().split(", ")
        yield "recipient", set(named) - {""} == set(_list(truth["recipients"]))
    if "feedback_type" in truth:
        yield "type", str(got.get("complaint_type") or "").lower() == truth["feedback_type"]


_TASKS = {"forward": _forward, "reply": _reply, "bounce": _bounce, "autoreply": _autoreply, "complaint": _complaint}
#: What must be right for a message to count as whole.
_CORE = {
    "forward": ("is_forward", "from_address", "from_name", "to", "date", "subject", "body"),
    "reply": ("exact",),
    "bounce": ("is_bounce", "recipients", "permanent"),
}


def confusion(stances: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """The stances as a table: a row what is true, a column what was read; a point where there was none."""
    if not stances:
        return
    names = [name for name in STANCES if any(name in pair for pair in stances)]
    yield f"{'stance: true, read':18}" + "".join(f"{name[:12]:>14}" for name in names)
    for true in names:
        yield f"{true:18}" + "".join(f"{stances[true, read] or '.':>14}" for read in names)
    stated = sum(many for (true, _), many in stances.items() if true != "None")
    silent = sum(many for (true, read), many in stances.items() if true != "None" and read == "None")
    if stated:
        yield f"of {stated} stances none was read in {silent}: {silent / stated:.3f} left to a person"


#: What is shown of each language: the fields that depend on it most, and a public set's messages that are right whole.
BY_LANGUAGE = ("kind", "country", "stance", "text", "note", "date", "whole")


def by_language(languages: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """The shares of each language as a table; a point where nothing was asked."""
    shown = [each for each in BY_LANGUAGE if any(f"{each}:asked" in counts for counts in languages.values())]
    if not shown:
        return
    yield f"{'language':10}{'messages':>9}" + "".join(f"{each:>9}" for each in shown)
    for language, counts in sorted(languages.items()):
        asked = [counts.get(f"{each}:asked", 0) for each in shown]
        shares = [f"{counts[f'{each}:right'] / of:.3f}" if of else "." for each, of in zip(shown, asked, strict=True)]
        yield f"{language:10}{max(asked):>9}" + "".join(f"{each:>9}" for each in shares)


def measured(only: str = "") -> dict[str, Tally]:
    """Every corpus whose name holds `only`, measured."""
    found: dict[str, Tally] = {}
    for folder in (CORPUS / "replies", CORPUS / "own"):
        if only in folder.name and any(folder.glob("*.json")):
            found[folder.name] = replies(folder)
    for folder in sorted((CORPUS / "public").iterdir()):
        if only in folder.name and (folder / "dev" / "truth.jsonl").is_file():
            found[folder.name] = public(folder)
    return found


def below(found: Mapping[str, Tally]) -> list[str]:
    """The measures that fall short of bench/targets.toml, as sentences."""
    targets = tomllib.loads(TARGETS.read_text("utf-8"))
    return [
        f"{corpus} {measure}: {found[corpus].share(measure):.3f}, target {target}"
        for corpus, wanted in targets.items()
        if corpus in found
        for measure, target in wanted.items()
        if found[corpus].share(measure) < target
    ]


def main() -> int:
    """Print the table; exit 1 where a target is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default="", help="corpora whose name holds this")
    options.add_argument("--brief", action="store_true", help="only the shares, without the messages read wrong")
    chosen = options.parse_args()
    found = measured(chosen.only)
    for corpus, tally in found.items():
        rate = tally.messages / tally.seconds if tally.seconds else 0
        sys.stdout.write(f"{corpus}: {tally.messages} messages, {rate:.0f}/s, slowest {tally.slowest * 1000:.0f} ms\n")
        for measure in sorted(tally.total, key=list(tally.total).index):
            sys.stdout.write(f"  {measure:18}{tally.share(measure):7.3f}   of {tally.total[measure]}\n")
            if not chosen.brief:
                sys.stdout.writelines(f"      {miss[:220]}\n" for miss in tally.misses[measure])
        sys.stdout.writelines(f"  {line}\n" for line in confusion(tally.stances))
        sys.stdout.writelines(f"  {line}\n" for line in by_language(tally.languages))
    messages, seconds = sum(each.messages for each in found.values()), sum(each.seconds for each in found.values())
    sys.stdout.write(
        f"all: {messages} messages, {messages / seconds:.0f}/s a core, the first of each language included\n"
    )
    short = below(found)
    sys.stdout.writelines(f"below target: {each}\n" for each in short)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
