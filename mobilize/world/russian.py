"""Country names in the cases of Russian: «Правительство Кении», «в Кении», «Кении».

Regular names follow their ending; adjectives, names of two parts and those that do not follow stand in a table.
Grammar: Зализняк, Грамматический словарь; which islands take «на»: usage of the United Nations' Russian documents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """One name in the cases that letters need."""

    nominative: str
    genitive: str
    dative: str
    prepositional: str


def _cases(nominative: str, genitive: str, dative: str = "", prepositional: str = "") -> Cases:
    """Feminine adjectives and nouns in -ия have one form for three cases."""
    return Cases(
        nominative=nominative,
        genitive=genitive,
        dative=dative or genitive,
        prepositional=prepositional or dative or genitive,
    )


def _republic(stem: str, tail: str = "") -> Cases:
    """A name that ends in the noun Республика, whose adjectives are given without their ending -ая."""
    words = stem.split()

    def bent(ending: str, noun: str) -> str:
        return " ".join((*(word + ending for word in words), noun, tail)).strip()

    return _cases(bent("ая", "Республика"), bent("ой", "Республики"), bent("ой", "Республике"))


def _islands(stem: str, ending: str) -> Cases:
    """«Сейшельские Острова»: stem and the adjective's plural ending, «ие» or «ы»."""
    oblique = {"ие": ("их", "им", "их"), "ы": ("ых", "ым", "ых")}[ending]
    return Cases(
        nominative=f"{stem}{ending} Острова",
        genitive=f"{stem}{oblique[0]} Островов",
        dative=f"{stem}{oblique[1]} Островам",
        prepositional=f"{stem}{oblique[2]} Островах",
    )


#: Code -> cases of what no ending tells. The nominative is how a sentence names the country: brackets are turned.
_TABLE: Mapping[str, Cases] = MappingProxyType(
    {
        "AE": _cases(
            "Объединенные Арабские Эмираты",
            "Объединенных Арабских Эмиратов",
            "Объединенным Арабским Эмиратам",
            "Объединенных Арабских Эмиратах",
        ),
        "AG": _cases("Антигуа и Барбуда", "Антигуа и Барбуды", "Антигуа и Барбуде"),
        "BA": _cases("Босния и Герцеговина", "Боснии и Герцеговины", "Боснии и Герцеговине"),
        "BO": _cases(
            "Многонациональное Государство Боливия",
            "Многонационального Государства Боливия",
            "Многонациональному Государству Боливия",
            "Многонациональном Государстве Боливия",
        ),
        "BS": _islands("Багамск", "ие"),
        "BY": _cases("Беларусь", "Беларуси"),
        "CD": _republic("Демократическ", "Конго"),
        "CF": _republic("Центральноафриканск"),
        "DO": _republic("Доминиканск"),
        "EG": _cases("Египет", "Египта", "Египту", "Египте"),
        "FM": _cases(
            "Федеративные Штаты Микронезии",
            "Федеративных Штатов Микронезии",
            "Федеративным Штатам Микронезии",
            "Федеративных Штатах Микронезии",
        ),
        "GB": _cases(
            "Соединенное Королевство Великобритании и Северной Ирландии",
            "Соединенного Королевства Великобритании и Северной Ирландии",
            "Соединенному Королевству Великобритании и Северной Ирландии",
            "Соединенном Королевстве Великобритании и Северной Ирландии",
        ),
        "GQ": _cases("Экваториальная Гвинея", "Экваториальной Гвинеи", "Экваториальной Гвинее"),
        "GW": _cases("Гвинея-Бисау", "Гвинеи-Бисау", "Гвинее-Бисау"),
        "IL": _cases("Израиль", "Израиля", "Израилю", "Израиле"),
        "IR": _republic("Исламск", "Иран"),
        "KM": _islands("Коморск", "ие"),
        "KN": _cases("Сент-Китс и Невис", "Сент-Китса и Невиса", "Сент-Китсу и Невису", "Сент-Китсе и Невисе"),
        "KP": _republic("Корейск Народно-Демократическ"),
        "KR": _republic("", "Корея"),
        "LA": _republic("Лаосск Народно-Демократическ"),
        "MD": _republic("", "Молдова"),
        "MH": _islands("Маршаллов", "ы"),
        "MK": _cases("Северная Македония", "Северной Македонии"),
        "MU": _cases("Маврикий", "Маврикия", "Маврикию", "Маврикии"),
        "MV": _islands("Мальдивск", "ие"),
        "NI": _cases("Никарагуа", "Никарагуа"),
        "NL": _cases(
            "Королевство Нидерландов", "Королевства Нидерландов", "Королевству Нидерландов", "Королевстве Нидерландов"
        ),
        "NZ": _cases("Новая Зеландия", "Новой Зеландии"),
        "PG": _cases("Папуа — Новая Гвинея", "Папуа — Новой Гвинеи", "Папуа — Новой Гвинее"),
        "PH": _cases("Филиппины", "Филиппин", "Филиппинам", "Филиппинах"),
        "PS": _cases(
            "Государство Палестина", "Государства Палестина", "Государству Палестина", "Государстве Палестина"
        ),
        "RU": _cases("Российская Федерация", "Российской Федерации"),
        "SA": _cases("Саудовская Аравия", "Саудовской Аравии"),
        "SB": _islands("Соломонов", "ы"),
        "SC": _islands("Сейшельск", "ие"),
        "SS": _cases("Южный Судан", "Южного Судана", "Южному Судану", "Южном Судане"),
        "SY": _republic("Сирийск Арабск"),
        "TT": _cases("Тринидад и Тобаго", "Тринидада и Тобаго", "Тринидаду и Тобаго", "Тринидаде и Тобаго"),
        "TZ": _republic("Объединенн", "Танзания"),
        "US": _cases(
            "Соединенные Штаты Америки",
            "Соединенных Штатов Америки",
            "Соединенным Штатам Америки",
            "Соединенных Штатах Америки",
        ),
        "VA": _cases("Святой Престол", "Святого Престола", "Святому Престолу", "Святом Престоле"),
        "VC": _cases(
            "Сент-Винсент и Гренадины",
            "Сент-Винсента и Гренадин",
            "Сент-Винсенту и Гренадинам",
            "Сент-Винсенте и Гренадинах",
        ),
        "VE": _republic("Боливарианск", "Венесуэла"),
        "WS": _cases("Самоа", "Самоа"),
        "ZA": _cases("Южная Африка", "Южной Африки", "Южной Африке"),
    }
)

#: Ending of a nominative -> what replaces it in genitive, dative, prepositional. The first that fits counts; a name
#: that fits none (Перу, Мали, Марокко, Зимбабве) does not bend.
_ENDINGS: tuple[tuple[re.Pattern[str], tuple[str, str, str]], ...] = tuple(
    (re.compile(pattern), endings)
    for pattern, endings in (
        (r"(?<=и)я$", ("и", "и", "и")),  # Кения
        (r"я$", ("и", "е", "е")),  # Гвинея, Эритрея
        (r"(?<=[гкхжчшщ])а$", ("и", "е", "е")),  # Ямайка
        (r"а$", ("ы", "е", "е")),  # Канада
        (r"й$", ("я", "ю", "е")),  # Уругвай
        (r"(?<=[бвгджзклмнпрстфхцчшщ])$", ("а", "у", "е")),  # Афганистан
    )
)

#: Islands of which one says «на» and not «в».
_ON = frozenset({"BB", "BS", "CU", "CY", "FJ", "JM", "KM", "MG", "MH", "MT", "MU", "MV", "PH", "SB", "SC"})
#: «во Франции», «во Вьетнаме»: before в or ф and another consonant.
_BEFORE_VO = re.compile(r"[вф][бвгджзклмнпрстфхцчшщь]", re.IGNORECASE)


def cases(code: str, name: str) -> Cases:
    """Bend a country's name.

    code: alpha-2. name: its nominative as the United Nations writes it.
    """
    if code in _TABLE:
        return _TABLE[code]
    for ending, (genitive, dative, prepositional) in _ENDINGS:
        if ending.search(name):
            return Cases(
                nominative=name,
                genitive=ending.sub(genitive, name, count=1),
                dative=ending.sub(dative, name, count=1),
                prepositional=ending.sub(prepositional, name, count=1),
            )
    return Cases(nominative=name, genitive=name, dative=name, prepositional=name)


def within(code: str, bent: Cases) -> str:
    """Say "in" a country: «в Кении», «во Франции», «на Кубе»."""
    if code in _ON:
        return f"на {bent.prepositional}"
    return f"{'во' if _BEFORE_VO.match(bent.prepositional) else 'в'} {bent.prepositional}"
