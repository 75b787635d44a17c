"""Forms of address: by office, gender and language; the close repeats what French wants repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mobilize.world.address import FORMS, Addressee, block, close, salutation
from mobilize.world.languages import LANGUAGES
from mobilize.world.titles import gendered, head_of, office_in

MINISTER = Addressee(
    audience="minister",
    gender="",
    name="",
    office="Minister for Foreign Affairs",
    organisation="Ministry of Foreign Affairs",
    country="KE",
    state="Republic of Kenya",
)


def test_every_language_has_a_form_for_every_audience() -> None:
    assert set(FORMS) == set(LANGUAGES)
    for forms in FORMS.values():
        assert set(forms) == {"minister", "nhri", "ngo"}


def test_without_a_name_the_office_stands_alone() -> None:
    assert block(MINISTER, "en") == ("Minister for Foreign Affairs", "Ministry of Foreign Affairs", "Republic of Kenya")


@pytest.mark.parametrize(
    ("language", "gender", "line"),
    [
        ("en", "f", "Her Excellency Ms. Ana Example"),
        ("en", "", "His/Her Excellency Ana Example"),
        ("fr", "m", "Son Excellence Monsieur Ana Example"),
        ("fr", "", "Son Excellence Madame/Monsieur Ana Example"),
        ("es", "f", "Excma. Sra. D.ª Ana Example"),
        ("zh", "f", "Ana Example阁下"),
    ],
)
def test_a_name_has_its_honour_by_gender(language: str, gender: str, line: str) -> None:
    assert block(replace(MINISTER, name="Ana Example", gender=gender), language)[0] == line


def test_an_honour_typed_by_the_campaign_stands() -> None:
    assert block(replace(MINISTER, name="Parolin", honour="His Eminence Cardinal"), "en")[0] == (
        "His Eminence Cardinal Parolin"
    )


@pytest.mark.parametrize("language", sorted(FORMS))
@pytest.mark.parametrize("audience", ["minister", "nhri", "ngo"])
@pytest.mark.parametrize("gender", ["m", "f", ""])
def test_no_form_is_left_with_a_gap(language: str, audience: str, gender: str) -> None:
    to = replace(MINISTER, audience=audience, gender=gender)
    for text in (salutation(to, language), close(to, language)):
        assert text.strip()
        assert "{" not in text
        assert "  " not in text


def test_french_closes_with_the_very_salutation() -> None:
    for gender in ("m", "f", ""):
        for audience in ("minister", "nhri"):
            to = replace(MINISTER, gender=gender, audience=audience, office="Présidence")
            assert salutation(to, "fr").rstrip(",") in close(to, "fr")


@pytest.mark.parametrize(
    ("office", "organisation", "language", "gender", "expected"),
    [
        ("Chairperson", "Commission", "en", "", "Dear Chairperson,"),
        ("Public Protector", "", "en", "f", "Dear Public Protector,"),
        ("Commissioner for Human Rights", "", "en", "m", "Dear Commissioner,"),
        ("Présidence", "Commission nationale", "fr", "f", "Madame la Présidente,"),
        ("", "Médiateur de la République", "fr", "m", "Monsieur le Médiateur,"),
        ("Direction", "Institut fédéral", "fr", "", "Madame la Directrice, Monsieur le Directeur,"),
        ("Defensor/a del Pueblo", "", "es", "f", "Señora Defensora del Pueblo:"),
        ("Procurador/a para la Defensa de los Derechos Humanos", "", "es", "m", "Señor Procurador:"),
        ("Presidencia", "Comisión Nacional", "es", "", "Señora Presidenta, señor Presidente:"),
    ],
)
def test_the_head_of_an_institution_is_titled_after_its_own_name(
    office: str, organisation: str, language: str, gender: str, expected: str
) -> None:
    to = replace(MINISTER, audience="nhri", office=office, organisation=organisation, gender=gender)
    assert salutation(to, language) == expected


@pytest.mark.parametrize(
    ("office", "language", "expected"),
    [
        ("Secrétaire d’État", "fr", "Madame la Secrétaire d’État, Monsieur le Secrétaire d’État,"),
        ("Chef/fe du Département fédéral", "fr", "Madame la Cheffe du Département, Monsieur le Chef du Département,"),
        (
            "Secretario/a de Relaciones Exteriores",
            "es",
            "Excelentísima señora Secretaria, Excelentísimo señor Secretario:",
        ),
        ("Ministro/a", "es", "Excelentísima señora Ministra, Excelentísimo señor Ministro:"),
    ],
)
def test_a_foreign_minister_with_another_title_is_saluted_by_it(office: str, language: str, expected: str) -> None:
    assert salutation(replace(MINISTER, office=office), language) == expected


def test_brazil_keeps_excelentissimo_for_the_heads_of_the_three_powers() -> None:
    assert salutation(replace(MINISTER, country="BR", gender="f"), "pt") == "Senhora Ministra,"
    assert salutation(replace(MINISTER, country="AO", gender="f"), "pt") == "Excelentíssima Senhora Ministra,"


def test_slashes_are_resolved_by_gender() -> None:
    assert gendered("Ministro/a de Relaciones Exteriores", "f") == "Ministra de Relaciones Exteriores"
    assert gendered("Defensor/a del Pueblo", "f") == "Defensora del Pueblo"
    assert gendered("Chef/fe du Département", "f") == "Cheffe du Département"
    assert gendered("Chef/fe du Département", "m") == "Chef du Département"
    assert gendered("Ministro/a", "") == "Ministro/a"


def test_a_plain_title_is_put_into_the_letters_language_and_an_exact_one_left() -> None:
    assert office_in("Minister of Foreign Affairs", "fr", "SN") == "Ministre des Affaires étrangères"
    assert office_in("Minister of Foreign Affairs", "en", "KE") == "Minister of Foreign Affairs"
    assert office_in("Minister for Foreign Affairs", "pt", "BR") == "Ministro/a das Relações Exteriores"
    assert office_in("Cabinet Secretary for Foreign Affairs", "fr", "KE") == "Cabinet Secretary for Foreign Affairs"


def test_an_institution_of_unknown_kind_is_headed_by_a_chair() -> None:
    assert head_of("", "Raonador del Ciutadà", "fr").f == "la Présidente"
