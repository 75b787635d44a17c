"""The board, its map and plot, a country's page, the exports: what organisers see, and what nobody else may learn."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator

import httpx
import pypdf
import pytest

from mobilize.board.progress import Point
from mobilize.desk import hear, review
from mobilize.inbox.form import Told
from mobilize.web import plot
from servers.pages import Site
from servers.signed import as_role, now, number

PARTNER, MAIL = "Lantern Network", "desk@lantern.example"


@pytest.fixture(scope="module")
def told(site: Site) -> str:
    """A partner's report on Kenya; its id. The same partner goes to Kenya and Malta."""
    plans = Told(form="p", day="2026-11-01", targets=("KE", "MT"), organisation=PARTNER, email=MAIL)
    hear.take_in(site.installation, plans, now=now())
    said = "They told us that they will support the text. =HYPERLINK(1)"
    report = Told(
        form="r", day="2026-11-20", country="KE", stance="support", text=said, organisation=PARTNER, email=MAIL
    )
    hear.take_in(site.installation, report, now=now())
    [found] = [each.entry.reply for each in review.entries(site.installation) if each.entry.country == "KE"]
    return found


@pytest.fixture(scope="module")
def lead(site: Site, cookies: dict[str, dict[str, str]], told: str) -> Iterator[httpx.Client]:
    assert told
    with as_role(site, cookies, "lead") as client:
        yield client


def shape(page: str, code: str) -> str:
    found = re.search(rf'<a href="/organise/country/{code}" tabindex="-1">(.*?)</a>', page)
    assert found, code
    return found[1]


def test_the_map_and_the_table_say_the_same_of_every_state(lead: httpx.Client) -> None:
    page = lead.get("/organise/board").text
    titles = re.findall(r"<title>([^<:]+(?:\([^)]*\))?[^<:]*): ([^<]*)</title>", page[page.index('class="map"') :])
    assert len({name for name, _ in titles}) == 195
    table = page[page.index('id="countries"') :]
    assert table.count('href="/organise/country/') == 195
    assert "Kenya: support (suggested)" in shape(page, "KE")
    assert 'fill="url(#p-support)"' in shape(page, "KE"), "a pattern beside the colour"
    assert "m-unsure" in shape(page, "KE")
    assert "<circle" in shape(page, "MT")
    assert "nothing stated" in shape(page, "MT")


def test_a_decision_changes_the_map_at_once(lead: httpx.Client, told: str) -> None:
    form = {"number": number(lead), "country": "KE", "stance": "cosponsor"}
    assert lead.post(f"/organise/reply/{told}", data=form).status_code == 303
    page = lead.get("/organise/board").text
    assert 'class="m-state m-cosponsor"' in shape(page, "KE")
    assert "<strong>1</strong> confirmed" in page
    lead.post(f"/organise/reply/{told}", data={**form, "stance": "support"})
    assert "m-cosponsor" not in shape(lead.get("/organise/board").text, "KE")


def test_the_lists_of_the_board_show_who_is_left(lead: httpx.Client) -> None:
    left = lead.get("/organise/board?show=left").text
    table = left[left.index('id="countries"') :]
    assert 'href="/organise/country/AD"' in table
    assert 'href="/organise/country/KE"' not in table
    assert 'href="/organise/country/MT"' not in table, "a partner plans to go there"


def test_a_country_page_names_partners_to_organisers_alone(
    site: Site, cookies: dict[str, dict[str, str]], lead: httpx.Client
) -> None:
    page = lead.get("/organise/country/MT").text
    assert PARTNER in page
    assert "stale: nothing heard" in page
    assert "told of it since" in lead.get("/organise/country/KE").text
    with as_role(site, cookies, "reader") as reader:
        for code in ("MT", "KE"):
            section = reader.get(f"/organise/country/{code}").text
            assert PARTNER not in section[section.index("Who plans to go there") :]
        assert "1 partner." in reader.get("/organise/country/MT").text
    assert lead.get("/organise/country/XX").status_code == 404
    assert lead.get("/organise/country/ke").status_code == 404


def test_every_export_is_a_file_and_only_ours_hold_what_partners_said(lead: httpx.Client) -> None:
    for name in ("replies.csv", "replies.xlsx", "replies.json", "board.csv", "board.xlsx", "board.json"):
        answer = lead.get(f"/organise/export/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    rows = json.loads(lead.get("/organise/export/board.json").text)
    assert len(rows) == 195
    [kenya] = [row for row in rows if row["country"] == "KE"]
    assert (kenya["stance"], kenya["partners_who_plan"]) == ("support", 1)
    [malta] = [
        row
        for row in csv.DictReader(io.StringIO(lead.get("/organise/export/board.csv").text[1:]))
        if row["country"] == "MT"
    ]
    assert malta["partners_who_plan"] == "1"
    assert any(row["reporter"] for row in json.loads(lead.get("/organise/export/replies.json").text))
    for name in ("board.csv", "board.json"):
        assert PARTNER not in lead.get(f"/organise/export/{name}").text


def test_the_public_version_counts_and_names_nobody(lead: httpx.Client) -> None:
    table = lead.get("/organise/export/public.csv").text
    assert table.splitlines()[0].lstrip("\ufeff") == "group,cosponsor,support,conditional,noncommittal,oppose"
    assert "African Group,fewer than 5" in table
    for private in ("KE", "Kenya", PARTNER, "lantern", "Malta"):
        assert private not in table
        assert private not in lead.get("/organise/export/public.json").text


def test_a_brief_is_one_page_with_proofs_words_and_the_ask_and_names_no_partner(lead: httpx.Client) -> None:
    answer = lead.get("/organise/country/KE/brief.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    paper = pypdf.PdfReader(io.BytesIO(answer.content))
    assert len(paper.pages) == 1
    words = " ".join(paper.pages[0].extract_text().split())
    for part in (
        "Kenya",
        "On record",
        "What it said: support (confirmed)",
        "The ask",
        "Talking points",
        "A/C.3/68/L.64",
    ):
        assert part in words, part
    assert "co-sponsor A/C.3/68/L.64" in words
    assert PARTNER not in words
    assert lead.get("/organise/country/XX/brief.pdf").status_code == 404
    norway = pypdf.PdfReader(io.BytesIO(lead.get("/organise/country/NO/brief.pdf").content))
    told = norway.pages[0].extract_text()
    assert "A/HRC/RES/22/6" in told
    assert "source:" in told
    assert "Nothing that we know of." in told


def test_the_plot_shows_the_aim_and_says_in_words_what_it_draws() -> None:
    day = dt.date(2013, 11, 10)
    points = [
        Point(day=day, confirmed=0, suggested=3, favourable=4),
        Point(day=day + dt.timedelta(days=4), confirmed=2, suggested=5, favourable=9),
    ]
    drawn = str(plot.drawn(points, 60))
    assert (
        'aria-label="On 14 November 2013 2 governments co-sponsor as confirmed, 5 with suggestions, of the 60' in drawn
    )
    assert 'class="g-target"' in drawn
    assert ">60</text>" in drawn
    assert 'class="g-target"' not in str(plot.drawn(points, None))
    assert plot.drawn([], 60) == ""
    assert "NaN" not in str(plot.drawn(points[:1], 1))


def test_the_board_is_packed_for_who_can_unpack_it(lead: httpx.Client) -> None:
    packed = lead.get("/organise/board")
    assert packed.headers["content-encoding"] == "gzip"
    plain = lead.get("/organise/board", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == packed.text
    assert int(packed.headers["content-length"]) < 60_000
