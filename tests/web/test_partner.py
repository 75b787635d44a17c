"""A partner's way: from the start page to a letter in its own name, with nothing kept of it."""

from __future__ import annotations

import email
import io
import re
import zipfile
from email import policy

import httpx
import pypdf
import pytest
from sqlalchemy import func, select

from mobilize.store.schema import metadata
from mobilize.web.texts import LANGUAGES, texts
from servers.pages import Site

MOST = 60 * 1024


def fields(**changes: str) -> dict[str, str]:
    return {"country": "Kenya", "organisation": "Lantern Network", "language": "en", **changes}


def rows(site: Site) -> dict[str, int]:
    with site.installation.store.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def test_the_first_page_speaks_the_readers_language(get: httpx.Client) -> None:
    for accepted, language in (("fr-CH, en;q=0.5", "fr"), ("de, ar;q=0.4", "ar"), ("x;q=z", "en"), ("", "en")):
        answer = get.get("/", headers={"accept-language": accepted})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/{language}/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_small_and_sets_no_cookie(get: httpx.Client, language: str) -> None:
    letter = get.post(f"/{language}/letter", data=fields(country="ivory", language=language))
    pages = [letter, *(get.get(f"/{language}/{path}") for path in ("", "heard", "plans", "thanks"))]
    for page in pages:
        assert page.status_code == 200
        assert len(page.content) < MOST
        assert "set-cookie" not in page.headers
        assert "<script" not in page.text
        assert "style=" not in page.text
        way = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{way}">' in page.text
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text), "another host"


@pytest.mark.parametrize("typed", ["ivory", "cote d ivoire", "CI", "كوت ديفوار", "кот-д’ивуар", "科特迪瓦"])
def test_a_country_is_found_in_any_language(get: httpx.Client, typed: str) -> None:
    page = get.post("/en/letter", data=fields(country=typed))
    assert "Republic of Côte d’Ivoire" in page.text


def test_two_countries_that_fit_are_offered_and_none_is_taken(get: httpx.Client) -> None:
    page = get.post("/fr/letter", data=fields(country="korea"))
    assert page.status_code == 422
    assert set(re.findall(r'name="country" value="([A-Z]{2})"', page.text)) == {"KP", "KR"}
    assert 'value="Lantern Network"' in page.text, "what was typed is still there"


def test_the_letter_is_in_the_partners_name_and_says_why(get: httpx.Client) -> None:
    page = get.post("/en/letter", data=fields(country="Norway", place="Oslo", address="desk@lantern.example")).text
    assert "On behalf of Lantern Network" in page
    assert "Women Living" not in re.search(r"<article.*?</article>", page, re.DOTALL)[0]  # type: ignore[index]
    assert "Oslo, 12 November 2013" in page
    assert "A/RES/66/164" in page
    assert "record/positions.csv" in page, "the reason behind a paragraph"
    assert "mailto:minister@mfa.no.example?subject=" in page


def test_every_form_of_the_letter_can_be_taken_away(get: httpx.Client) -> None:
    before = get.post("/fr/letter/pdf", data=fields(country="ivory", language="fr"))
    assert before.headers["content-disposition"] == 'attachment; filename="letter-CI-fr.pdf"'
    words = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(before.content)).pages)
    assert "Lantern Network" in words
    assert "Côte d’Ivoire" in words
    word = get.post("/fr/letter/docx", data=fields(country="ivory", language="fr"))
    assert "Lantern Network" in zipfile.ZipFile(io.BytesIO(word.content)).read("word/document.xml").decode()
    text = get.post("/fr/letter/txt", data=fields(country="ivory", language="fr"))
    assert text.content.decode("utf-8-sig").startswith("Lantern Network\r\n")


def test_the_mail_is_a_draft_that_tells_nothing_of_us(get: httpx.Client) -> None:
    answer = get.post("/ar/letter/eml", data=fields(language="ar", organisation="شبكة الفانوس"))
    mail = email.message_from_bytes(answer.content, policy=policy.default)
    assert mail["To"] == "minister@mfa.ke.example"
    assert mail["X-Unsent"] == "1"
    assert not any(mail[name] for name in ("From", "Date", "Message-ID", "Received", "X-Mailer"))
    body = mail.get_body(("plain",))
    assert body is not None
    assert "شبكة الفانوس" in body.get_content()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["letter-KE-ar.pdf"]
    assert b"wluml" not in answer.content


def test_the_zip_has_safe_names_and_a_page_without_scripts(get: httpx.Client) -> None:
    hostile = fields(organisation="../../etc/<script>alert(1)</script>")
    answer = get.post("/en/letter/zip", data=hostile)
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+", name) for name in archive.namelist())
    assert len(archive.namelist()) == 7
    page = archive.read("index.html")
    assert len(page) < 30 * 1024
    assert b"<script" not in page
    assert "A/HRC/RES/22/6" in archive.read("points.txt").decode() or "Nothing is on record" in page.decode()
    assert get.post("/en/letter/zip", data=hostile).content == answer.content


def test_a_sensitive_country_and_one_without_a_contact_are_answered_alike(get: httpx.Client) -> None:
    said = [get.post("/en/letter", data=fields(country=name)) for name in ("Sudan", "Andorra")]
    assert {each.status_code for each in said} == {422}
    assert all("we have no letter that you could send" in each.text for each in said)
    assert all("mfa.sd.example" not in each.text for each in said)
    assert "Sudan" not in get.get("/en/").text
    assert get.post("/en/letter/pdf", data=fields(country="Sudan")).headers["content-type"].startswith("text/html")


def test_what_is_missing_is_said_and_what_is_there_is_kept(get: httpx.Client) -> None:
    for changes, sentence in (
        ({"country": "Atlantis"}, "err_country_none"),
        ({"organisation": " \u202e "}, "err_organisation"),
        ({"organisation": "x" * 161}, "err_long"),
    ):
        page = get.post("/es/letter", data=fields(**changes))
        assert page.status_code == 422
        assert texts("es")[sentence] in page.text
    assert get.get("/es/letter").headers["location"] == "/es/"


def test_a_hostile_name_is_text_everywhere(get: httpx.Client) -> None:
    name = '"><script>alert(1)</script>{{7*7}}<img src=x onerror=alert(2)>'
    page = get.post("/en/letter", data=fields(organisation=name)).text
    assert "<script" not in page
    assert "<img" not in page
    assert "{{7*7}}" in page
    again = get.post("/en/", data=fields(organisation=name)).text
    assert "<script" not in again


def test_a_sign_that_no_font_has_is_explained(get: httpx.Client) -> None:
    answer = get.post("/en/letter/pdf", data=fields(organisation="ⲆⲎⲘⲞⲤ ᚠᚢᚦ"))
    assert answer.status_code == 422
    assert texts("en")["err_font"] in answer.text


def test_nothing_is_kept_of_all_this(get: httpx.Client, site: Site) -> None:
    before = rows(site)
    get.get("/en/")
    get.post("/en/letter", data=fields())
    for form in ("pdf", "docx", "txt", "eml", "zip"):
        assert get.post(f"/en/letter/{form}", data=fields()).status_code == 200
    assert rows(site) == before
