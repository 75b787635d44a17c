"""Header blocks, attributions and markers: found where they are, not seen where they are not, and in time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mobilize.inbox import attribution, blocks
from mobilize.inbox.boundaries import Kind, split
from mobilize.inbox.decode import decode
from mobilize.inbox.lines import of_text
from mobilize.inbox.unwrap import prefix, unwrap

PRINTED = [
    line
    for line in Path(__file__).with_name("attributions.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
RLM = "\N{RIGHT-TO-LEFT MARK}"
#: Line ends as "|"; name, address and date that must be read.
ATTRIBUTIONS = [
    ("On Wed, Sep 25, 2013, at 03:57 PM, richard_clark wrote:", "richard_clark", "", "2013-09-25T15:57:00"),
    (
        "Il 26 marzo 2016 alle 13.16 Sam Saffron <i@d.example> ha scritto:",
        "Sam Saffron",
        "i@d.example",
        "2016-03-26T13:16:00",
    ),
    ("Max M <m@d.example> schrieb am Fr., 28.|Apr. 2017 um 11:53 Uhr:", "Max M", "m@d.example", "2017-04-28T11:53:00"),
    ("Em 2 de fevereiro de 2015 10:58, desk <|i@d.example> escreveu:", "desk", "i@d.example", "2015-02-02T10:58:00"),
    (
        "pe 20. lokakuuta 2017 klo 17.50 John Coe|<s@t.example> kirjoitti:",
        "John Coe",
        "s@t.example",
        "2017-10-20T17:50:00",
    ),
    ("---- On Wed, 24 Feb 2021 14:02:50 +0530 j@g.example wrote ----", "", "j@g.example", "2021-02-24T14:02:50+05:30"),
    ("17.11.2013 07:11, WLUML пишет:", "WLUML", "", "2013-11-17T07:11:00"),
    ("A B <a@b.example> 于2013年11月11日周一 13:49写道：", "A B", "a@b.example", "2013-11-11T13:49:00"),
    ("بتاريخ 8 نوفمبر، 2013 3:46 م، جاء من A B <a@b.example>:", "A B", "a@b.example", "2013-11-08T15:46:00"),
    (f"در تاریخ شنبه ۱۶ نوامبر ۲۰۱۳،{RLM} ۰۶:۳۵ A B <a@b.example> نوشت:", "A B", "a@b.example", "2013-11-16T06:35:00"),
    (
        '20.11.2013, 10:15, "Главное управление" <g@m.example>:',
        "Главное управление",
        "g@m.example",
        "2013-11-20T10:15:00",
    ),
    (
        "On Mon, Nov 11, 2013 at 5:00 PM, Jan Kowalski <j@k.example> wrote:",
        "Jan Kowalski",
        "j@k.example",
        "2013-11-11T17:00:00",
    ),
    (
        "On Thu, 31 Mar 2016 at 11:16 Some One||<|mailto:Some One <s@o.example>|> wrote:",
        "Some One",
        "s@o.example",
        "2016-03-31T11:16:00",
    ),
]
PROSE = [
    "On 25 November the Council wrote:",
    "Please find the points that the Minister wrote:",
    "At 10:30 we met the director, who said:",
    "Our office hours on Monday 12 November 2013 are 9:00 to 17:00:",
    "On this day",
    "From: Monday",
    "To: all of you",
    "Subject to approval: the Minister",
    "Date: to be fixed|To: be announced",
    "Note: the vote is on 19 November|Time: 10:00",
    "--- Key points ---|1. support",
    "I am a Minister from a small state: Tuvalu.",
]


@pytest.mark.parametrize(("text", "name", "address", "date"), ATTRIBUTIONS)
def test_an_attribution_names_author_and_date(text: str, name: str, address: str, date: str) -> None:
    found = attribution.read(of_text(text.replace("|", "\n")), 0)
    assert found is not None
    assert found.from_ is not None
    assert (found.from_.name, found.from_.address, found.date(None)) == (name, address, date)
    assert found.end == text.count("|") + 1


@pytest.mark.parametrize("quoted", [True, False], ids=["quoted below", "unquoted below"])
@pytest.mark.parametrize("text", PRINTED)
def test_an_attribution_of_any_program_is_cut_off_and_read(text: str, quoted: bool) -> None:  # noqa: FBT001 — a case
    body = "Hello.\n\n" + text.replace("|", "\n") + ("\n> x\n> y" if quoted else "\n\nx\n")
    found = split(of_text(body))
    assert [line.text for line in found.own] == ["Hello."]
    assert found.quoted is not None
    assert found.quoted.header is not None
    author = found.quoted.header.from_
    assert author is not None
    assert author.address == "john.doe@acme.com"
    assert author.name in ("John Doe", "")
    if any(day in text for day in ("28", "۶", "٢٨")):
        assert (found.quoted.header.date(None) or "")[:16] == "2021-10-28T12:46"


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_no_boundary(text: str) -> None:
    assert split(of_text(f"Dear all,\n\n{text.replace('|', chr(10))}\n\nYours")).quoted is None


def test_a_line_above_an_attribution_stays_with_its_author() -> None:
    found = split(of_text("Thanks Ann\n On Mar 8, 2012 9:59 AM, Example <\nr@e.example> wrote:\n\n> no"))
    assert [line.text for line in found.own] == ["Thanks Ann"]


def test_a_wrapped_recipient_list_belongs_to_its_header() -> None:
    text = "From: A <a@b.example>\nSent: 1 May 2013 10:00\nTo: B <b@b.example>,\n  C <c@b.example>\nSubject: x\n\nbody"
    found = blocks.read(of_text(text), 0)
    assert found is not None
    assert [each.address for each in found.to] == ["b@b.example", "c@b.example"]
    assert (found.subject, found.end) == ("x", 5)


def test_a_subject_goes_on_only_where_a_program_wraps_it() -> None:
    long = "The protection of women human rights defenders at the sixty-eighth"
    read = blocks.read(of_text(f"From: A <a@b.example>\nSubject: {long}\nsession\nTo: B <b@b.example>\n\nbody"), 0)
    assert read is not None
    assert read.subject == f"{long} session"


@pytest.mark.parametrize(
    ("subject", "kind", "rest"),
    [
        ("Fwd: Re: x", "forward", "Re: x"),
        ("TR : x", "forward", "x"),
        ("转发：x", "forward", "x"),
        ("[Fwd: x]", "forward", "x"),
        ("RE[2]: x", "reply", "x"),
        ("رد: x", "reply", "x"),
        ("Geneva: x", "", "Geneva: x"),
        (None, "", ""),
    ],
)
def test_a_subjects_first_prefix_tells_forward_from_answer(subject: str | None, kind: str, rest: str) -> None:
    assert prefix(subject) == (kind, rest)


def test_vs_forwards_in_danish_and_answers_in_finnish() -> None:
    danish = "VS: x\n\nSe\n\nFra: A <a@b.example>\nSendt: 1. maj 2013 10:00\nTil: C\nEmne: x\n\nhej"
    finnish = "VS: x\n\nKatso\n\nLähettäjä: A <a@b.example>\nLähetetty: 1. toukokuuta 2013 10:00\nAihe: x\n\nhei"
    read = [unwrap(decode(f"From: p@n.example\nSubject: {each}".encode()), own=()).via for each in (danish, finnish)]
    assert read == ["forward_inline", "direct"]


def test_the_kinds_are_told_apart() -> None:
    bodies = {
        Kind.FORWARD: "Begin forwarded message:\n\n> From: a@b.example\n> Date: 1 May 2013\n> To: c\n>\n> x",
        Kind.ORIGINAL: "-----Original Message-----\nFrom: a@b.example\nSent: 1 May 2013\nTo: c\n\nx",
        Kind.BLOCK: "From: a@b.example\nSent: 1 May 2013 10:00\nTo: c\nSubject: d\n\nx",
        Kind.QUOTED_BLOCK: "> From: a@b.example\n> Date: 1 May 2013 10:00\n> To: c@d.example\n>\n> x",
        Kind.QUOTE: "> x\n> y",
        Kind.PASTED: "--- what they wrote ---\n\nx\n\n--- end ---",
    }
    for kind, body in bodies.items():
        found = split(of_text(f"Look.\n\n{body}"))
        assert found.quoted is not None
        assert found.quoted.kind is kind
        assert [line.text for line in found.own] == ["Look."]


@pytest.mark.parametrize(
    "unit",
    [
        "On 1 Jan 2013 10:10, A <a@b.example> wrote:\n",
        "On 1 Jan 2013 10:10, A <a@b.example> wrote:\n> x\nyes\n",
        "From: a@b.example\nTo: c@d.example\n",
        "---------- Forwarded message ----------\n\nhi\n",
        "--- some words here ---\nx\n",
        "-" * 119 + "a" + "-" * 119 + "\n",
        "From: " + ":a" * 90 + "\n",
        "Importance: x\n",
        "> a\nb\n",
        ">" * 100 + "x\n",
        "12:12 12/12/2012 12 Jan 2012 12:12:\n",
        'said:\n\n"Dear all,\n',
        "This e-mail is confidential and intended only for you\n\n",
        "Regards,\n",
        "____________\nFrom: x\n",
    ],
)
def test_hostile_lines_are_read_in_linear_time(unit: str) -> None:
    few, many = (_cpu_seconds(f"{unit * count}") for count in (500, 2_000))
    assert many < 10 * few + 0.5, "four times the lines must take about four times as long"


def _cpu_seconds(body: str) -> float:
    """The best of three: another process's work must not fail a test."""
    mail = decode(f"From: a@b.example\nSubject: Fwd: x\n\n{body}".encode())
    found = []
    for _ in range(3):
        begin = time.process_time()
        unwrap(mail, own=())
        found.append(time.process_time() - begin)
    return min(found)
