"""The pages in a real browser: chromium, as Debian packs it, at the width of a phone."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pypdf
import pytest
from playwright.sync_api import Browser, Page

from mobilize.access.roles import Role
from mobilize.desk import hear, people
from mobilize.inbox.form import Told
from servers.browser import PATIENCE, assert_accessible, assert_nothing_hangs_over, chromium, needs_chromium
from servers.pages import Site

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A phone without JavaScript of ours to run: a page that asks another host, or shows a dialog, fails the test."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=site.url)
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    asked: list[str] = []
    dialogs: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield opened
    context.close()
    assert dialogs == []
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []


def write_a_letter(page: Page, language: str, country: str, organisation: str) -> None:
    page.goto(f"/{language}/")
    page.fill("#country", country)
    page.fill("#organisation", organisation)
    page.click("button.main")
    page.wait_for_selector("article.sheet")


@pytest.mark.parametrize(
    ("language", "country", "organisation", "named"),
    [("fr", "ivory", "Réseau Phare", "Côte d’Ivoire"), ("ar", "كينيا", "Lantern Network", "كينيا")],
)
def test_a_partner_takes_a_pdf_home_on_a_phone(
    page: Page, tmp_path: Path, language: str, country: str, organisation: str, named: str
) -> None:
    write_a_letter(page, language, country, organisation)
    assert_nothing_hangs_over(page)
    with page.expect_download() as waiting:
        page.click("button.take >> nth=0")
    waiting.value.save_as(tmp_path / "letter.pdf")
    paper = pypdf.PdfReader(io.BytesIO((tmp_path / "letter.pdf").read_bytes()))
    words = " ".join(sheet.extract_text() for sheet in paper.pages)
    assert organisation in words
    assert named in words


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_page_can_be_used_by_everybody(page: Page, language: str) -> None:
    for path in ("", "heard", "plans", "thanks", "nothing"):
        page.goto(f"/{language}/{path}")
        assert_accessible(page)
        assert_nothing_hangs_over(page)
    write_a_letter(page, language, "Norway", "Lantern Network")
    page.click("details summary")
    assert_accessible(page)
    assert_nothing_hangs_over(page)
    page.emulate_media(color_scheme="dark")
    assert_accessible(page)


def test_a_hostile_name_runs_nothing(page: Page) -> None:
    hostile = '"><script>alert(1)</script><img src="https://evil.example/x" onerror="alert(2)">'
    write_a_letter(page, "en", "Kenya", hostile)
    assert page.locator("article.sheet img, article.sheet script").count() == 0
    assert hostile in page.inner_text("article.sheet .head")


def test_a_partner_tells_what_it_heard(page: Page) -> None:
    page.goto("/fr/heard")
    page.fill("#country", "corée")
    page.fill("#text", "Ils soutiennent le texte.")
    page.check("input[value=support]")
    page.click("button.main")
    # Two countries fit: one is chosen, and the words are still there.
    page.check("input[name=country][value=KR]")
    assert page.input_value("#text") == "Ils soutiennent le texte."
    page.click("button.main")
    page.wait_for_url("**/fr/thanks")


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    page.goto("/en/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#country")
    page.keyboard.type("Kenya")
    page.keyboard.press("Tab")
    page.keyboard.type("Lantern Network")
    page.keyboard.press("Enter")
    page.wait_for_selector("article.sheet")
    assert "Republic of Kenya" in page.inner_text("article.sheet")


def test_an_organiser_signs_in_with_a_code_corrects_and_exports(page: Page, site: Site, tmp_path: Path) -> None:
    address = people.add(site.installation, "asha", Role.ORGANISER, "four words that differ", by="test", now=NOW)
    hostile = '<img src="https://evil.example/x" onerror="alert(1)"><script>alert(2)</script> they will support it'
    told = Told(form="browser", day="2026-11-24", country="NO", stance="support", text=hostile)
    hear.take_in(site.installation, told, now=NOW)
    page.goto("/organise/")
    assert_accessible(page)
    page.fill("#name", "asha")
    page.fill("#password", "four words that differ")
    totp = pyotp.parse_uri(address)
    assert isinstance(totp, pyotp.TOTP)
    page.fill("#code", totp.now())
    page.click("button.main")
    page.wait_for_selector(".list")
    assert_accessible(page)
    assert_nothing_hangs_over(page)
    page.click(".item a:has-text('Norway')")
    page.wait_for_selector(".words")
    assert hostile in page.inner_text(".words")
    assert_accessible(page)
    assert_nothing_hangs_over(page)
    page.check("input[name=stance][value=cosponsor]")
    page.click("button.main")
    page.wait_for_selector("text=Reviewed by asha")
    page.click("text=Board")
    page.wait_for_selector(".board")
    assert "cosponsor" in page.inner_text("tr:has(a:text-is('Norway'))")
    assert_accessible(page)
    assert_nothing_hangs_over(page)
    with page.expect_download() as waiting:
        page.click("text=replies.csv")
    waiting.value.save_as(tmp_path / "replies.csv")
    assert "cosponsor" in (tmp_path / "replies.csv").read_text("utf-8-sig")
