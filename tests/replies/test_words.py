"""Which words a reply is found by: folded, in every script, and hashed so that the index tells none of them."""

from __future__ import annotations

import pytest

from mobilize.replies import words

KEY = b"one key"

TEXTS = {
    "en": "The Minister's response: we will co-sponsor the resolution on defenders.",
    "fr": "Le ministère des Affaires étrangères a décidé de co-parrainer la résolution.",
    "de": "Die Bundesregierung wird die Resolution mit einbringen; Rückfragen gerne größer.",
    "ar": "ستنضم حكومتنا إلى مقدمي القرار، والوزير يؤيد المدافعات عن حقوق الإنسان. مُؤَكَّد",
    "fa": "وزارت امور خارجه از این قطعنامه حمایت می‌کند",
    "ru": "Министерство иностранных дел поддержит резолюцию. Ёлка",
    "zh": "外交部长支持该决议草案，保护人权捍卫者。",
    "ja": "外務省は決議案を支持します。カタカナ",
    "ko": "외교부는 결의안을 지지합니다.",
    "th": "กระทรวงการต่างประเทศสนับสนุนข้อมติ",
    "el": "Το Υπουργείο Εξωτερικών θα υποστηρίξει",
    "tr": "Dışişleri Bakanlığı İstanbul kararı destekliyor",
    "hi": "विदेश मंत्रालय संकल्प का समर्थन करेगा",
    "am": "የውጭ ጉዳይ ሚኒስቴር ውሳኔውን ይደግፋል",
}


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("en", "minister"), ("en", "MINIST"), ("en", "co-sponsor"), ("en", "resol defend"),
        ("fr", "ministere"), ("fr", "ETRANGERES"), ("fr", "résolution"), ("fr", "resolution decide"),
        ("de", "ruckfragen"), ("de", "Bundes"), ("de", "größer"),
        ("ar", "الوزير"), ("ar", "وزير"), ("ar", "المدافعات"), ("ar", "مدافعات"), ("ar", "مؤكد"),
        ("ar", "حقوق الانسان"),
        ("fa", "خارجه"), ("fa", "حمایت"), ("fa", "حمايت"),
        ("ru", "министерство"), ("ru", "МИНИСТ"), ("ru", "елка"),
        ("zh", "外交部"), ("zh", "决议"), ("zh", "人权捍卫者"), ("zh", "部"), ("zh", "支持 草案"),
        ("ja", "外務省"), ("ja", "カタカナ"),
        ("ko", "외교부"), ("ko", "외교"), ("ko", "지지"),
        ("th", "กระทรวง"),
        ("el", "υπουργειο"),
        ("tr", "istanbul"), ("tr", "disisleri"),
        ("hi", "मंत्रालय"),
        ("am", "ሚኒስቴር"),
    ],
)  # fmt: skip
def test_a_word_is_found_as_people_type_it(language: str, typed: str) -> None:
    asked = words.asked(typed)
    assert asked
    assert set(asked) <= words.of_reply({"text": TEXTS[language]})


@pytest.mark.parametrize(
    ("language", "typed"),
    [("en", "inister"), ("en", "russia"), ("zh", "交外"), ("zh", "美国"), ("ar", "مهاجمات"), ("ko", "교부")],
)
def test_what_does_not_stand_there_is_not_found(language: str, typed: str) -> None:
    assert not set(words.asked(typed)) <= words.of_reply({"text": TEXTS[language]})


def test_all_fields_that_a_person_wrote_are_searched_and_a_reporter_apart() -> None:
    parsed = {name: f"word{name.replace('_', '')}" for name in ("subject", "text", "note", "from_name", "from_address")}
    found = words.of_reply({**parsed, "reporter": "Desk@Lantern.example", "evidence": ["secretword"], "language": None})
    assert {f"word{name.replace('_', '')}" for name in parsed} <= found
    assert words.whose("desk@lantern.example") in found
    assert "secretword" not in found
    assert "lantern" in found


def test_signs_alone_ask_for_nothing_and_many_words_for_the_first() -> None:
    assert words.asked("") == words.asked(" ?!… '\"*%_") == ()
    assert len(words.asked(" ".join(f"word{number}" for number in range(50)))) == 8
    assert words.asked("OR NEAR(a b) NOT *") == ("or", "near", "a", "b", "not"), "no language of a database's own"


def test_a_mail_of_a_megabyte_does_not_fill_the_index() -> None:
    text = " ".join(f"w{number:07d}" for number in range(150_000))
    assert len(words.of_reply({"text": text})) <= 8_100
    assert max(map(len, words.of_reply({"text": "x" * 1_000_000}))) == 40


def test_a_word_in_the_index_depends_on_the_key_and_is_no_word() -> None:
    one, other = words.token(KEY, "minister"), words.token(b"another", "minister")
    assert one != other
    assert one == words.token(KEY, "minister")
    assert -(2**63) <= one < 2**63
    assert words.tokens(KEY, ["a", "b", "a"]) == {words.token(KEY, "a"), words.token(KEY, "b")}
