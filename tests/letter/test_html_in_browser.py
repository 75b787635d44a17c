"""The HTML of the mail in a real browser: on a phone and on a desk, by day and by night, from right to left."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from mobilize.campaign.contacts import Audience
from mobilize.letter.html import html
from mobilize.letter.merge import Letter
from servers.browser import chromium, needs_chromium

pytestmark = needs_chromium
Write = Callable[..., Letter]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def shown(browser: Browser, letter: Letter, width: int, scheme: str = "light") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(html(letter))
    assert asked == [], "a letter fetches nothing"
    return page


def first_pixels(png: bytes) -> tuple[tuple[int, ...], set[tuple[int, ...]]]:
    """The corner of a picture, and all its colours: PNG, 8 bits, RGB or RGBA, as Chromium writes it."""
    place, packed, width, kind = 8, b"", 0, 2
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        name, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        if name == b"IHDR":
            width, _, _, kind = struct.unpack(">IIBB", data[:10])
        packed += data if name == b"IDAT" else b""
        place += 12 + length
    size = {2: 3, 6: 4}[kind]
    raw, rows, before = zlib.decompress(packed), [], bytearray(width * size)
    for start in range(0, len(raw), width * size + 1):
        method, line = raw[start], bytearray(raw[start + 1 : start + 1 + width * size])
        for at in range(len(line)):
            left = line[at - size] if at >= size else 0
            up, corner = before[at], before[at - size] if at >= size else 0
            line[at] = (line[at] + _predicted(method, left, up, corner)) & 0xFF
        rows.append(line)
        before = line
    colours = {tuple(row[at : at + 3]) for row in rows for at in range(0, len(row), size)}
    return tuple(rows[0][:3]), colours


def _predicted(method: int, left: int, up: int, corner: int) -> int:
    if method == 3:
        return (left + up) // 2
    if method == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda each: abs(guess - each))
    return {0: 0, 1: left, 2: up}[method]


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize(
    ("country", "audience"), [("KE", "minister"), ("FR", "nhri"), ("MX", "ngo"), ("EG", "ngo"), ("CN", "minister")]
)
def test_a_letter_keeps_to_one_column_and_nothing_runs_out_of_it(
    browser: Browser, write: Write, country: str, audience: str, width: int
) -> None:
    page = shown(browser, write(country=country, audience=Audience(audience), accreditation="A"), width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    column = page.locator(".page").bounding_box()
    assert column is not None
    assert column["width"] <= 640 + 40
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('p')).fontSize)") >= 16, "read on a phone"
    too_wide = page.evaluate(
        "[...document.querySelectorAll('.page *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert too_wide == 0
    page.close()


def test_an_arabic_letter_runs_from_the_right_and_its_symbols_stay_whole(browser: Browser, write: Write) -> None:
    page = shown(browser, write(country="EG"), 360)
    assert page.evaluate("getComputedStyle(document.querySelector('.page')).direction") == "rtl"
    subject = page.locator(".subject").bounding_box()
    assert subject is not None
    symbol = page.locator("bdi", has_text="A/RES/66/164").first
    assert page.evaluate("e => getComputedStyle(e).direction", symbol.element_handle()) == "ltr"
    assert symbol.inner_text() == "A/RES/66/164"
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_by_day_and_by_night_there_is_contrast(browser: Browser, write: Write, scheme: str) -> None:
    page = shown(browser, write(country="KE"), 360, scheme)
    ground, colours = first_pixels(page.screenshot(clip={"x": 0, "y": 0, "width": 360, "height": 400}))
    assert (sum(ground) < 3 * 80) == (scheme == "dark"), "the page takes the reader's own ground"
    strongest = max(abs(sum(colour) - sum(ground)) for colour in colours)
    assert strongest > 3 * 150, "the text stands out from it"
    page.close()
