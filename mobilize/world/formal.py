"""A State's formal name, as a line of an address: "Republic of Kenya", «République de Côte d’Ivoire».

English is the table's own (countries.csv). In the other languages the name is composed: the kind of State, which the
English name tells, and the short name as the United Nations writes it; where a language has an adjective or a name of
its own («République française»), that stands in a table. iso-codes' translations were tried and not taken: they write
"República de Kenia" and "République du Cap-Vert" where the United Nations writes Kenya and Cabo Verde.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from mobilize.world.countries import Country
from mobilize.world.grammar import phrases, typographic

_LANGUAGES = ("fr", "es", "pt", "ar", "ru", "zh")

#: English kind of State -> how each language of _LANGUAGES builds the name. {of} is the country with its preposition
#: and article, {name} the country alone.
_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        kind: (f"{french} {{of}}", f"{spanish} {{of}}", f"{portuguese} {{of}}", arabic, f"{russian} {{name}}", chinese)
        for kind, french, spanish, portuguese, arabic, russian, chinese in (
            ("Commonwealth", "Commonwealth", "Commonwealth", "Comunidade", "كمنولث {name}", "Содружество", "{name}国"),
            (
                *("Co-operative Republic", "République coopérative", "República Cooperativa", "República Cooperativa"),
                *("جمهورية {name} التعاونية", "Кооперативная Республика", "{name}合作共和国"),
            ),
            (
                *("Democratic Republic", "République démocratique", "República Democrática", "República Democrática"),
                *("جمهورية {name} الديمقراطية", "Демократическая Республика", "{name}民主共和国"),
            ),
            (
                *("Democratic Socialist Republic", "République socialiste démocratique"),
                *("República Socialista Democrática", "República Democrática Socialista"),
                *("جمهورية {name} الديمقراطية الاشتراكية", "Демократическая Социалистическая Республика"),
                "{name}民主社会主义共和国",
            ),
            (
                *("Eastern Republic", "République orientale", "República Oriental", "República Oriental"),
                *("جمهورية {name} الشرقية", "Восточная Республика", "{name}东岸共和国"),
            ),
            (
                *("Federal Democratic Republic", "République fédérale démocratique", "República Democrática Federal"),
                *("República Democrática Federal", "جمهورية {name} الديمقراطية الاتحادية"),
                *("Федеративная Демократическая Республика", "{name}联邦民主共和国"),
            ),
            (
                *("Federal Republic", "République fédérale", "República Federal", "República Federal"),
                *("جمهورية {name} الاتحادية", "Федеративная Республика", "{name}联邦共和国"),
            ),
            (
                *("Federative Republic", "République fédérative", "República Federativa", "República Federativa"),
                *("جمهورية {name} الاتحادية", "Федеративная Республика", "{name}联邦共和国"),
            ),
            (
                *("Grand Duchy", "Grand-Duché", "Gran Ducado", "Grão-Ducado"),
                *("دوقية {name} الكبرى", "Великое Герцогство", "{name}大公国"),
            ),
            (
                *("Hashemite Kingdom", "Royaume hachémite", "Reino Hachemita", "Reino Hachemita"),
                *("مملكة {name} الهاشمية", "Хашимитское Королевство", "{name}哈希姆王国"),
            ),
            (
                *("Independent State", "État indépendant", "Estado Independiente", "Estado Independente"),
                *("دولة {name} المستقلة", "Независимое Государство", "{name}独立国"),
            ),
            (
                *("Islamic Republic", "République islamique", "República Islámica", "República Islâmica"),
                *("جمهورية {name} الإسلامية", "Исламская Республика", "{name}伊斯兰共和国"),
            ),
            ("Kingdom", "Royaume", "Reino", "Reino", "مملكة {name}", "Королевство", "{name}王国"),
            (
                *("People's Republic", "République populaire", "República Popular", "República Popular"),
                *("جمهورية {name} الشعبية", "Народная Республика", "{name}人民共和国"),
            ),
            ("Principality", "Principauté", "Principado", "Principado", "إمارة {name}", "Княжество", "{name}公国"),
            ("Republic", "République", "República", "República", "جمهورية {name}", "Республика", "{name}共和国"),
            (
                *("Socialist Republic", "République socialiste", "República Socialista", "República Socialista"),
                *("جمهورية {name} الاشتراكية", "Социалистическая Республика", "{name}社会主义共和国"),
            ),
            ("State", "État", "Estado", "Estado", "دولة {name}", "Государство", "{name}国"),
            ("Sultanate", "Sultanat", "Sultanía", "Sultanato", "سلطنة {name}", "Султанат", "{name}苏丹国"),
            ("Union", "Union", "Unión", "União", "اتحاد {name}", "Союз", "{name}联盟"),
        )
    }
)

#: Language -> names that no rule makes: adjectives, and the few that say more than kind and short name.
_OWN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fr": {
            "AR": "République argentine",
            "CH": "Confédération suisse",
            "CZ": "République tchèque",
            "DZ": "République algérienne démocratique et populaire",
            "EG": "République arabe d’Égypte",
            "FR": "République française",
            "GA": "République gabonaise",
            "GR": "République hellénique",
            "IT": "République italienne",
            "KG": "République kirghize",
            "LB": "République libanaise",
            "MM": "République de l’Union du Myanmar",
            "MX": "États-Unis du Mexique",
            "PT": "République portugaise",
            "SK": "République slovaque",
            "TG": "République togolaise",
            "TN": "République tunisienne",
        },
        "es": {
            "AR": "República Argentina",
            "CH": "Confederación Suiza",
            "CN": "República Popular China",
            "CZ": "República Checa",
            "DZ": "República Argelina Democrática y Popular",
            "EG": "República Árabe de Egipto",
            "FR": "República Francesa",
            "GA": "República Gabonesa",
            "GR": "República Helénica",
            "IT": "República Italiana",
            "KG": "República Kirguisa",
            "LB": "República Libanesa",
            "MM": "República de la Unión de Myanmar",
            "MX": "Estados Unidos Mexicanos",
            "PT": "República Portuguesa",
            "SA": "Reino de Arabia Saudita",
            "SK": "República Eslovaca",
            "TG": "República Togolesa",
        },
        "pt": {
            "AR": "República Argentina",
            "CH": "Confederação Suíça",
            "CZ": "República Tcheca",
            "DZ": "República Argelina Democrática e Popular",
            "EG": "República Árabe do Egito",
            "FR": "República Francesa",
            "GR": "República Helênica",
            "IT": "República Italiana",
            "KP": "República Popular Democrática da Coreia",
            "KR": "República da Coreia",
            "LB": "República Libanesa",
            "MX": "Estados Unidos Mexicanos",
            "PT": "República Portuguesa",
        },
        "ar": {
            "AR": "جمهورية الأرجنتين",
            "CH": "الاتحاد السويسري",
            "DZ": "الجمهورية الجزائرية الديمقراطية الشعبية",
            "EG": "جمهورية مصر العربية",
            "FR": "الجمهورية الفرنسية",
            "GA": "جمهورية غابون",
            "GR": "الجمهورية الهيلينية",
            "IT": "الجمهورية الإيطالية",
            "JO": "المملكة الأردنية الهاشمية",
            "LB": "الجمهورية اللبنانية",
            "MA": "المملكة المغربية",
            "MR": "الجمهورية الإسلامية الموريتانية",
            "PT": "الجمهورية البرتغالية",
            "SA": "المملكة العربية السعودية",
            "TN": "الجمهورية التونسية",
            "YE": "الجمهورية اليمنية",
        },
        "ru": {
            "AR": "Аргентинская Республика",
            "AT": "Австрийская Республика",
            "CH": "Швейцарская Конфедерация",
            "CN": "Китайская Народная Республика",
            "CZ": "Чешская Республика",
            "DZ": "Алжирская Народная Демократическая Республика",
            "EE": "Эстонская Республика",
            "EG": "Арабская Республика Египет",
            "FI": "Финляндская Республика",
            "FR": "Французская Республика",
            "GA": "Габонская Республика",
            "GR": "Греческая Республика",
            "IT": "Итальянская Республика",
            "JO": "Иорданское Хашимитское Королевство",
            "KG": "Кыргызская Республика",
            "LB": "Ливанская Республика",
            "LT": "Литовская Республика",
            "LV": "Латвийская Республика",
            "MX": "Мексиканские Соединенные Штаты",
            "PT": "Португальская Республика",
            "SK": "Словацкая Республика",
            "TG": "Тоголезская Республика",
            "TN": "Тунисская Республика",
            "TR": "Турецкая Республика",
            "YE": "Йеменская Республика",
            "ZA": "Южно-Африканская Республика",
        },
        "zh": {
            "BD": "孟加拉人民共和国",
            "CH": "瑞士联邦",
            "CN": "中华人民共和国",
            "DE": "德意志联邦共和国",
            "DZ": "阿尔及利亚民主人民共和国",
            "EG": "阿拉伯埃及共和国",
            "FR": "法兰西共和国",
            "MM": "缅甸联邦共和国",
            "MX": "墨西哥合众国",
            "TH": "泰王国",
        },
    }
)

#: French formal names drop the article of a feminine («République de Côte d’Ivoire»), but for these.
_FRENCH_KEPT = frozenset({"DM", "EC", "IN", "TT", "UG", "UY"})

_KIND = re.compile(r"the (?P<kind>.+?) of (?:the )?(?P<name>.+)")


def formal_name(country: Country, language: str) -> str:
    """Name a State formally, without article; where nothing better is known, its short name."""
    if language == "en":
        return typographic(country.formal.removeprefix("the "))
    own = _OWN.get(language, {}).get(country.code)
    return own or _composed(country, language)


def _composed(country: Country, language: str) -> str:
    name = phrases(country, language).name
    found = _KIND.fullmatch(country.formal)
    if language not in _LANGUAGES or not found or found["kind"] not in _KINDS:
        return name
    pattern = _KINDS[found["kind"]][_LANGUAGES.index(language)]
    if _says_it_already(name, pattern):  # «Royaume des Pays-Bas», «République de Corée», 大韩民国
        return name
    return pattern.format(name=name, of=_of(country, language))


def _says_it_already(name: str, pattern: str) -> bool:
    before, _, behind = pattern.partition("{")
    kind = before.split()[0] if before.strip() else behind.partition("}")[2]
    return name.startswith(kind) if before.strip() else name.endswith(kind[-1])


def _of(country: Country, language: str) -> str:
    named = phrases(country, language)
    article = country.articles.get("fr", "")
    if language != "fr" or article not in ("la", "l'") or country.code in _FRENCH_KEPT:
        return named.of
    return f"d’{named.name}" if article == "l'" else f"de {named.name}"
