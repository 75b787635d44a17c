"""What partners tell lands in the reply log, as data, once, and only from our own pages."""

from __future__ import annotations

import datetime as dt
import re

import httpx
import pytest

from mobilize.desk import receive, review
from mobilize.inbox import form as forms
from mobilize.inbox.raw import RawMail
from mobilize.replies import log, stated
from mobilize.web import guard
from servers.pages import Site

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def number(get: httpx.Client, page: str = "/en/heard") -> str:
    found = re.search(r'name="number" value="([^"]+)"', get.get(page).text)
    assert found
    return found[1]


def heard(get: httpx.Client, **changes: str) -> dict[str, str]:
    return {
        "number": number(get),
        "country": "Kenya",
        "text": "They will join us. <b>Bold</b> =1+1",
        "stance": "support",
        "who": "Director for the United Nations",
        "organisation": "Lantern Network",
        "email": "desk@lantern.example",
        **changes,
    }


def test_what_was_heard_is_a_partners_report_that_waits_for_a_person(get: httpx.Client, site: Site) -> None:
    answer = get.post("/en/heard", data=heard(get, said_on="2013-11-20"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/thanks")
    shown = review.entries(site.installation)[0]
    entry = shown.entry
    assert (entry.kind, entry.country, entry.stance) == ("partner_report", "KE", "support")
    assert entry.said_on == dt.date(2013, 11, 20)
    assert entry.reporter == "desk@lantern.example"
    assert entry.parsed["text"] == "They will join us. <b>Bold</b> =1+1"
    assert entry.attention
    assert shown.current is not None
    with site.installation.store.reading() as connection:
        statements = stated.statements(connection, "whrd-2013")["KE"]
    assert [(each.stance, each.direct) for each in statements] == [("support", False)]


def test_the_same_form_sent_twice_is_one_entry(get: httpx.Client, site: Site) -> None:
    before = receive.summary(site.installation).replies
    sent = heard(get, text="Twice")
    for _ in range(2):
        assert get.post("/en/heard", data=sent).status_code == 303
    assert receive.summary(site.installation).replies == before + 1


def test_plans_are_counted_and_who_plans_is_not_shown(get: httpx.Client, site: Site) -> None:
    sent = {"number": number(get, "/fr/plans"), "countries": "Sénégal, ivory\nКения", "organisation": "Réseau Phare"}
    assert get.post("/fr/plans", data=sent).status_code == 303
    with site.installation.store.reading() as connection:
        counts = log.plan_counts(connection, "whrd-2013")
    assert {"SN": 1, "CI": 1, "KE": 1}.items() <= counts.items()
    assert "Réseau Phare" not in get.get("/fr/plans").text


def test_a_form_is_read_anew_as_a_form(get: httpx.Client, site: Site) -> None:
    get.post("/en/heard", data=heard(get, text="Read me anew", country="Norway"))
    taken = list(receive.read_anew(site.installation, now=NOW))
    assert "NO" in {each.country for each in taken if each.kind == "partner_report"}


def test_what_is_missing_or_not_understood_is_said_and_the_words_are_kept(get: httpx.Client, site: Site) -> None:
    before = receive.summary(site.installation).replies
    for changes in (
        {"country": "Atlantis"},
        {"text": "", "stance": ""},
        {"said_on": "yesterday"},
        {"text": "x" * 6001},
    ):
        page = get.post("/en/heard", data=heard(get, **changes))
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        assert 'value="Lantern Network"' in page.text
    page = get.post("/en/plans", data={"number": number(get), "countries": "Kenya, Atlantis, Korea"})
    assert "Atlantis, Korea" in page.text
    assert receive.summary(site.installation).replies == before


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}],
)
def test_a_form_on_another_page_is_refused(get: httpx.Client, headers: dict[str, str]) -> None:
    assert get.post("/en/heard", data=heard(get), headers=headers).status_code == 403


def test_a_form_that_we_did_not_show_or_showed_long_ago_is_shown_again(get: httpx.Client, site: Site) -> None:
    secret = site.installation.secret
    now = dt.datetime.now(dt.UTC)
    old = guard.form_number(secret, now - dt.timedelta(hours=25))
    future = guard.form_number(secret, now + dt.timedelta(hours=1))
    other = guard.form_number(b"another", now)
    for wrong in ("", "1.2.3", "é.x", old, future, other, guard.form_number(secret, now)[:-1]):
        page = get.post("/en/heard", data=heard(get, number=wrong, text="My words"))
        assert page.status_code == 422, wrong
        assert "My words" in page.text
    assert get.post("/en/heard", data=heard(get, fax_number="555")).status_code == 422


def test_a_form_left_behind_by_a_crash_is_read_later_and_in_its_own_campaign_alone(site: Site) -> None:
    told = forms.Told(form="crash", day="2026-11-24", country="NO", stance="oppose", text="Left behind")
    other = forms.Told(form="other", day="2026-11-24", country="KE", text="Of another campaign")
    raw = forms.kept(told, "whrd-2013")
    with site.installation.store.writing() as connection:
        for each in (raw, forms.kept(other, "another")):
            log.keep(connection, each, site.installation.seal, now=NOW)
    taken = list(receive.take_in(site.installation, [], now=NOW))
    assert [(each.reply, each.kind, each.country) for each in taken] == [(raw.id, "partner_report", "NO")]


def test_bytes_that_are_no_form_wait_for_a_person() -> None:
    for data in (b"", b"{}", b"[]", b'{"form": {"targets": 1}}', b'{"form": {"x": 1, "targets": []}}', b"\xff"):
        read = forms.read(RawMail(data=data, origin=forms.ORIGIN), countries={"KE"})
        assert read.kind == "other"
        assert read.error
