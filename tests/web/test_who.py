"""Who takes whom: ten targets with reasons, plans that went stale, crowds; and a promise that was kept is none."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import httpx
import pytest

from mobilize.desk import hear, overview, review
from mobilize.inbox.form import Told
from servers.pages import Site
from servers.signed import as_role, now


@pytest.fixture(scope="module")
def lead(site: Site, cookies: dict[str, dict[str, str]]) -> Iterator[httpx.Client]:
    old = (now() - dt.timedelta(days=20)).date().isoformat()
    for number, (name, targets) in enumerate((("A", ("KE", "CI")), ("B", ("KE",)), ("C <b>", ("KE",)))):
        told = Told(form=f"p{number}", day=old, targets=targets, organisation=name, email=f"{number}@p.example")
        hear.take_in(site.installation, told, now=now())
    fresh = now().date().isoformat()
    hear.take_in(site.installation, Told(form="n", day=fresh, targets=("NO",), organisation="A"), now=now())
    kept = Told(form="k", day=fresh, country="CI", text="We met them", organisation="A", email="0@p.example")
    hear.take_in(site.installation, kept, now=now())
    with as_role(site, cookies, "organiser") as client:
        yield client


def test_plans_are_laid_against_what_was_heard_since(site: Site, lead: httpx.Client) -> None:
    found = overview.coverage(site.installation, review.board_rows(site.installation), today=now().date())
    stale = {(each.country, each.partner) for each in found.stale}
    assert stale == {("KE", "A"), ("KE", "B"), ("KE", "C <b>")}
    assert found.crowded == {"KE"}
    assert {each.country: each.kept for each in found.promises if each.partner == "A"} == {
        "KE": False,
        "CI": True,
        "NO": False,
    }
    assert "UY" in {row.country.code for row in found.uncovered}
    assert not {"KE", "CI", "NO"} & {row.country.code for row in found.uncovered}
    page = lead.get("/organise/who").text
    assert "3 stale" in page
    assert "C &lt;b&gt;" in page


def test_ten_targets_each_with_its_reason_and_not_the_one_that_tabled_it(lead: httpx.Client) -> None:
    page = lead.get("/organise/who").text
    targets = re.findall(r'<li><a href="/organise/country/(\w\w)">.*?<br>(.*?)\.</li>', page)
    assert len(targets) == 10
    assert all(reason for _, reason in targets)
    assert "NO" not in {code for code, _ in targets}


def test_a_withdrawn_plan_is_no_plan(site: Site, cookies: dict[str, dict[str, str]], lead: httpx.Client) -> None:
    [promise] = overview.promises(site.installation, country="NO")
    with as_role(site, cookies, "organiser") as client:
        number = re.search(r'name="number" value="([^"]+)"', client.get("/organise/").text)
        assert number
        form = {"number": number[1], "country": "", "stance": "", "targets": "SE"}
        assert client.post(f"/organise/reply/{promise.reply}", data=form).status_code == 303
    assert overview.promises(site.installation, country="NO") == ()
    [moved] = overview.promises(site.installation, country="SE")
    assert moved.partner == "A"
    assert lead.get("/organise/country/SE").text.count("nothing heard yet") == 1
