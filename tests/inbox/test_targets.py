from __future__ import annotations

import pytest

from mobilize.inbox import targets


@pytest.mark.parametrize(
    ("text", "language", "codes"),
    [
        ("We will approach Kenya, Uganda and Rwanda next week.", "en", ("KE", "RW", "UG")),
        ("We wrote to Ghana last month; we now plan to visit Togo.", "en", ("TG",)),
        ("We do not plan anything in Haiti, a colleague there does it already.", "en", ()),
        ("Next on our list is Chad, then Eritrea.", "en", ("ER", "TD")),
        (
            "Our plan:\n- Ethiopia (letter goes Monday)\n- Djibouti\n- Sudan - maybe later, not decided",
            "en",
            ("DJ", "ET"),
        ),
        ("Egypt and Russia are speaking against paragraph 8.", "en", ()),
        ("We shall go to Kampala on Monday.", "en", ("UG",)),
        ("We leave Egypt to others.", "en", ()),
        ("Our Kenyan colleagues will write to Burundi.", "en", ("BI",)),
        ("Nous allons écrire au Bénin, mais pas au Togo.", "fr", ("BJ",)),
        ("Nous comptons aussi écrire aux ministères des Comores et de Maurice.", "fr", ("KM", "MU")),
        ("Vamos a visitar Panamá y Belice. Colombia ya lo cubren otras.", "es", ("BZ", "PA")),
        ("Vamos contactar Angola e Moçambique; o Brasil fica para mais tarde.", "pt", ("AO", "MZ")),
        ("Планируем обратиться в Азербайджан и Армению. Россию не берём.", "ru", ("AM", "AZ")),
        ("نخطط لمخاطبة موريتانيا وليبيا. أما مصر فهناك زميلات أخريات يتابعنها.", "ar", ("LY", "MR")),
        ("قصد داریم به پاکستان و هند نامه بنویسیم. دربارهٔ ایران فعلاً اقدامی نمی‌کنیم.", "fa", ("IN", "PK")),
        ("Ürdün ve Lübnan dışişleri bakanlıklarına yazacağız.", "tr", ("JO", "LB")),
        ("Kami akan menyurati Malaysia dan Filipina. Untuk Myanmar belum ada keputusan.", "id", ("MY", "PH")),
        ("我们计划联系泰国和老挝外交部，越南由其他伙伴负责。", "zh", ("LA", "TH")),
        ("", "en", ()),
    ],
)
def test_only_countries_that_will_be_approached_are_targets(text: str, language: str, codes: tuple[str, ...]) -> None:
    assert targets.find(text, language).codes == codes


def test_each_target_shows_the_words_that_made_it_one() -> None:
    (evidence,) = targets.find("We will write to Kenya.", "en").evidence
    assert evidence.field == "targets"
    assert "Kenya" in evidence.words
    assert "plan.will" in evidence.rule
