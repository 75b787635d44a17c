"""The organisers' pages in a real browser: sign-in, the map, keys, a hostile mail; at three widths, for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from mobilize.access.roles import Role
from mobilize.desk import hear, people, review
from mobilize.inbox.form import Told
from mobilize.web.organise import COOKIE
from servers.browser import PATIENCE, assert_accessible, assert_nothing_hangs_over, chromium, needs_chromium
from servers.pages import Site
from servers.signed import PASSWORD, now

pytestmark = needs_chromium

SAID = {"NO": "cosponsor", "KE": "support", "UY": "conditional", "SN": "noncommittal", "FR": "oppose"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def told(site: Site) -> dict[str, str]:
    """Country -> id of what a partner told of it."""
    for number, (country, stance) in enumerate(SAID.items()):
        text = f"They say that they will {stance} <script>alert(1)</script>"
        report = Told(form=f"b{number}", day="2026-11-24", country=country, stance=stance, text=text)
        hear.take_in(site.installation, report, now=now())
    plan = Told(form="bp", day="2026-11-01", targets=("KE", "CI"), organisation="Réseau Phare")
    hear.take_in(site.installation, plan, now=now())
    return {str(each.entry.country): each.entry.reply for each in review.entries(site.installation)}


def watched(browser: Browser, site: Site, *, script: bool = True) -> Iterator[Page]:
    """A page that fails the test where it asks another host, shows a dialog, or breaks its own rules."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, base_url=site.url, java_script_enabled=script
    )
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    opened.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    yield opened
    context.close()
    # In a frame without rights a script that was left over would be told as an error here.
    assert wrong == []
    assert [url for url in asked if not url.startswith((site.url, "data:", "about:"))] == []


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    yield from watched(browser, site)


def enter(page: Page, site: Site, cookies: dict[str, dict[str, str]], role: str) -> None:
    page.context.add_cookies([{"name": COOKIE, "value": cookies[role][COOKIE], "url": f"{site.url}/organise"}])


def colour(page: Page, country: str) -> str:
    shape = page.locator(f'.map a[href$="/{country}"] .m-state').first
    return str(shape.evaluate("e => e.getAttribute('class') + ' ' + (e.getAttribute('fill') || '')"))


def test_an_organiser_signs_in_with_a_code_corrects_and_the_map_changes(
    page: Page, site: Site, told: dict[str, str], tmp_path: Path
) -> None:
    address = people.add(site.installation, "imani", Role.ORGANISER, PASSWORD, by="test", now=now())
    page.goto("/organise/board")
    page.fill("#name", "imani")
    page.fill("#password", PASSWORD)
    totp = pyotp.parse_uri(address)
    assert isinstance(totp, pyotp.TOTP)
    page.fill("#code", totp.now())
    page.click("button.main")
    page.wait_for_selector(".list")
    page.goto("/organise/board")
    assert "url(#p-support)" in colour(page, "KE")
    assert "m-unsure" in colour(page, "KE")
    page.goto(f"/organise/reply/{told['KE']}")
    page.check("input[name=stance][value=cosponsor]")
    page.click("text=Correct anything else")
    page.fill("#from_name", "Permanent Secretary")
    page.click("button[data-confirm]")
    page.wait_for_selector("text=Reviewed by imani")
    assert "Permanent Secretary" in page.inner_text(".past")
    page.click("text=Board")
    page.wait_for_selector(".map")
    assert colour(page, "KE").strip() == "m-state m-cosponsor"
    assert "corrected" in page.inner_text("tr:has(a:text-is('Kenya'))")
    with page.expect_download() as waiting:
        page.click("text=replies.csv")
    waiting.value.save_as(tmp_path / "replies.csv")
    table = (tmp_path / "replies.csv").read_text("utf-8-sig")
    assert re.search(r"KE,Kenya,African Group,cosponsor,corrected", table)


def test_the_keys_walk_the_inbox_set_a_stance_and_confirm(
    page: Page, site: Site, cookies: dict[str, dict[str, str]], told: dict[str, str]
) -> None:
    enter(page, site, cookies, "organiser")
    page.goto("/organise/?country=UY")
    page.keyboard.press("j")
    expect(page.locator("[data-item][data-now]")).to_have_count(1)
    page.keyboard.press("2")
    assert page.input_value("[data-item] select[name=stance]") == "support"
    page.keyboard.press("e")
    page.wait_for_selector("text=Nothing here")
    shown = review.one(site.installation, told["UY"])
    assert shown.current is not None
    assert (shown.current.stance, shown.entry.reviewed_by) == ("support", "organiser")
    page.goto("/organise/?show=all")
    first, second = (page.locator("[data-item]").nth(place) for place in (0, 1))
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(second).to_have_attribute("data-now", "")
    page.keyboard.press("k")
    expect(first).to_have_attribute("data-now", "")
    page.keyboard.press("o")
    page.wait_for_selector(".words")
    page.keyboard.press("5")
    assert page.is_checked("input[name=stance][value=oppose]")
    page.keyboard.press("0")
    assert page.is_checked("input[name=stance][value='']")
    at = page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != at)
    page.fill("#text", "")
    page.type("#text", "j e 5 k")
    assert page.input_value("#text") == "j e 5 k", "who writes presses no keys of ours"


def test_the_keys_can_be_switched_off(
    page: Page, site: Site, cookies: dict[str, dict[str, str]], told: dict[str, str]
) -> None:
    assert told
    enter(page, site, cookies, "organiser")
    page.goto("/organise/?show=all")
    page.click("text=Switch the keys off")
    page.reload()
    page.keyboard.press("j")
    expect(page.locator("[data-now]")).to_have_count(0)
    page.click("text=Switch the keys on")
    page.keyboard.press("j")
    expect(page.locator("[data-now]")).to_have_count(1)


def test_everything_works_without_the_script(
    browser: Browser, site: Site, cookies: dict[str, dict[str, str]], told: dict[str, str]
) -> None:
    for page in watched(browser, site, script=False):
        enter(page, site, cookies, "organiser")
        page.goto("/organise/?country=SN&show=all")
        page.locator("[data-item] select[name=stance]").select_option("conditional")
        page.click("[data-item] button")
        page.wait_for_selector("text=reviewed by organiser")
        page.goto(f"/organise/reply/{told['SN']}")
        page.select_option("#person", "lead")
        page.click("text=Give >> nth=-1")
        page.wait_for_selector("text=given to lead")


def test_a_hostile_mail_runs_nothing_and_asks_nobody(
    page: Page, site: Site, cookies: dict[str, dict[str, str]], hostile: str
) -> None:
    enter(page, site, cookies, "organiser")
    for show in ("", "all"):
        page.goto(f"/organise/?show={show}")
        assert page.locator("main img, main script, main svg").count() == 0
    page.goto(f"/organise/reply/{hostile}")
    page.click("text=The original as it arrived")
    frame = page.frame_locator('iframe[src$="/original"]')
    expect(frame.locator("body")).to_contain_text("The Republic of Kenya will co-sponsor")
    assert frame.locator("script, img, svg, a, form, iframe, object, link, style").count() == 0
    assert page.locator('iframe[src$="/original"]').get_attribute("sandbox") == ""
    with page.expect_download() as waiting:
        page.click('a[href$="/file/0"]')
    assert waiting.value.suggested_filename == "evil x.html"
    with page.expect_download() as waiting:
        page.click("text=Save the whole mail")
    page.goto(f"/organise/reply/{hostile}/original")
    assert page.inner_text("body").count("co-sponsor") == 1
    assert page.evaluate("window.origin") == "null", "without the rights of our pages, opened alone as well"


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_every_page_of_the_organisers_can_be_used_by_everybody(
    page: Page, site: Site, cookies: dict[str, dict[str, str]], told: dict[str, str], hostile: str, width: int
) -> None:
    enter(page, site, cookies, "lead")
    page.set_viewport_size({"width": width, "height": 740})
    addresses = (
        "/organise/",
        "/organise/?show=all&stance=support",
        f"/organise/reply/{told['NO']}",
        f"/organise/reply/{hostile}",
        "/organise/board",
        "/organise/board?show=left",
        "/organise/country/KE",
        "/organise/country/AD",
        "/organise/who",
        "/organise/outbox",
        "/organise/people",
        "/organise/people/deeds",
    )
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert_nothing_hangs_over(page)
        if width == 360:
            for scheme in ("light", "dark") if address in addresses[2:6] else ("light",):
                page.emulate_media(color_scheme=scheme)
                assert_accessible(page)
