"""The shipped letters, for every standing: what they say, and what they never say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest

from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Contact
from mobilize.campaign.standing import StandingName
from mobilize.letter.merge import Letter, merge
from mobilize.letter.pdf import pages, pdf
from mobilize.letter.proofs import SPECIMEN, Specimen, check_templates, letters
from mobilize.letter.text import text
from mobilize.world.countries import countries
from mobilize.world.grammar import phrases

DAY = dt.date(2013, 11, 12)
LANGUAGES = ("en", "fr", "es", "ar", "pt", "ru", "zh")


@pytest.fixture(scope="module")
def printed(campaign: Campaign) -> list[tuple[Specimen, Letter]]:
    return list(letters(campaign))


def flat(letter: Letter) -> str:
    return " ".join(text(letter).replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_shipped_templates_have_no_mistake_and_none_is_missing(campaign: Campaign) -> None:
    errors = [fault for fault in check_templates(campaign) if fault.weight == "error"]
    assert errors == []
    for audience in Audience:
        for language in LANGUAGES:
            assert f"{audience.value}/{language}.md" in campaign.templates


def test_every_specimen_has_the_standing_that_it_stands_for(printed: list[tuple[Specimen, Letter]]) -> None:
    seen = set()
    for specimen, letter in printed:
        assert letter.standing.name == specimen.standing
        seen.add((letter.contact.audience, letter.language, letter.standing.name))
    assert len(seen) == len(Audience) * len({letter.language for _, letter in printed}) * len(StandingName)


def test_every_letter_names_the_country_and_the_draft_and_where_to_answer(
    printed: list[tuple[Specimen, Letter]], campaign: Campaign
) -> None:
    for _, letter in printed:
        words = flat(letter)
        body = " ".join(paragraph.markdown for paragraph in letter.paragraphs).replace("\\", "")
        named = phrases(countries()[letter.contact.country], letter.language)
        assert any(name in body for name in (named.name, named.of, named.within))
        assert campaign.draft.symbol in words
        assert campaign.sender.address in words


#: What would state an absence ("has never co-sponsored", "did not join"), by language.
ABSENCE = {
    "en": r"\bnever\b|\bhas not\b|\bhave not\b|\bdid not\b|\bfailed to\b|\babsen(?:t|ce)\b|\bfor the first time\b",
    "fr": r"\bjamais (?!consacrée)\b|\bn’a pas\b|\bne s’est pas\b|\babsen(?:t|ce)\b|\bpour la première fois\b",
    "es": r"\bnunca\b|\bjamás\b|\bno ha\b|\bno copatrocin|\bausen(?:te|cia)\b|\bpor primera vez\b",
    "pt": r"\bnunca\b|\bjamais\b|\bnão copatrocin|\bnão se juntou\b|\bausen|\bpela primeira vez\b",
    "ru": r"\bникогда\b|\bне (?:стал|был|поддерж|вош)|\bвпервые\b|отсутств",
    "ar": r"\bلم (?!يتسن)|أبداً|لأول مرة|غياب|تغيب",
    "zh": "从未|从来没有|首次|缺席|不曾|未曾",
}


def test_no_letter_states_an_absence(printed: list[tuple[Specimen, Letter]]) -> None:
    for _, letter in printed:
        assert not re.search(ABSENCE[letter.language], flat(letter)), flat(letter)


def test_every_letter_fits_on_one_page(printed: list[tuple[Specimen, Letter]]) -> None:
    for specimen, letter in printed:
        assert pages(pdf(letter, specimen.campaign)) == 1, (letter.language, letter.contact.audience, specimen.standing)


#: Words of the ask that no other standing's letter has, by language: leader (and steady), past, lapsed, opposed.
ASKS = {
    "en": ("hold the line", "co-sponsor again", "come back", "abstain from"),
    "fr": ("tenir bon", "de nouveau coauteur", "revenir parmi", "s’abstenir de"),
    "es": ("mantenga firme", "vuelva a ser", "regrese a la lista", "se abstenga de"),
    "ar": ("دون إبطاء", "من جديد في التقديم", "العودة إلى قائمة", "الامتناع عن تأييد"),
    "pt": ("mantenha firme", "volte a copatrocinar", "regresse à lista", "se abstenha de"),
    "ru": ("твёрдо отстаивать оба", "снова войти", "вернуться в число", "воздержаться от"),
    "zh": ("坚守上述两点", "再次成为", "重返提案国", "不支持任何"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ask_to_a_minister_follows_the_standing(printed: list[tuple[Specimen, Letter]], language: str) -> None:
    asks = dict(zip(("leader", "past", "lapsed", "opposed"), ASKS[language], strict=True))
    asks["steady"] = asks["leader"]
    for _, letter in printed:
        if letter.contact.audience is Audience.MINISTER and letter.language == language:
            if letter.contact.country != SPECIMEN:
                continue
            found = {name for name, ask in asks.items() if ask in flat(letter)}
            expected = {name for name, ask in asks.items() if ask == asks.get(letter.standing.name.value)}
            assert found == expected, letter.standing.name


def test_what_was_done_keeps_its_own_word(printed: list[tuple[Specimen, Letter]]) -> None:
    by_case = {
        (letter.language, tuple(p.role.value for p in specimen.campaign.record.positions.get(SPECIMEN, ()))): flat(
            letter
        )
        for specimen, letter in printed
        if letter.contact.audience is Audience.MINISTER
    }
    opposed = by_case["en", ("abstained", "voted_no")]
    assert "abstained on General Assembly resolution" in opposed
    assert "voted against Human Rights Council resolution" in opposed
    assert "co-sponsored" not in opposed
    voted = by_case["en", ("voted_yes",)]
    assert "voted for Human Rights Council resolution" in voted
    assert "co-sponsored" not in voted
    assert "withdrew its sponsorship of" in by_case["en", ("cosponsor", "withdrawn")]
    assert "s’est abstenu sur la résolution" in by_case["fr", ("abstained", "voted_no")]
    assert "copatrocinó la resolución" in by_case["es", ("sponsor", "cosponsor")]


def test_a_country_with_nothing_on_record_is_invited_and_told_nothing_of_its_past(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    letter = merge(campaign, a_contact(country="KE"), today=DAY)
    words = flat(letter)
    assert letter.standing.name is StandingName.NEW
    assert "invite" in words
    assert "Kenya among those" in words
    for claim in ("again", "before:", "come back", "once more", "co-sponsored"):
        assert claim not in words


def test_the_record_is_cited_exactly(campaign: Campaign, a_contact: Callable[..., Contact]) -> None:
    norway = flat(merge(campaign, a_contact(country="NO"), today=DAY))
    assert (
        "it sponsored Human Rights Council resolutions A/HRC/RES/7/8 (2008), A/HRC/RES/16/5 (2011) and "
        "A/HRC/RES/22/6 (2013)." in norway
    )
    france = flat(merge(campaign, a_contact(country="FR"), today=DAY))
    assert (
        "il s’est porté coauteur de la résolution A/RES/66/164 (2011) de l’Assemblée générale et de la résolution "
        "A/HRC/RES/22/6 (2013) du Conseil des droits de l’homme." in france
    )


def test_the_country_that_tabled_the_draft_is_thanked_and_not_asked_to_co_sponsor_it(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    for audience in Audience:
        for language, thanks in (
            ("en", "thank|Government tabled"),
            ("fr", "remerci|l’a présenté"),
            ("es", "agradec|Lo presentó"),
        ):
            words = flat(merge(campaign, a_contact(country="NO", audience=audience, language=language), today=DAY))
            assert re.search(thanks, words)
            assert not re.search(
                r"to co-sponsor|ask that your Government co-sponsor|de se porter|copatrocine|copatrocinar", words
            )


def test_nothing_of_after_the_campaigns_day_is_cited(campaign: Campaign) -> None:
    for code in ("NO", "DE", "MX", "CI"):
        for contact in campaign.contacts:
            if contact.country == code:
                words = flat(merge(campaign, contact, today=DAY))
                assert not re.search(r"20(?:1[4-9]|2\d)", words.replace("12 November 2013", "")), words
                assert "68/181" not in words


def test_the_letter_to_an_ngo_shows_the_record_as_a_table_and_asks_to_write_back(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    letter = merge(campaign, a_contact(country="DE", audience=Audience.NGO, language="en", office=""), today=DAY)
    words = text(letter)
    assert re.search(r"Year +Resolution +Body +Germany\n-+", words)
    assert re.search(r"2011 +A/RES/66/164 +General Assembly +co-sponsored\n", words)
    assert "Please write back to us at wluml@wluml.org" in words
    assert "which countries in particular you plan to target" in flat(letter)
    assert "Excellency" not in words


def test_the_letter_to_an_institution_asks_for_its_three_services(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    changes = {"audience": Audience.NHRI, "office": "Chairperson", "organisation": "Commission", "language": "en"}
    words = flat(merge(campaign, a_contact(**changes, accreditation="A"), today=DAY))
    for ask in ("advise your Government", "speak publicly", "use your A status"):
        assert ask in words
    assert "A status" not in flat(merge(campaign, a_contact(**changes, accreditation="B"), today=DAY))


def test_every_shipped_contact_gets_a_letter(campaign: Campaign) -> None:
    made = [merge(campaign, contact, today=DAY) for contact in campaign.contacts]
    assert len(made) == len(campaign.contacts) > 250
    assert len({letter.reference for letter in made}) == len(made)


def test_a_minister_reads_what_the_states_of_the_region_agreed_among_themselves(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    instruments = {
        "KE": "Grand Bay (Mauritius) Declaration and Plan of Action (1999)",
        "ID": "Bangkok Declaration (1993)",
        "MX": "AG/RES. 1671 (XXIX-O/99)",
        "PL": "at Budapest, in 1994",
        "FR": "at Budapest, in 1994",
    }
    for code, instrument in instruments.items():
        words = flat(merge(campaign, a_contact(country=code, language="en"), today=DAY))
        assert {each for each in instruments.values() if each in words} == {instrument}
    for code in ("CU", "AU", "NZ", "IL", "VA"):  # no part in the OAS or the OSCE, or in no group
        words = flat(merge(campaign, a_contact(country=code, language="en"), today=DAY))
        assert not any(each in words for each in instruments.values()), code


def test_every_language_cites_every_regional_instrument_with_its_reason(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    for language in LANGUAGES:
        for code, name in (("KE", "grandbay"), ("ID", "bangkok"), ("MX", "oas1999"), ("PL", "budapest")):
            letter = merge(campaign, a_contact(country=code, language=language), today=DAY)
            assert any(f"[[arguments]] {name}:" in paragraph.why for paragraph in letter.paragraphs), (language, code)
