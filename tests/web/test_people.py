"""The people page: the lead lets people in and shuts them out; secrets are shown once; deeds can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pyotp
import pytest

from mobilize.desk import people
from servers.pages import Site
from servers.signed import PASSWORD, as_role, now, number


@pytest.fixture(scope="module")
def lead(site: Site, cookies: dict[str, dict[str, str]]) -> Iterator[httpx.Client]:
    with as_role(site, cookies, "lead") as client:
        yield client


def secret(page: str) -> str:
    found = re.search(r"otpauth://[^<]+", page)
    assert found
    return found[0].replace("&amp;", "&")


def test_who_was_let_in_can_sign_in_and_the_secret_is_shown_once(site: Site, lead: httpx.Client) -> None:
    form = {"number": number(lead), "name": "Zola", "role": "organiser", "password": PASSWORD}
    answer = lead.post("/organise/people", data=form)
    assert answer.status_code == 200
    assert "<svg" in answer.text
    totp = pyotp.parse_uri(secret(answer.text))
    assert isinstance(totp, pyotp.TOTP)
    moment = now()
    token = people.sign_in(site.installation, "zola", PASSWORD, totp.at(moment), now=moment)
    assert token
    page = lead.get("/organise/people").text
    assert "zola" in page
    assert "otpauth" not in page
    again = lead.post("/organise/people/zola/reset", data={"number": form["number"], "password": "another  long one"})
    assert secret(again.text) != secret(answer.text)
    assert people.who(site.installation, token, now=moment) is None, "what was open has ended"
    assert lead.post("/organise/people/zola/disable", data={"number": form["number"]}).status_code == 303
    assert [each.disabled for each in people.everybody(site.installation) if each.name == "zola"] == [True]


@pytest.mark.parametrize(
    "wrong",
    [{"name": "lead"}, {"name": "A B"}, {"role": "queen"}, {"password": "short"}, {"name": "<script>"}],
)
def test_who_cannot_be_let_in_is_told_why(site: Site, lead: httpx.Client, wrong: dict[str, str]) -> None:
    before = [each.name for each in people.everybody(site.installation)]
    form = {"number": number(lead), "name": "newcomer", "role": "reader", "password": PASSWORD, **wrong}
    answer = lead.post("/organise/people", data=form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert [each.name for each in people.everybody(site.installation)] == before


def test_nobody_locks_herself_out(site: Site, lead: httpx.Client) -> None:
    assert lead.post("/organise/people/lead/disable", data={"number": number(lead)}).status_code == 422
    assert [each.disabled for each in people.everybody(site.installation) if each.name == "lead"] == [False]


def test_deeds_are_listed_newest_first_without_a_word_of_a_mail(lead: httpx.Client) -> None:
    page = lead.get("/organise/people/deeds").text
    assert page.index("person disabled") < page.index("person added")
    assert lead.get("/organise/people/deeds?before=1").text.count("<tr>") == 1, "the head alone"
    assert lead.get("/organise/people/deeds?before=x").status_code == 200
    assert "otpauth" not in page
