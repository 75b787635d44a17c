"""Forms of address: how one writes to a minister, to the head of a national institution, to an allied NGO.

The tables follow: UN Correspondence Manual ST/DCS/4/Rev.1 paras 37, 87-89, 104-106 (en); studylibfr.com 1885611,
journaldesmaires.com (fr: the salutation is repeated, word for word, in the close); protocolo.org, scribd 55920138 (es);
alndaa.net/42311 (ar); Manual de Redação da Presidência da República 2.2 (pt); docs.cntd.ru 901758791 (ru); fx361.cc,
yaan.gov.cn (zh). An NGO is not a State: these are signed letters in the first person, never notes verbales. Where the
office-holder's gender is not known the form is double, or neutral where the language has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mobilize.world.titles import gendered, head_of, minister_of, office_in, organisation_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """What is known of the person or office written to."""

    #: "minister", "nhri" or "ngo".
    audience: str
    #: "m", "f" or empty.
    gender: str
    name: str
    office: str
    organisation: str
    #: Alpha-2; some forms differ between countries of one language.
    country: str
    #: The State's formal name in the letter's language, as a line of an address: "Republic of Kenya".
    state: str
    #: Typed by the campaign, in place of what the tables say; empty: the tables.
    honour: str = ""
    salutation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to address, in one language, to one kind of reader."""

    #: Salutation with its own punctuation, by gender; `both` where the gender is not known.
    m: str
    f: str
    both: str
    #: The courtesy close; {salutation} repeats the salutation without its last sign, as French requires.
    close: str
    #: Before a name in the address block, by gender.
    honour_m: str = ""
    honour_f: str = ""
    honour_both: str = ""


#: Language -> audience -> form. {head} is the reader's title, as titles.py finds it.
FORMS: Mapping[str, Mapping[str, Form]] = MappingProxyType(
    {
        "en": {
            "minister": Form(
                m="Excellency,",
                f="Excellency,",
                both="Excellency,",
                close="Please accept, Excellency, the assurances of our highest consideration.",
                honour_m="His Excellency Mr.",
                honour_f="Her Excellency Ms.",
                honour_both="His/Her Excellency",
            ),
            "nhri": Form(
                m="Dear {head},",
                f="Dear {head},",
                both="Dear {head},",
                close="Yours sincerely,",
                honour_m="Mr.",
                honour_f="Ms.",
            ),
            "ngo": Form(m="Dear colleagues,", f="Dear colleagues,", both="Dear colleagues,", close="In solidarity,"),
        },
        "fr": {
            "minister": Form(
                m="Monsieur {head},",
                f="Madame {head},",
                both="Madame {head_f}, Monsieur {head_m},",
                close="Veuillez agréer, {salutation}, l’expression de notre très haute considération.",
                honour_m="Son Excellence Monsieur",
                honour_f="Son Excellence Madame",
                honour_both="Son Excellence Madame/Monsieur",
            ),
            "nhri": Form(
                m="Monsieur {head},",
                f="Madame {head},",
                both="Madame {head_f}, Monsieur {head_m},",
                close="Nous vous prions d’agréer, {salutation}, l’expression de notre haute considération.",
                honour_m="Monsieur",
                honour_f="Madame",
                honour_both="Madame/Monsieur",
            ),
            "ngo": Form(
                m="Chères amies, chers amis,",
                f="Chères amies, chers amis,",
                both="Chères amies, chers amis,",
                close="Bien solidairement,",
            ),
        },
        "es": {
            "minister": Form(
                m="Excelentísimo señor {head}:",
                f="Excelentísima señora {head}:",
                both="Excelentísima señora {head_f}, Excelentísimo señor {head_m}:",
                close=(
                    "Aprovechamos la ocasión para expresar a Vuestra Excelencia las seguridades de nuestra más alta "
                    "y distinguida consideración."
                ),
                honour_m="Excmo. Sr. D.",
                honour_f="Excma. Sra. D.ª",
                honour_both="Excma. Sra. / Excmo. Sr.",
            ),
            "nhri": Form(
                m="Señor {head}:",
                f="Señora {head}:",
                both="Señora {head_f}, señor {head_m}:",
                close="Atentamente,",
                honour_m="Sr.",
                honour_f="Sra.",
                honour_both="Sra./Sr.",
            ),
            "ngo": Form(
                m="Estimadas compañeras, estimados compañeros:",
                f="Estimadas compañeras, estimados compañeros:",
                both="Estimadas compañeras, estimados compañeros:",
                close="Un abrazo solidario,",
            ),
        },
        "ar": {
            "minister": Form(
                m="معالي الوزير، تحية طيبة وبعد،",
                f="معالي الوزيرة، تحية طيبة وبعد،",
                both="معالي الوزيرة / معالي الوزير، تحية طيبة وبعد،",
                close="وتفضلوا معاليكم بقبول فائق الاحترام والتقدير.",
                honour_m="معالي السيد",
                honour_f="معالي السيدة",
                honour_both="معالي السيدة/السيد",
            ),
            "nhri": Form(
                m="سعادة {head} المحترم، تحية طيبة وبعد،",
                f="سعادة {head} المحترمة، تحية طيبة وبعد،",
                both="سعادة {head_f} المحترمة / سعادة {head_m} المحترم، تحية طيبة وبعد،",
                close="وتفضلوا بقبول فائق الاحترام.",
                honour_m="سعادة السيد",
                honour_f="سعادة السيدة",
                honour_both="سعادة السيدة/السيد",
            ),
            "ngo": Form(
                m="الزميلات والزملاء الأعزاء، تحية طيبة وبعد،",
                f="الزميلات والزملاء الأعزاء، تحية طيبة وبعد،",
                both="الزميلات والزملاء الأعزاء، تحية طيبة وبعد،",
                close="مع خالص التضامن،",
            ),
        },
        "pt": {
            "minister": Form(
                m="Excelentíssimo Senhor Ministro,",
                f="Excelentíssima Senhora Ministra,",
                both="Excelentíssima Senhora Ministra, Excelentíssimo Senhor Ministro,",
                close="Respeitosamente,",
                honour_m="A Sua Excelência o Senhor",
                honour_f="A Sua Excelência a Senhora",
                honour_both="A Sua Excelência a Senhora / o Senhor",
            ),
            "nhri": Form(
                m="Senhor {head},",
                f="Senhora {head},",
                both="Senhora {head_f}, Senhor {head_m},",
                close="Com os melhores cumprimentos,",
                honour_m="Senhor",
                honour_f="Senhora",
                honour_both="Senhora/Senhor",
            ),
            "ngo": Form(
                m="Caras e caros colegas,",
                f="Caras e caros colegas,",
                both="Caras e caros colegas,",
                close="Saudações solidárias,",
            ),
        },
        "ru": {
            "minister": Form(
                m="Уважаемый господин Министр!",
                f="Уважаемая госпожа Министр!",
                both="Ваше Превосходительство!",
                close="С глубоким уважением,",
                honour_m="Его Превосходительству г-ну",
                honour_f="Её Превосходительству г-же",
                honour_both="Его/Её Превосходительству",
            ),
            "nhri": Form(
                m="Уважаемый господин {head}!",
                f="Уважаемая госпожа {head}!",
                both="Уважаемая госпожа {head_f}, уважаемый господин {head_m}!",
                close="С уважением,",
                honour_m="Г-ну",
                honour_f="Г-же",
                honour_both="Г-же/г-ну",
            ),
            "ngo": Form(m="Дорогие коллеги!", f="Дорогие коллеги!", both="Дорогие коллеги!", close="С солидарностью,"),
        },
        "zh": {
            "minister": Form(m="阁下：", f="阁下：", both="阁下：", close="顺致最崇高的敬意。"),
            "nhri": Form(
                m="尊敬的{head}先生：", f="尊敬的{head}女士：", both="尊敬的{head}女士/先生：", close="顺致崇高的敬意。"
            ),
            "ngo": Form(m="亲爱的同仁：", f="亲爱的同仁：", both="亲爱的同仁：", close="谨致问候！"),
        },
    }
)

#: In Brazil "Excelentíssimo Senhor" is kept for the heads of the three powers (Manual de Redação 2.2).
_BRAZIL = Form(
    m="Senhor Ministro,",
    f="Senhora Ministra,",
    both="Senhora Ministra, Senhor Ministro,",
    close="Respeitosamente,",
    honour_m="A Sua Excelência o Senhor",
    honour_f="A Sua Excelência a Senhora",
    honour_both="A Sua Excelência a Senhora / o Senhor",
)

#: Signs that end a salutation; they go when it is repeated inside a sentence.
_LAST_SIGNS = ",:!.；：，،! "


def form(language: str, audience: str, country: str) -> Form:
    """Find the form; a language without one is written to in English."""
    if (language, audience, country) == ("pt", "minister", "BR"):
        return _BRAZIL
    return FORMS.get(language, FORMS["en"])[audience]


def salutation(to: Addressee, language: str) -> str:
    """Salute the reader: the campaign's own line if it typed one, else the form for gender and title."""
    if to.salutation:
        return to.salutation
    shape = form(language, to.audience, to.country)
    pattern = {"m": shape.m, "f": shape.f}.get(to.gender, shape.both)
    if to.audience == "minister":
        head = minister_of(to.office, language)
    else:
        head = head_of(to.office, to.organisation, language)
    return pattern.format(head=head.f if to.gender == "f" else head.m, head_m=head.m, head_f=head.f)


def close(to: Addressee, language: str) -> str:
    """Close the letter; where the language repeats the salutation, it is the very same one."""
    repeated = salutation(to, language).rstrip(_LAST_SIGNS)
    return form(language, to.audience, to.country).close.format(salutation=repeated)


def block(to: Addressee, language: str) -> tuple[str, ...]:
    """Lines of the addressee block: name with honour, office, organisation, State. No line twice, none empty.

    Without a name the office stands alone: the office is written to, not the person.
    """
    shape = form(language, to.audience, to.country)
    honour = to.honour or {"m": shape.honour_m, "f": shape.honour_f}.get(to.gender, shape.honour_both)
    if to.name and language == "zh":
        person = f"{to.name}{to.honour or '阁下'}"  # the honour follows the name
    else:
        person = f"{honour} {to.name}".strip() if to.name else ""
    office = gendered(office_in(to.office, language, to.country), to.gender)
    organisation = organisation_in(to.organisation, language, to.country)
    lines = (person, office, organisation, to.state)
    return tuple(line for number, line in enumerate(lines) if line and line not in lines[:number])
