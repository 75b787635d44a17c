"""What a mail means, once it is known who wrote what: the order in which the questions are asked.

Machine? Whose address? Which letter, which government? What does it say of its position? What will the writer do next?
And from all that: what kind of mail is it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mobilize.inbox import kind, language, machine, match, stance, targets, views
from mobilize.inbox.candidates import candidates
from mobilize.inbox.claims import Voice
from mobilize.inbox.lexicon import Lexicon, load_what_can_be_read
from mobilize.inbox.mail import Mail
from mobilize.inbox.offices import sender
from mobilize.inbox.reply import Candidate, Context, Evidence, Matches
from mobilize.inbox.stance import Finding
from mobilize.inbox.unwrap import Unwrapped

_NOTHING = Finding(None, (), ())
#: Kinds that a person must look at where a part that was cut takes a position; machines and wishes have none.
_DOUBTED = ("acknowledgement", "other")
#: Kinds in which the author is the partner herself.
_PARTNER = "partner_report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a mail means."""

    kind: str
    language: str | None
    country: str | None
    stance: str | None
    concerns: tuple[str, ...]
    targets: tuple[str, ...]
    matches: Matches
    #: The partner who wrote it herself; a forwarder is known before.
    reporter: str | None
    evidence: tuple[Evidence, ...]
    candidates: tuple[Candidate, ...]


def understand(mail: Mail, found: Unwrapped, context: Context, *, attachments: bool = False) -> Meaning:
    """Read a mail that is neither a bounce nor a feedback report.

    found: who wrote what. attachments: whether it brings files.
    """
    speech = language.detect(found.text)
    lexicon = _lexicon(speech, context)
    author = sender(
        found.author.address if found.author else "", found.author.name if found.author else "", context.lookup
    )
    who = kind.office(found, author)
    matches, refs = match.letters(mail, found, context, author)
    automatic = machine.verdict(mail, found)
    speaks = kind.voice(who, found)
    plans = targets.find(found.text, speech, lexicon) if speaks is Voice.PARTNER else targets.Targets((), ())
    if speaks is Voice.PARTNER and not author.country:
        country, because = match.reported(found.text, plans.codes, lexicon)
    else:
        country, because = match.country(found, author, refs, lexicon)
    answers = bool(matches.token or matches.in_reply_to)
    finding = _NOTHING
    if automatic.automatic != "sure":
        finding = stance.judge(found.text, speech, lexicon, country=country, voice=speaks, exchange=found.exchange)
        finding = views.compared(
            views.Read(
                found=found,
                finding=finding,
                author=author,
                voice=speaks,
                country=country,
                language=speech,
                letter=matches.letter or next((each.letter for each in refs), None),
                answers=answers,
            ),
            context,
        )
    facts = kind.Facts(
        found=found,
        author=author,
        machine=automatic,
        finding=finding,
        planned=plans.codes,
        bulk=machine.is_bulk(mail),
        answers=answers,
        attachments=attachments,
        elsewhere=any(each.field == views.FIELD for each in finding.evidence),
        lexicon=lexicon,
    )
    decided = kind.decide(facts, who)
    made = Meaning(
        kind=decided.kind,
        language=speech,
        country=country,
        stance=finding.stance,
        concerns=finding.concerns,
        targets=plans.codes,
        matches=matches,
        reporter=found.author.address if decided.kind == _PARTNER and found.author else None,
        evidence=(
            *decided.evidence,
            *((because,) if because else ()),
            *finding.evidence,
            *plans.evidence,
            *_left_out(speech, context),
        ),
        candidates=candidates(mail, found, context, author=author, matches=matches, language=lexicon.language),
    )
    if made.kind == "auto_reply":
        made = replace(made, evidence=(*made.evidence, *machine.challenge(mail, found)))
    return _of_forwarder(_only_what_counts(made, author.country), found, context)


def _only_what_counts(made: Meaning, domain: str | None) -> Meaning:
    """A receipt, a machine and a stranger take no position and plan nothing; a stranger's words name no country."""
    if made.kind in ("reply", _PARTNER):
        return made if made.kind == _PARTNER else replace(made, targets=())
    said = ("stance", "concerns", "targets", "sentence", *(() if made.kind in _DOUBTED else (views.FIELD,)))
    kept = tuple(each for each in made.evidence if each.field not in said)
    country = made.country if made.kind in ("acknowledgement", "auto_reply") else domain
    return replace(made, stance=None, concerns=(), targets=(), country=country, evidence=kept)


def _of_forwarder(made: Meaning, found: Unwrapped, context: Context) -> Meaning:
    """What a forwarder says in her note that she will do next."""
    if found.via == "direct" or not found.note:
        return made
    speech = language.detect(found.note)
    plans = targets.find(found.note, speech, _lexicon(speech, context))
    codes = tuple(dict.fromkeys((*made.targets, *plans.codes)))
    return replace(made, targets=codes, evidence=(*made.evidence, *plans.evidence))


def _lexicon(speech: str | None, context: Context) -> Lexicon:
    code = speech or "en"
    return load_what_can_be_read(code, context.lexicon.get(code, ""))[0]


def _left_out(speech: str | None, context: Context) -> tuple[Evidence, ...]:
    """That the campaign's own words were not used, and the slip in them."""
    code = speech or "en"
    slip = load_what_can_be_read(code, context.lexicon.get(code, ""))[1]
    return (Evidence(field="lexicon", words=f"lexicon/{code}.toml", rule=f"not used: {slip}"[:300]),) if slip else ()
