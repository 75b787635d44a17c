"""Forwards as mail programs write them: a file a program in layouts/, all of the same message.

Its first line is the subject of the mail, the rest the body; {a} and {p} stand for author and partner, {m} for the
message, {q} for the message with "> " before each line. A new file is a new test.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mobilize.inbox.decode import decode
from mobilize.inbox.unwrap import Unwrapped, unwrap

WORDS = "Dear friends,\n\nKenya will co-sponsor the draft."
MESSAGE = f"{WORDS}\n\nYours sincerely,\nJane Roe\nDirector"
QUOTED = MESSAGE.replace("\n", "\n> ")
PEOPLE = {"a": "Ministry Desk <min@mfa.ke.example>", "p": "Partner <partner@ngo.example>"}
LAYOUTS = sorted(Path(__file__).with_name("layouts").glob("*.txt"))
OUTER = """From: Partner <partner@ngo.example>
To: us@campaign.example
Subject: {subject}
Date: Thu, 21 Nov 2013 09:00:00 +0000
Content-Type: text/plain; charset=utf-8

"""


def _unwrapped(subject: str, body: str) -> Unwrapped:
    return unwrap(decode((OUTER.format(subject=subject) + body).encode()), own=("us@campaign.example",))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda path: path.stem)
def test_a_forward_of_any_program_is_unwrapped(layout: Path) -> None:
    subject, _, body = layout.read_text("utf-8").partition("\n")
    found = _unwrapped(subject, "See below.\n\n" + body.format(m=MESSAGE, q=QUOTED, **PEOPLE))
    assert found.via == "forward_inline"
    assert found.author is not None
    assert (found.author.name, found.author.address) == ("Ministry Desk", "min@mfa.ke.example")
    assert found.date is not None
    assert found.date[:16] == "2013-11-20T10:22"
    assert found.subject == "Re: Resolution"
    assert found.note == "See below."
    assert found.text == WORDS
    assert found.reporter is not None
    assert found.reporter.address == "partner@ngo.example"


def test_groupwise_prints_author_and_date_between_arrows() -> None:
    line = ">>> Ministry Desk <min@mfa.ke.example> 11/20/2013 10:22 AM >>>"
    found = _unwrapped("Fwd: x", f"See.\n\n{line}\n{MESSAGE}")
    assert found.author is not None
    assert found.author.address == "min@mfa.ke.example"
    assert (found.date, found.text, found.note) == ("2013-11-20T10:22:00", WORDS, "See.")


def test_our_own_letter_below_an_answer_is_a_quote_and_no_forward() -> None:
    block = "From: Us <us+r.ab12@campaign.example>\nSent: Monday, 4 November 2013 10:00\nTo: Partner\nSubject: Please"
    found = _unwrapped("FW: Please", f"We cannot.\n\n{block}\n\nWe urge you to co-sponsor.")
    assert found.via == "direct"
    assert found.text == "We cannot."


def test_an_office_that_answers_below_its_colleagues_mail_is_the_author() -> None:
    block = "From: Registry <registry@ngo.example>\nSent: Monday, 4 November 2013 10:00\nTo: <partner@ngo.example>"
    found = _unwrapped("Letter", f"Dear Madam,\n\nWe support it.\n\n{block}\nSubject: Letter\n\nPlease reply.")
    assert found.via == "direct"
    assert found.text == "Dear Madam,\n\nWe support it."


def test_a_letter_pasted_in_quotation_marks_has_no_author_address() -> None:
    body = 'They wrote:\n\n"Dear friends,\n\nKenya will co-sponsor the draft.\n\nJane Roe\nDirector"\n\nWhat now?'
    found = _unwrapped("news", body)
    assert (found.via, found.author, found.date) == ("forward_inline", None, None)
    assert found.text == WORDS
    assert found.note == "They wrote:\n\nWhat now?"


def test_a_quoted_paragraph_of_the_draft_is_no_pasted_letter() -> None:
    body = 'Paragraph 8 reads:\n\n"Calls upon States to protect\n\nall defenders".\n\nWe cannot accept it.'
    assert _unwrapped("Letter", body).via == "direct"


def test_answers_between_quoted_questions_are_kept_in_order() -> None:
    body = "On 4 Nov 2013, at 10:00, Us <us@campaign.example> wrote:\n\nBriefly:\n\n> One?\n\nYes.\n\n> Two?\n\nNo."
    assert _unwrapped("Re: Questions", body).text == "Briefly:\n\nYes.\n\nNo."


def test_a_forward_of_a_forward_keeps_every_layer() -> None:
    inner = (
        "----- Forwarded Message -----\nFrom: Ministry Desk <min@mfa.ke.example>\nTo: Member <member@ngo.example>\n"
        f"Sent: Wednesday, November 20, 2013 10:22 AM\nSubject: Re: Resolution\n\n{MESSAGE}"
    )
    outer = (
        "For you.\n\n---------- Forwarded message ---------\nFrom: Member <member@ngo.example>\n"
        "Date: Thu, Nov 21, 2013 at 8:00 AM\nSubject: Fwd: Re: Resolution\nTo: Partner <partner@ngo.example>\n\n\n"
        f"Sister, see.\n\n{inner}"
    )
    found = _unwrapped("Fwd: Fwd: Re: Resolution", outer)
    assert [layer.from_address for layer in found.layers] == ["member@ngo.example", "min@mfa.ke.example"]
    assert found.layers[0].text.startswith("Sister, see.")
    assert "Yours sincerely" in found.layers[1].text
    assert (found.note, found.text) == ("For you.", WORDS)


def test_a_second_salutation_below_a_colon_begins_a_pasted_letter() -> None:
    found = _unwrapped("news from Quito", f"Hola, les paso lo que nos contestaron:\n\n{MESSAGE}")
    assert (found.via, found.author) == ("forward_inline", None)
    assert (found.note, found.text) == ("Hola, les paso lo que nos contestaron:", WORDS)


def test_an_answer_with_a_heading_keeps_its_author_and_its_words() -> None:
    body = "Dear Madam,\n\nThank you.\n\n--- Text of our position ---\n\nWe support the draft."
    found = _unwrapped("Re: Letter", body)
    assert found.via == "direct"
    assert found.text == body
