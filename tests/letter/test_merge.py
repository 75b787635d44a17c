"""Contact, record and template become one letter; what is unfinished becomes none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Contact, Gender
from mobilize.errors import LetterWrong, TemplateWrong
from mobilize.letter.merge import Letter, letter_id, merge, reference

DAY = dt.date(2013, 11, 12)
Write = Callable[..., Letter]


def words(letter: Letter) -> str:
    return "\n".join(paragraph.markdown for paragraph in letter.paragraphs).replace("\\", "")


def test_the_letter_is_written_in_the_language_of_the_country(write: Write) -> None:
    assert [write(country=code).language for code in ("KE", "SN", "PE")] == ["en", "fr", "es"]


def test_the_contacts_own_language_goes_before_the_countrys(write: Write) -> None:
    assert write(country="KE", language="fr-CA").language == "fr"


def test_a_language_without_a_template_falls_back_to_the_first_and_says_so(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    texts = {path: text for path, text in campaign.templates.items() if path != "minister/es.md"}
    letter = merge(replace(campaign, templates=texts), a_contact(country="PE"), today=DAY)
    assert letter.language == "en"
    assert letter.notes == ("no template letters/minister/es.md: written in en",)


def test_an_id_is_a_function_of_campaign_contact_and_round_and_of_nothing_else(write: Write) -> None:
    one = write(notes="called on Monday", name="Ana")
    assert one.id == write().id == letter_id("whrd-2013", "ph-minister-00000000", 1)
    assert len({letter_id("a", "b", 1), letter_id("a", "b", 2), letter_id("a", "c", 1), letter_id("ab", "", 1)}) == 4
    assert len(one.id) == 12
    assert set(one.id) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert reference(one.id) == one.reference
    assert one.reference.replace("-", "").lower() == one.id[:8]


def test_the_digest_follows_every_word_that_is_read(
    campaign: Campaign, a_contact: Callable[..., Contact], write: Write
) -> None:
    digest = write().digest
    assert write(notes="new note", emails=("other@mfa.ph.example",)).digest == digest
    assert write(name="Ana").digest != digest
    assert write(office="Secretary of Foreign Affairs").digest != digest
    sender = replace(campaign.sender, address="other@wluml.org")
    assert merge(replace(campaign, sender=sender), a_contact(), today=DAY).digest != digest


def test_the_letter_bears_the_campaigns_day_and_else_the_day_of_sending(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    later = dt.date(2013, 11, 20)
    assert merge(campaign, a_contact(), today=later).date == DAY
    letter = merge(replace(campaign, letter_date=None, as_of=later), a_contact(), today=later)
    assert letter.place_and_date == "London, 20 November 2013"


def test_a_letter_does_not_cite_what_was_agreed_after_its_day(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    early = dt.date(2013, 3, 14)  # the day before CSW57 agreed its conclusions
    with pytest.raises(TemplateWrong, match="E/2013/27 was agreed on 2013-03-15: a letter of 2013-03-14 cannot cite"):
        merge(replace(campaign, letter_date=early), a_contact(), today=DAY)


def test_a_later_letter_of_an_earlier_campaign_keeps_to_the_campaigns_day(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    with pytest.raises(TemplateWrong, match="cannot cite"):
        merge(replace(campaign, as_of=dt.date(2012, 1, 1)), a_contact(), today=DAY)


@pytest.mark.parametrize(
    ("text", "leftover"),
    [
        ("{% raw %}Dear {{ name }}{% endraw %}", "{{"),
        ("Dear None", "None"),
        ("in nan years", "nan"),
        ("Dear [NAME],", "[NAME]"),
    ],
)
def test_leftovers_stop_the_letter_and_name_the_contact_by_id(write_with: Write, text: str, leftover: str) -> None:
    with pytest.raises(LetterWrong) as caught:
        write_with(f"---\nsubject: Test\n---\n{text}\n")
    assert repr(leftover) in caught.value.sentence
    assert "ph-minister-00000000" in caught.value.sentence
    assert "minister@mfa.ph.example" not in caught.value.sentence + caught.value.hint


def test_a_name_like_nan_or_none_inside_a_word_is_a_name(write_with: Write) -> None:
    template = "---\nsubject: Test\n---\n{{ contact.name }}\n"
    assert words(write_with(template, name="Nankana Noneko, Ferdi-nan")) == "Nankana Noneko, Ferdi-nan"


def test_a_letter_without_subject_text_or_salutation_is_none(write_with: Write) -> None:
    for template in ("No front matter", "---\nsubject: x\n---\n", "---\nsubject: x\nsalutation: ' ,'\n---\nText"):
        if "salutation" in template:
            template = template.replace("' ,'", "{{ contact.name }},")  # noqa: PLW2901 - an empty name, as data has it
        with pytest.raises(LetterWrong, match=r"empty|no text"):
            write_with(template)


def test_every_paragraph_that_depends_on_data_says_why_it_is_there(write: Write) -> None:
    letter = write(country="DO")
    record = next(
        paragraph
        for paragraph in letter.paragraphs
        if "A\\/RES\\/66\\/164 \\(2011" in paragraph.markdown or "A\\/RES\\/66\\/164 (2011" in paragraph.markdown
    )
    assert record.why.startswith("standing lapsed: ")
    assert "record/positions.csv:" in record.why
    assert "scribd.com/document/90576650" in record.why
    points = next(paragraph for paragraph in letter.paragraphs if "E\\/2013\\/27" in paragraph.markdown)
    for symbol in ("A/RES/53/144", "CPD 2009/1", "CPD 2012/1", "A/CONF.177/20", "A/RES/S-26/2"):
        assert symbol in points.why
    assert "[draft.paragraphs] srhr = 8" in points.why


def test_a_renumbered_draft_changes_the_paragraph_in_every_letter(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    draft = replace(campaign.draft, paragraphs={"srhr": 11})
    named = ("aragraph", "aragraphe", "árrafo", "arágrafo", "الفقرة", "ункт", "第")
    for language in campaign.languages:
        for audience in Audience:
            letter = merge(replace(campaign, draft=draft), a_contact(audience=audience, language=language), today=DAY)
            assert "11" in words(letter)
            assert not any(f"{word} 8" in words(letter) or f"{word}8" in words(letter) for word in named)


def test_a_sensitive_recipients_letter_shows_no_office_and_no_signatory(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    signed = replace(campaign, sender=replace(campaign.sender, signatory="A. Signatory"))
    plain = merge(signed, a_contact(), today=DAY)
    quiet = merge(signed, a_contact(sensitive=True), today=DAY)
    assert "A. Signatory" in plain.signature
    assert quiet.signature == ("Women Living Under Muslim Laws",)
    assert "International Coordination Office" in plain.letterhead
    assert "International Coordination Office" not in quiet.letterhead


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "On sexual health"),
        ("fr", "Droits en matière de procréation"),
        ("es", "Salud reproductiva"),
        ("fr", "Reproductive rights"),
        ("ar", "بشأن الصحة الإنجابية"),
        ("ru", "О репродуктивных правах"),
        ("zh", "关于生殖权利"),
        ("pt", "Saúde sexual"),
    ],
)
def test_a_telling_subject_to_a_sensitive_recipient_is_refused(
    campaign: Campaign, a_contact: Callable[..., Contact], language: str, subject: str
) -> None:
    texts = {**campaign.templates, f"minister/{language}.md": f"---\nsubject: {subject}\n---\nText\n"}
    changed = replace(campaign, templates=texts)
    assert merge(changed, a_contact(language=language), today=DAY).subject == subject
    with pytest.raises(LetterWrong, match="subject to a sensitive recipient"):
        merge(changed, a_contact(language=language, sensitive=True), today=DAY)


def test_an_unknown_gender_gives_the_double_form_and_the_close_repeats_it(write: Write) -> None:
    letter = write(language="fr", country="SN")
    assert letter.salutation == "Madame la Ministre, Monsieur le Ministre,"
    assert "Madame la Ministre, Monsieur le Ministre, l’expression" in letter.close
    one = write(language="fr", country="SN", gender=Gender.F, name="Awa Exemple")
    assert one.salutation == "Madame la Ministre,"
    assert one.close == "Veuillez agréer, Madame la Ministre, l’expression de notre très haute considération."
    assert one.address[0] == "Son Excellence Madame Awa Exemple"


def test_a_salutation_typed_by_the_campaign_stands_and_returns_in_the_french_close(write: Write) -> None:
    letter = write(language="fr", salutation="Éminence,")
    assert letter.salutation == "Éminence,"
    assert "Veuillez agréer, Éminence, l’expression" in letter.close


def test_french_signs_have_their_spaces(write: Write) -> None:
    text = words(write(language="fr", country="SN"))
    assert "accepter\N{NO-BREAK SPACE}:" in text
    assert " :" not in text
    assert " ;" not in text


def test_data_outside_the_body_is_made_plain_too(write: Write) -> None:
    letter = write(name="Ana\u202eelpmaxE\r\nBcc: x", organisation="A\u2066B", salutation="Dear\u200bYou,\n")
    assert letter.address[:1] == ("His/Her Excellency AnaelpmaxE Bcc: x",)
    assert "AB" in letter.address
    assert letter.salutation == "DearYou,"


def test_an_overlong_subject_is_refused(write_with: Callable[..., Letter]) -> None:
    with pytest.raises(LetterWrong, match="the subject has 301 characters") as caught:
        write_with("---\nsubject: " + "x" * 301 + "\n---\nText.\n")
    assert "letters/minister/en.md" in caught.value.hint
    assert write_with("---\nsubject: " + "x" * 300 + "\n---\nText.\n").subject
