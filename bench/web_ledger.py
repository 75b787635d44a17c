"""A ledger with as many letters and replies as is wanted, for bench/web.py: invented, encrypted like real ones."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyotp
from cryptography.fernet import Fernet
from sqlalchemy import insert

from mobilize.access.roles import Role
from mobilize.desk import people
from mobilize.inbox.reply import Evidence, Reply
from mobilize.installation import Installation, opened
from mobilize.replies import stated, words
from mobilize.replies.review import STANCES
from mobilize.replies.triage import NOBODY, READING_ORDER
from mobilize.store import schema
from mobilize.store import words as index
from mobilize.store.schema_web import indexed
from mobilize.store.schema_web import words as word_rows
from mobilize.world.countries import countries

ROOT = Path(__file__).parents[1]
NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
PASSWORD = "four words that differ"  # noqa: S105 - of a ledger that lives for a minute

_KINDS = ("reply", "partner_report", "acknowledgement", "auto_reply", "bounce", "other")
_AT_ONCE = 2_000


def filled(folder: Path, *, replies: int, letters: int, indexed_too: int = 0) -> str:
    """Make a campaign folder with a full ledger. Returns the token of a lead's session.

    indexed_too: so many of the replies are found by all of their words; the others are by none.
    """
    for part in ("letters", "record"):
        shutil.copytree(ROOT / part, folder / part)
    for name in ("campaign.toml", "contacts.csv"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / ".env").write_text(f"MOBILIZE_KEY={Fernet.generate_key().decode()}\n", "utf-8")
    with opened(folder) as installation:
        _letters(installation, letters)
        _replies(installation, replies, indexed_too)
        address = people.add(installation, "lead", Role.LEAD, PASSWORD, by="bench", now=NOW)
        totp = pyotp.parse_uri(address)
        assert isinstance(totp, pyotp.TOTP)
        moment = dt.datetime.now(dt.UTC)
        token = people.sign_in(installation, "lead", PASSWORD, totp.at(moment), now=moment)
    assert token
    return token


def _letters(installation: Installation, many: int) -> None:
    codes, slug = list(countries()), installation.campaign.slug
    states = random.Random(1).choices(("sent", "queued", "deferred", "failed"), (90, 5, 3, 2), k=many)  # noqa: S311
    rows = (
        {
            "campaign": slug,
            "letter": f"{number:016x}",
            "contact": f"contact-{number}",
            "round": 1,
            "country": codes[number % len(codes)],
            "audience": "minister",
            "language": "en",
            "address_digest": f"{number:064x}",
            "digest": f"{number:064x}",
            "message_id": f"<{number}@letters.example>",
            "state": state,
            "attempts": 1,
            "handed_over": False,
            "queued_at": NOW,
            "changed_at": NOW,
            "reason": "",
        }
        for number, state in enumerate(states)
    )
    _insert(installation, schema.letters, rows)


def _insert(installation: Installation, table: schema.Table, rows: Iterator[dict[str, object]]) -> None:
    batch: list[dict[str, object]] = []
    with installation.store.writing() as connection:
        for row in rows:
            batch.append(row)
            if len(batch) == _AT_ONCE:
                connection.execute(insert(table), batch)
                batch = []
        if batch:
            connection.execute(insert(table), batch)


def _replies(installation: Installation, many: int, indexed_too: int) -> None:
    chance, slug = random.Random(2), installation.campaign.slug  # noqa: S311
    vocabulary = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 11))) for _ in range(8_000)]
    made = [_reply(number, chance, vocabulary) for number in range(many)]
    seal = installation.seal
    rows = (_row(slug, reply, installation, number) for number, reply in enumerate(made))
    _insert(installation, schema.replies, rows)
    raw = seal.closed(b"From: ministry@mfa.example\r\n\r\n" + b"x" * 900)
    arrived = ((reply.id, NOW - dt.timedelta(seconds=number)) for number, reply in enumerate(made))
    _insert(
        installation,
        schema.raw_mail,
        ({"id": i, "data": raw, "sealed": True, "origin": "bench", "received_at": at} for i, at in arrived),
    )
    speaking = (reply for reply in made if reply.stance and reply.country)
    _insert(installation, schema.stances, (_statement(slug, reply) for reply in speaking))
    key = index.name_of(seal.word_keys[0])
    _insert(installation, indexed, ({"campaign": slug, "reply": reply.id, "key": key} for reply in made))
    _insert(
        installation,
        word_rows,
        (
            {"token": token, "number": number}
            for number, reply in enumerate(made[:indexed_too], start=1)
            for token in words.tokens(seal.word_keys[0], words.of_reply(reply.as_json()))
        ),
    )
    with installation.store.writing() as connection:
        for code in countries():
            stated.settle_stance(connection, slug, code)


def _reply(number: int, chance: random.Random, vocabulary: list[str]) -> Reply:
    kind = chance.choices(_KINDS, (30, 25, 20, 15, 5, 5))[0]
    says = kind in {"reply", "partner_report"}
    text = " ".join(chance.choices(vocabulary, k=120))
    return Reply(
        id=hashlib.sha256(f"reply {number}".encode()).hexdigest(),
        kind=kind,
        via="direct" if kind == "reply" else None,
        reporter="desk@lantern.example" if kind == "partner_report" else None,
        from_address="desk@mfa.example",
        date="2026-11-20T09:00:00Z",
        subject=" ".join(chance.choices(vocabulary, k=6)),
        language="en",
        text=text,
        country=chance.choice(list(countries())),
        stance=chance.choice(STANCES) if says else None,
        evidence=(Evidence(field="stance", words=text[:40], rule="a rule"),) if says else (),
    )


def _row(slug: str, reply: Reply, installation: Installation, number: int) -> dict[str, object]:
    # Two in three were looked at: the morning's list is long, and the whole one longer.
    attention = "seems to say support: confirm or correct" if reply.stance and number % 3 == 0 else ""
    place = READING_ORDER.index(reply.kind) + (0 if attention else NOBODY)
    return {
        "campaign": slug,
        "reply": reply.id,
        "read_at": NOW,
        "said_on": NOW.date(),
        "kind": reply.kind,
        "via": reply.via,
        "country": reply.country,
        "stance": reply.stance,
        "language": reply.language,
        "letter": None,
        "attention": attention,
        "reviewed_by": "",
        "parsed": installation.seal.closed(json.dumps(reply.as_json()).encode()),
        "sealed": True,
        "received_at": NOW - dt.timedelta(seconds=number),
        "place": place,
    }


def _statement(slug: str, reply: Reply) -> dict[str, object]:
    return {
        "campaign": slug,
        "reply": reply.id,
        "country": reply.country,
        "stance": reply.stance,
        "concerns": "",
        "quote": "",
        "rule": "a rule",
        "said_on": NOW.date(),
        "direct": True,
        "by": "parser",
        "recorded_at": NOW,
    }
