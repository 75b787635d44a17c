"""Country names with article and preposition, and formal names, in the languages that need them."""

from __future__ import annotations

import re

import pytest

from mobilize.world import formal
from mobilize.world.countries import countries
from mobilize.world.formal import formal_name
from mobilize.world.grammar import phrases


@pytest.mark.parametrize(
    ("code", "the", "of", "within", "to"),
    [
        ("KE", "le Kenya", "du Kenya", "au Kenya", "au Kenya"),
        ("IN", "l’Inde", "de l’Inde", "en Inde", "à l’Inde"),
        ("PH", "les Philippines", "des Philippines", "aux Philippines", "aux Philippines"),
        ("CI", "la Côte d’Ivoire", "de la Côte d’Ivoire", "en Côte d’Ivoire", "à la Côte d’Ivoire"),
        (
            "IR",
            "la République islamique d’Iran",
            "de la République islamique d’Iran",
            "en République islamique d’Iran",
            "à la République islamique d’Iran",
        ),
        ("HT", "Haïti", "d’Haïti", "en Haïti", "à Haïti"),
        ("CU", "Cuba", "de Cuba", "à Cuba", "à Cuba"),
        ("BB", "la Barbade", "de la Barbade", "à la Barbade", "à la Barbade"),
        ("HN", "le Honduras", "du Honduras", "au Honduras", "au Honduras"),
        (
            "US",
            "les États-Unis d’Amérique",
            "des États-Unis d’Amérique",
            "aux États-Unis d’Amérique",
            "aux États-Unis d’Amérique",
        ),
        ("PS", "l’État de Palestine", "de l’État de Palestine", "dans l’État de Palestine", "à l’État de Palestine"),
        ("OM", "Oman", "d’Oman", "à Oman", "à Oman"),
    ],
)
def test_french_names_take_their_articles_and_prepositions(code: str, the: str, of: str, within: str, to: str) -> None:
    found = phrases(countries()[code], "fr")
    assert (found.the, found.of, found.within, found.to) == (the, of, within, to)


@pytest.mark.parametrize(
    ("code", "of", "within", "to"),
    [
        ("PE", "del Perú", "en el Perú", "al Perú"),
        ("IN", "de la India", "en la India", "a la India"),
        ("SV", "de El Salvador", "en El Salvador", "a El Salvador"),
        ("MX", "de México", "en México", "a México"),
        (
            "US",
            "de los Estados Unidos de América",
            "en los Estados Unidos de América",
            "a los Estados Unidos de América",
        ),
        (
            "BO",
            "del Estado Plurinacional de Bolivia",
            "en el Estado Plurinacional de Bolivia",
            "al Estado Plurinacional de Bolivia",
        ),
    ],
)
def test_spanish_names_join_de_and_a_with_their_article(code: str, of: str, within: str, to: str) -> None:
    found = phrases(countries()[code], "es")
    assert (found.of, found.within, found.to) == (of, within, to)


def test_english_names_take_the_where_the_united_nations_writes_it() -> None:
    named = {code: phrases(country, "en").the for code, country in countries().items()}
    assert named["PH"] == "the Philippines"
    assert named["NE"] == "the Niger"
    assert named["KE"] == "Kenya"
    assert named["BO"] == "the Plurinational State of Bolivia"


def test_no_sentence_shows_a_bracketed_name_or_a_typewriters_apostrophe() -> None:
    for country in countries().values():
        for language in ("en", "fr", "es", "pt", "ar", "ru", "zh"):
            found = phrases(country, language)
            for text in (found.name, found.the, found.of, found.within, found.to, formal_name(country, language)):
                assert "(" not in text, (country.code, language, text)
                assert "'" not in text, (country.code, language, text)
                assert text == text.strip()
                assert "  " not in text


def test_no_french_or_spanish_preposition_stands_before_an_article_that_it_should_swallow() -> None:
    for country in countries().values():
        french = phrases(country, "fr")
        assert not re.search(r"\b(?:de|à) les? |\bà le ", f"{french.of} {french.to}"), country.code
        assert not re.search(r"\bde [aeiouéèêîAEIOUÉÎ]", french.of), country.code
        spanish = phrases(country, "es")
        assert not re.search(r"\bde el |\ba el ", f"{spanish.of} {spanish.to}"), country.code


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ("KE", "en", "Republic of Kenya"),
        ("CI", "fr", "République de Côte d’Ivoire"),
        ("IN", "fr", "République de l’Inde"),
        ("FR", "fr", "République française"),
        ("PH", "fr", "République des Philippines"),
        ("CD", "fr", "République démocratique du Congo"),
        ("AO", "fr", "République d’Angola"),
        ("PE", "es", "República del Perú"),
        ("KE", "es", "República de Kenya"),
        ("MX", "es", "Estados Unidos Mexicanos"),
        ("BR", "es", "República Federativa del Brasil"),
        ("VA", "fr", "Saint-Siège"),
        ("GW", "pt", "República da Guiné-Bissau"),
        ("ST", "pt", "República Democrática de São Tomé e Príncipe"),
        ("SA", "ar", "المملكة العربية السعودية"),
        ("QA", "ar", "دولة قطر"),
        ("PK", "ar", "جمهورية باكستان الإسلامية"),
        ("KE", "ru", "Республика Кения"),
        ("KZ", "ru", "Республика Казахстан"),
        ("CN", "zh", "中华人民共和国"),
        ("KE", "zh", "肯尼亚共和国"),
        ("KR", "zh", "大韩民国"),
    ],
)
def test_formal_names_are_composed_as_the_united_nations_writes_them(code: str, language: str, expected: str) -> None:
    assert formal_name(countries()[code], language) == expected


def test_every_formal_name_holds_the_short_one_or_stands_in_a_table() -> None:
    for language, table in formal._OWN.items():
        for code, country in countries().items():
            if code not in table:
                assert phrases(country, language).name in formal_name(country, language), (language, code)


@pytest.mark.parametrize(
    ("code", "of", "within", "to"),
    [
        ("KE", "Кении", "в Кении", "Кении"),
        ("FR", "Франции", "во Франции", "Франции"),
        ("VN", "Вьетнама", "во Вьетнаме", "Вьетнаму"),
        ("CU", "Кубы", "на Кубе", "Кубе"),
        ("PH", "Филиппин", "на Филиппинах", "Филиппинам"),
        ("EG", "Египта", "в Египте", "Египту"),
        ("UY", "Уругвая", "в Уругвае", "Уругваю"),
        ("MU", "Маврикия", "на Маврикии", "Маврикию"),
        ("PE", "Перу", "в Перу", "Перу"),
        ("IL", "Израиля", "в Израиле", "Израилю"),
        ("BY", "Беларуси", "в Беларуси", "Беларуси"),
        ("DO", "Доминиканской Республики", "в Доминиканской Республике", "Доминиканской Республике"),
        (
            "KP",
            "Корейской Народно-Демократической Республики",
            "в Корейской Народно-Демократической Республике",
            "Корейской Народно-Демократической Республике",
        ),
        ("SC", "Сейшельских Островов", "на Сейшельских Островах", "Сейшельским Островам"),
        ("RU", "Российской Федерации", "в Российской Федерации", "Российской Федерации"),
        ("IR", "Исламской Республики Иран", "в Исламской Республике Иран", "Исламской Республике Иран"),
    ],
)
def test_russian_names_bend_by_case(code: str, of: str, within: str, to: str) -> None:
    found = phrases(countries()[code], "ru")
    assert (found.of, found.within, found.to) == (of, within, to)


def test_a_russian_name_ends_in_each_case_as_its_nominative_does() -> None:
    for code, country in countries().items():
        found = phrases(country, "ru")
        last = found.name.split()[-1]
        if found.name[-1] in "оуиэе" or last in ("Конго", "Корея", "Молдова", "Танзания", "Венесуэла", "Иран"):
            continue
        if code not in ("NL", "US", "GB", "FM", "BO", "PS", "NI", "WS"):
            assert found.of != found.name, code


@pytest.mark.parametrize(
    ("code", "of", "within", "to"),
    [
        ("BR", "do Brasil", "no Brasil", "ao Brasil"),
        ("AO", "de Angola", "em Angola", "a Angola"),
        ("GW", "da Guiné-Bissau", "na Guiné-Bissau", "à Guiné-Bissau"),
        ("US", "dos Estados Unidos", "nos Estados Unidos", "aos Estados Unidos"),
        ("PH", "das Filipinas", "nas Filipinas", "às Filipinas"),
        ("PT", "de Portugal", "em Portugal", "a Portugal"),
    ],
)
def test_portuguese_names_join_their_article(code: str, of: str, within: str, to: str) -> None:
    found = phrases(countries()[code], "pt")
    assert (found.of, found.within, found.to) == (of, within, to)


def test_arabic_names_take_their_preposition_and_lose_the_alif() -> None:
    india, kenya = phrases(countries()["IN"], "ar"), phrases(countries()["KE"], "ar")
    assert (india.within, india.to) == ("في الهند", "للهند")
    assert (kenya.within, kenya.to) == ("في كينيا", "لكينيا")
    assert phrases(countries()["VE"], "ar").name == "جمهورية فنزويلا البوليفارية"
