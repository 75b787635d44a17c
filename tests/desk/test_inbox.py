"""A page of the log: what is wanted, in order, found by words though encrypted; no big table is read whole."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event, insert, select

from mobilize.desk import clients, hear, inbox, people, receive, review, status
from mobilize.errors import Refused
from mobilize.inbox import form
from mobilize.inbox.form import Told
from mobilize.installation import Installation, opened
from mobilize.replies import pages
from mobilize.replies.pages import Wanted
from mobilize.store import schema
from mobilize.store.schema_web import words as word_rows

MakeFolder = Callable[..., Path]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def here(campaign_folder: MakeFolder) -> Iterator[Installation]:
    folder = campaign_folder()
    (folder / ".env").write_text(f"MOBILIZE_KEY={Fernet.generate_key().decode()}\n", "utf-8")
    with opened(folder) as installation:
        yield installation


def tell(here: Installation, number: int, **fields: object) -> str:
    told = Told(form=str(number), day="2026-11-24", **{"country": "KE", "stance": "support", **fields})  # type: ignore[arg-type]
    at = now() - dt.timedelta(hours=number)
    return receive.take(here, form.kept(told, here.campaign.slug), now=at).reply


def ids(here: Installation, **wanted: object) -> list[str]:
    page = inbox.page(here, Wanted(**wanted), most=100)  # type: ignore[arg-type]
    assert page.count == len(page.shown)
    return [each.entry.reply for each in page.shown]


def test_words_are_found_though_everything_is_encrypted_and_the_index_tells_none(here: Installation) -> None:
    first = tell(here, 1, text="Le ministère décide; 外交部长支持", email="desk@lantern.example")
    second = tell(here, 2, text="The ministry hesitates", organisation="Réseau Phare")
    assert ids(here, text="MINISTERE") == [first]
    assert ids(here, text="minist") == [first, second], "newest first"
    assert ids(here, text="外交 ministère") == [first]
    assert ids(here, text="ministere hesitates") == []
    assert ids(here, text="?!") == []
    assert ids(here, text="' OR 1=1 --") == []
    assert ids(here, reporter="Desk@Lantern.example") == [first]
    assert ids(here, reporter="réseau phare") == [second]
    files = [each.read_bytes() for each in (here.folder / ".mobilize").iterdir() if each.is_file()]
    for word in ("ministere", "hesitates", "外交"):
        assert not any(word.encode() in each for each in files), word


def test_a_list_is_narrowed_by_each_thing_and_by_all(here: Installation) -> None:
    kenya = tell(here, 1)
    norway = tell(here, 2, country="NO", stance="oppose", text="Nous ne pouvons pas appuyer cette résolution.")
    plans = tell(here, 3, country="", stance="", targets=("KE",), text="we go there")
    assert ids(here) == [kenya, norway, plans]
    assert ids(here, countries=("NO",)) == [norway]
    assert ids(here, countries=("NO", "KE")) == [kenya, norway]
    assert ids(here, stance="oppose") == [norway]
    assert ids(here, language="fr") == [norway]
    assert ids(here, kinds=("bounce",)) == []
    assert ids(here, kinds=("partner_report", "reply"), stance="support", countries=("KE",)) == [kenya]
    review.review(here, kenya, by="ana", now=now())
    assert ids(here, needs_person=True) == [norway, plans]
    assert ids(here) == [norway, plans, kenya], "what needs nobody comes behind"
    assert inbox.places(here) == ("KE", "NO")


def test_the_counted_board_is_the_one_that_reads_everything(here: Installation) -> None:
    for number, (country, stance) in enumerate([("KE", "support"), ("KE", "oppose"), ("NO", "cosponsor"), ("CI", "")]):
        tell(here, number, country=country, stance=stance, text="words")
    no = ids(here, countries=("NO",))[0]
    review.review(here, no, by="ana", stance="none", now=now())
    ke = ids(here, countries=("KE",))[0]
    review.review(here, ke, by="ana", stance="support", country="CI", now=now())
    tell(here, 9, country="", stance="", targets=("KE", "NO"), email="desk@lantern.example")

    def plain(rows: object) -> list[tuple[object, ...]]:
        return [
            (each.country.code, each.replies, each.plans, each.letters, each.standing.name)
            + ((each.current.stance, each.current.status, each.current.said_on) if each.current else ())
            for each in rows  # type: ignore[attr-defined]
        ]

    assert plain(inbox.board_rows(here)) == plain(review.board_rows(here))
    assert {each.country.code for each in inbox.board_rows(here) if each.current} == {"KE", "CI"}


def test_pages_go_on_while_mail_arrives(here: Installation) -> None:
    old = [tell(here, number) for number in range(7)]
    first = inbox.page(here, Wanted(), most=3)
    new = tell(here, -1)
    seen, after = [each.entry.reply for each in first.shown], first.next
    while after:
        page = inbox.page(here, Wanted(), most=3, after=after)
        seen += [each.entry.reply for each in page.shown]
        after = page.next
    assert seen == old
    assert new not in seen
    for wrong in ("x", "é", "MTAwMDA", "%%%", "1" * 5000):
        with pytest.raises(Refused):
            inbox.page(here, Wanted(), most=3, after=wrong)


def test_more_than_is_counted_is_said_and_costs_no_more(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_COUNTED", 3)
    monkeypatch.setattr(inbox, "MOST_COUNTED", 3)
    for number in range(5):
        tell(here, number)
    page = inbox.page(here, Wanted(), most=2)
    assert (page.count, page.many) == (3, True)


def test_a_frequent_word_is_walked_and_a_rare_one_looked_up(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [tell(here, number, text=f"common number{number}") for number in range(6)]
    for few in (2, 100):
        monkeypatch.setattr(pages, "_FEW", few)
        assert ids(here, text="common") == made
        assert ids(here, text="common number3") == [made[3]]


#: Tables that grow with the mail and the letters.
BIG = {
    "replies",
    "raw_mail",
    "letters",
    "attempts",
    "stances",
    "plans",
    "words",
    "indexed",
    "corrections",
    "deliveries",
}


def test_no_page_waits_for_a_query_that_reads_a_big_table_whole(here: Installation) -> None:
    """Every statement that the pages and the API run, explained by SQLite over a ledger with rows in it."""
    reply = tell(here, 1, text="common words", email="desk@lantern.example")
    for number in range(2, 30):
        tell(here, number, text=f"common number{number}")
    letter = {
        "campaign": here.campaign.slug, "contact": "c", "round": 1, "country": "KE", "audience": "minister",
        "language": "en", "digest": "", "message_id": "<1@x>", "state": "sent", "queued_at": now(), "changed_at": now(),
    }  # fmt: skip
    with here.store.writing() as connection:
        rows = [{**letter, "letter": f"{n}", "contact": f"{n}", "address_digest": f"{n}"} for n in range(30)]
        connection.execute(insert(schema.letters), rows)
    after = inbox.page(here, Wanted(), most=2).next
    seen: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(here.store.engine, "before_cursor_execute", note)
    for wanted in (
        Wanted(), Wanted(needs_person=True), Wanted(kinds=("reply",)), Wanted(countries=("KE",)),
        Wanted(countries=("KE", "NO")), Wanted(stance="support"), Wanted(language="en"), Wanted(text="common"),
        Wanted(text="common number3"), Wanted(reporter="desk@lantern.example"),
        Wanted(needs_person=True, countries=("KE",), stance="support", language="en", text="common"),
    ):  # fmt: skip
        for mark in ("", after):
            inbox.page(here, wanted, most=2, after=mark)
    inbox.board_rows(here)
    inbox.places(here)
    review.one(here, reply[:12])
    review.said(here, reply)
    people.who(here, "x", now=now())
    clients.who(here, "x")
    status.listed(here, state="", country="", after="3", most=5)
    status.listed(here, state="sent", country="KE", after="", most=5)
    event.remove(here.store.engine, "before_cursor_execute", note)
    assert len(seen) > 60
    wrong = []
    with here.store.reading() as connection:
        for statement, parameters in seen:
            if not re.match(r"\s*(SELECT|WITH)", statement):
                continue
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                if "ORDER BY" in row[3]:
                    # Sorted by hand: all that fit were read, not those that are shown.
                    wrong.append((row[3], statement))
                found = re.match(r"SCAN (\w+)", row[3])
                named = (
                    {each for each in BIG if re.search(rf"\b{each}\b(?: AS)? {found[1]}\b", statement)}
                    if found
                    else set()
                )
                if found and (found[1] in BIG or named):
                    wrong.append((row[3], statement))
    assert wrong == []


def test_a_scan_would_be_seen(here: Installation) -> None:
    tell(here, 1, text="a word")
    with here.store.reading() as connection:
        plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN SELECT * FROM replies WHERE via = 'direct'").all()
        assert plan[0][3].startswith("SCAN replies")
        assert connection.execute(select(word_rows)).all()


def test_what_is_read_anew_is_found_by_its_words_once(here: Installation) -> None:
    reply = tell(here, 1, text="rhodochrosite")
    list(receive.read_anew(here, now=now()))
    assert ids(here, text="rhodochrosite") == [reply]
    hear.take_in(here, Told(form="x", day="2026-11-24", country="KE", text="pyrargyrite"), now=now())
    assert len(ids(here, text="pyrargyrite")) == 1
