"""One reply on the organisers' page: harmless to look at, its files only to be saved, what people did with it kept."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from mobilize.desk import case, hand_out, hear, receive, review
from mobilize.inbox.form import Told
from mobilize.inbox.raw import RawMail
from mobilize.post import outbox
from mobilize.web.reply import marked
from servers.pages import Site
from servers.signed import as_role, now, number

FORWARD = """\
From: Lantern Network <desk@lantern.example>
To: wluml@wluml.org
Subject: Fwd: your letter
Date: Thu, 21 Nov 2013 10:00:00 +0000
Message-ID: <f1@lantern.example>
Content-Type: text/plain; charset=utf-8

Here is what we got.

---------- Forwarded message ---------
From: Minister <minister@mfa.no.example>
Date: Wed, 20 Nov 2013 at 09:00
Subject: Re: your letter
To: <desk@lantern.example>

Norway will co-sponsor the resolution.
"""


@pytest.fixture(scope="module")
def forward(site: Site) -> str:
    mail = RawMail(data=FORWARD.replace("\n", "\r\n").encode(), origin="test")
    return receive.take(site.installation, mail, now=now()).reply


@pytest.fixture(scope="module")
def lead(site: Site, cookies: dict[str, dict[str, str]]) -> Iterator[httpx.Client]:
    with as_role(site, cookies, "lead") as client:
        yield client


def test_the_original_is_words_alone_in_a_frame_without_rights(lead: httpx.Client, hostile: str) -> None:
    page = lead.get(f"/organise/reply/{hostile}").text
    frames = re.findall(r"<iframe[^>]*>", page)
    assert len(frames) == 2
    assert all(" sandbox " in each and "allow" not in each for each in frames)
    words = lead.get(f"/organise/reply/{hostile}/folded")
    assert "<script" not in words.text
    original = lead.get(f"/organise/reply/{hostile}/original")
    assert words.headers["content-security-policy"] == original.headers["content-security-policy"]
    policy = original.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'self'"} <= set(policy)
    assert original.headers["x-frame-options"] == "SAMEORIGIN"
    assert "will co-sponsor the draft resolution" in original.text
    for sign in ("<script", "<img", "<svg", "<iframe", "<form", "<input", "<a ", "<link", "<style", "<base", "<object"):
        assert sign not in original.text, sign
    for sign in ("evil.example", "alert(", "onclick", "style=", "javascript:"):
        assert sign not in original.text, sign


def test_a_file_is_saved_under_a_harmless_name_and_never_shown(lead: httpx.Client, hostile: str) -> None:
    answer = lead.get(f"/organise/reply/{hostile}/file/0")
    assert answer.content == b"<script>alert(11)</script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (
        answer.headers["content-disposition"] == "attachment; filename=\"evil x.html\"; filename*=UTF-8''evil%20x.html"
    )
    assert lead.get(f"/organise/reply/{hostile}/file/1").status_code == 404
    assert lead.get(f"/organise/reply/{hostile}/file/-1").status_code in {404, 422}
    raw = lead.get(f"/organise/reply/{hostile}/original.eml")
    assert raw.headers["content-type"] == "application/octet-stream"
    assert raw.headers["content-disposition"].startswith("attachment")
    assert b"X-Injected" not in raw.content


def test_the_layers_of_a_forward_are_a_trail_and_the_words_that_decided_are_marked(
    lead: httpx.Client, forward: str
) -> None:
    page = lead.get(f"/organise/reply/{forward}").text
    trail = page[page.index('class="trail"') :]
    assert trail.index("desk@lantern.example") < trail.index("minister@mfa.no.example")
    assert re.search(r'<mark title="decides: stance">[^<]*co-sponsor[^<]*</mark>', page)
    assert "Here is what we got." in page


def test_what_another_part_of_the_mail_says_is_shown_with_its_sentence(site: Site, lead: httpx.Client) -> None:
    mail = (
        "From: Mission <mission@foreign.gov.gh>\r\nTo: wluml@wluml.org\r\nSubject: Re: Your letter\r\n\r\n"
        "Dear colleagues,\r\n\r\n--\r\nGhana will vote against the <b>draft</b> resolution.\r\n"
    )
    reply = receive.take(site.installation, RawMail(data=mail.encode(), origin="test"), now=now()).reply
    page = lead.get(f"/organise/reply/{reply}").text
    assert "Read the whole: the part folded below the closing says oppose." in page
    assert '<q dir="auto">Ghana will vote against the &lt;b&gt;draft&lt;/b&gt; resolution.</q>' in page
    assert "No stance in the author&#39;s own words, but" in page
    assert "<details open><summary>All its words" in page
    words = lead.get(f"/organise/reply/{reply}/folded").text
    cut = words[words.index("<blockquote") :]
    assert "Ghana will vote against the &lt;b&gt;draft&lt;/b&gt; resolution." in cut
    assert "Dear colleagues" in words[: words.index("<blockquote")]


def test_any_field_can_be_corrected_and_who_did_it_is_kept(site: Site, lead: httpx.Client, forward: str) -> None:
    form = {
        "number": number(lead),
        "country": "SE",
        "stance": "conditional",
        "has_concerns": "yes",
        "concern_srhr": "yes",
        "kind": "partner_report",
        "said_on": "2013-11-19",
        "language": "sv",
        "targets": "fi, dk",
        "letter": "",
        "reporter": "somebody@else.example",
        "from_name": "State Secretary",
        "from_address": "secretary@ud.se.example",
        "subject": "About L.64",
    }
    assert lead.post(f"/organise/reply/{forward}", data=form).status_code == 303
    now_ = case.look(site.installation, forward)
    assert (now_.entry.country, now_.stance, now_.entry.kind) == ("SE", "conditional", "partner_report")
    assert dict(now_.values) == {
        "kind": "partner_report",
        "said_on": "2013-11-19",
        "language": "sv",
        "concerns": "srhr",
        "targets": "FI DK",
        "letter": "",
        "reporter": "somebody@else.example",
        "from_name": "State Secretary",
        "from_address": "secretary@ud.se.example",
        "subject": "About L.64",
    }
    assert now_.current is not None
    assert (now_.current.concerns, now_.current.said_on and now_.current.said_on.isoformat()) == (
        ("srhr",),
        "2013-11-19",
    )
    page = lead.get(f"/organise/reply/{forward}").text
    assert "<strong>lead</strong> changed subject" in page
    assert "Fwd: your letter" in page or "Re: your letter" in page, "what it was before is shown"
    list(receive.read_anew(site.installation, now=now()))
    again = case.look(site.installation, forward)
    assert (again.values, again.entry.country, again.entry.attention) == (now_.values, "SE", ""), "read anew, it stays"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "gossip"),
        ("said_on", "yesterday"),
        ("language", "<b>"),
        ("targets", "KE XX"),
        ("letter", "zzzzzzzzzzzz"),
        ("country", "XX"),
        ("stance", "maybe"),
    ],
)
def test_a_wrong_correction_is_told_and_changes_nothing(
    site: Site, lead: httpx.Client, forward: str, field: str, value: str
) -> None:
    before = case.look(site.installation, forward)
    form = {"number": number(lead), "country": "NO", "stance": "cosponsor", field: value}
    answer = lead.post(f"/organise/reply/{forward}", data=form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert case.look(site.installation, forward) == before


def test_a_reply_is_given_to_a_person_and_noted_on(site: Site, lead: httpx.Client, forward: str) -> None:
    token = number(lead)
    assert (
        lead.post(f"/organise/reply/{forward}/assign", data={"number": token, "person": "organiser"}).status_code == 303
    )
    assert lead.post(f"/organise/reply/{forward}/assign", data={"number": token, "person": "ghost"}).status_code == 422
    words = "Ask <i>the mission</i> in Geneva"
    assert lead.post(f"/organise/reply/{forward}/note", data={"number": token, "text": words}).status_code == 303
    page = lead.get(f"/organise/reply/{forward}").text
    assert "given to organiser" in page
    assert "Ask &lt;i&gt;the mission" in page
    assert forward in lead.get("/organise/?show=all&person=organiser").text
    assert forward not in lead.get("/organise/?show=all&person=reader").text
    assert site.installation.store.path
    files = site.installation.store.path.parent.glob("ledger*")
    assert not any(b"the mission" in file.read_bytes() for file in files), "notes are encrypted like the mail"


def test_the_letter_that_it_answers_stands_beside_it(site: Site, lead: httpx.Client, hostile: str) -> None:
    campaign = site.installation.campaign
    [contact] = [each for each in campaign.contacts if each.id.startswith("ke-minister")]
    written = hand_out.written(site.installation, contact, today=now().date())
    entry = outbox.Entry(
        letter=written.id,
        contact=contact.id,
        round=1,
        country="KE",
        audience="minister",
        language="en",
        address_digest="a" * 64,
        digest=written.digest,
        message_id="<1@x>",
    )
    with site.installation.store.writing() as connection:
        assert outbox.queue(connection, campaign.slug, [entry], now=now()) == [written.id]
    form = {"number": number(lead), "country": "KE", "stance": "cosponsor", "letter": written.id}
    assert lead.post(f"/organise/reply/{hostile}", data=form).status_code == 303
    page = lead.get(f"/organise/reply/{hostile}").text
    assert "word by word as it was sent" in page
    assert "invite Your Excellency" in page or "ask Your Excellency" in page
    with site.installation.store.writing() as connection:
        outbox.redo(connection, campaign.slug, [replace(entry, digest="0" * 64)])
    assert "the text has changed since" in lead.get(f"/organise/reply/{hostile}").text


def test_marks_are_the_only_markup_whatever_the_words_are() -> None:
    text = "We <b>will\n  support</b> it & more"
    words = {"will support": "stance", "": "x", "absent": "country", "support": "stance", "more": '"><i>'}
    assert str(marked(text, words)) == (
        'We &lt;b&gt;<mark title="decides: stance">will\n  support</mark>&lt;/b&gt; it &amp; '
        '<mark title="decides: &#34;&gt;&lt;i&gt;">more</mark>'
    )


def test_what_was_typed_is_still_there_when_one_field_is_wrong(lead: httpx.Client, forward: str) -> None:
    form = {"number": number(lead), "country": "SE", "stance": "oppose", "language": "<b>", "from_name": "A new name"}
    page = lead.post(f"/organise/reply/{forward}", data=form).text
    assert 'value="A new name"' in page
    assert 'value="&lt;b&gt;"' in page
    assert '<option value="SE" selected>' in page
    assert re.findall(r'name="stance" value="(\w*)" data-key="\d" checked', page) == ["oppose"]


def test_a_form_of_the_page_is_shown_line_by_line(site: Site, lead: httpx.Client) -> None:
    told = Told(form="x", day="2026-11-24", text="They said <b>yes</b>", targets=("KE", "SN"), organisation="A & B")
    hear.take_in(site.installation, told, now=now())
    [reply] = [each.entry.reply for each in review.entries(site.installation) if each.entry.reporter == "A & B"]
    page = lead.get(f"/organise/reply/{reply}/original").text
    assert "<dt>organisation</dt><dd>A &amp; B</dd>" in page
    assert "<dt>targets</dt><dd>KE, SN</dd>" in page
    assert "They said &lt;b&gt;yes&lt;/b&gt;" in page


def test_who_confirms_a_mail_with_a_long_subject_has_corrected_nothing(site: Site, lead: httpx.Client) -> None:
    subject = "Re:  about\u200b women   human rights defenders " * 6
    head = "From: M <m@mfa.gh.example>\r\nTo: wluml@wluml.org"
    text = f"{head}\r\nSubject: {subject}\r\n\r\nGhana will support the text.\r\n"
    mail = RawMail(data=text.encode(), origin="test")
    reply = receive.take(site.installation, mail, now=now()).reply
    page = lead.get(f"/organise/reply/{reply}").text
    shown = {
        name: html.unescape(found[1])
        for name in ("subject", "from_name", "from_address", "reporter", "language", "said_on", "targets")
        if (found := re.search(rf'name="{name}"[^>]* value="([^"]*)"', page))
    }
    assert len(shown["subject"]) > 160
    form = {"number": number(lead), "country": "GH", "stance": "support", "kind": "reply", **shown}
    assert lead.post(f"/organise/reply/{reply}", data=form).status_code == 303
    found = case.look(site.installation, reply)
    assert found.changes == ()
    assert found.entry.reviewed_by == "lead"
