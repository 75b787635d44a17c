from __future__ import annotations

import pytest

from mobilize.inbox import language


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Recibido. Se dará el trámite correspondiente.", "es"),
        ("Oi, vejam abaixo a resposta do ministério", "pt"),
        ("Nous avons bien reçu votre lettre.", "fr"),
        ("Yes, we will.", "en"),
        ("Ваше письмо получено.", "ru"),
        ("来函收悉。", "zh"),
        ("نامهٔ شما را دریافت کردیم", "fa"),
        ("نامه شما به وزارت ارسال شد و در دست بررسي است", "fa"),
        ("تلقينا رسالتكم", "ar"),
        ("آپ کا خط موصول ہوا", "ur"),
        ("Mektubunuz alınmıştır, teşekkür ederiz.", "tr"),
        ("Surat Saudara telah kami terima.", "id"),
        ("A/RES/66/164 و A/C.3/68/L.64: تؤيد المملكة القرار", "ar"),
    ],
)
def test_a_short_text_is_known_by_its_script_and_small_words(text: str, wanted: str) -> None:
    assert language.detect(text) == wanted


@pytest.mark.parametrize("text", ["", "  \n", "12345", "-- \n", "***"])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    assert language.detect(text) is None


def test_only_the_languages_asked_for_are_answered() -> None:
    assert language.detect("Recibido. Se dará el trámite correspondiente.", ("en", "es")) == "es"
    assert language.detect("Guten Tag, wir haben Ihren Brief erhalten.", ("en", "fr", "de")) == "de"
