"""The fixed words of a letter in each language: reference, subject, page (domain protocol 4)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: What each language calls the parts, and how it writes place and date in a letterhead.
_ORDER = ("reference", "subject", "by_email", "page_of", "place_and_date", "enclosure", "enclosures", "footer")

_ROWS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Reference",
        "Subject",
        "By e-mail",
        "Page {page} of {pages}",
        "{place}, {date}",
        "Enclosure",
        "Enclosures",
        "Please quote this reference in your reply.",
    ),
    "fr": (
        "Référence",
        "Objet",
        "Par courrier électronique",
        "Page {page} sur {pages}",
        "{place}, le {date}",
        "Pièce jointe",
        "Pièces jointes",
        "Prière de rappeler cette référence dans votre réponse.",
    ),
    "es": (
        "Referencia",
        "Asunto",
        "Por correo electrónico",
        "Página {page} de {pages}",
        "{place}, {date}",
        "Anexo",
        "Anexos",
        "Sírvase citar esta referencia en su respuesta.",
    ),
    "ar": (
        "المرجع",
        "الموضوع",
        "بالبريد الإلكتروني",
        "الصفحة {page} من {pages}",
        "{place}، {date}",
        "المرفق",
        "المرفقات",
        "يرجى ذكر هذا المرجع في ردكم.",
    ),
    "pt": (
        "Referência",
        "Assunto",
        "Por correio eletrónico",
        "Página {page} de {pages}",
        "{place}, {date}",
        "Anexo",
        "Anexos",
        "Queira citar esta referência na sua resposta.",
    ),
    "ru": (
        "Исх. номер",
        "Тема",
        "По электронной почте",
        "Страница {page} из {pages}",
        "{place}, {date}",
        "Приложение",
        "Приложения",
        "Просим указать этот номер в ответе.",
    ),
    "zh": (
        "编号",
        "主题",
        "经电子邮件",
        "第{page}页，共{pages}页",
        "{date}于{place}",
        "附件",
        "附件",
        "复函时请注明此编号。",
    ),
}

#: Between a label and what it names: French sets a space before its colon, Chinese has its own.
COLON: Mapping[str, str] = MappingProxyType({"fr": "\N{NO-BREAK SPACE}: ", "zh": "："})


def labels(language: str) -> dict[str, str]:
    """The fixed words of a language, by part; English where it has none here."""
    words = dict(zip(_ORDER, _ROWS.get(language, _ROWS["en"]), strict=True))
    return {**words, "colon": COLON.get(language, ": ")}
