"""Sensitive recipients (domain rules D10): what their subject line must not say, since others read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

#: Language -> beginnings of words on sexual and reproductive health and rights. Stems, since languages inflect; in
#: Chinese and Arabic, where words have no edge to test, the words as they stand.
_TERMS: Mapping[str, str] = MappingProxyType(
    {
        "en": r"\b(?:sexual|reproducti|abortion|contracepti|family planning|lgbt|srhr|gender identit|homosexual)",
        "fr": r"\b(?:sexu|procréa|reproducti|avortement|ivg\b|contracepti|planification familiale|homosexu|dssr)",
        "es": r"\b(?:sexual|reproducti|abort|anticoncepti|planificación familiar|homosexual|lgbt)",
        "pt": r"\b(?:sexua|reprodutiv|abort|contrace[pc]|planejamento familiar|planeamento familiar|homossexua|lgbt)",
        "ru": r"\b(?:сексуал|репродукт|аборт|контрацеп|планировани[а-я]+ семьи|гомосексуал|лгбт)",
        "ar": r"جنسي|الجنس|إنجاب|الإجهاض|منع الحمل|تنظيم الأسرة|مثلي",
        "zh": r"性健康|性权|性取向|性与生殖|生殖|堕胎|避孕|计划生育|同性恋",
    }
)


def telling(subject: str, language: str) -> str:
    """Find the word in a subject line that others should not read; empty where there is none.

    English is looked for in every language: subjects mix.
    """
    for pattern in (_TERMS.get(language, ""), _TERMS["en"]):
        found = re.search(pattern, subject, re.IGNORECASE) if pattern else None
        if found:
            return found[0]
    return ""
