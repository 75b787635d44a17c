"""What is an author's word and what only closes her letter."""

from __future__ import annotations

import pytest

from mobilize.inbox.lines import of_text
from mobilize.inbox.mail import Address
from mobilize.inbox.words import own_words

#: Text, and the closing below it.
CLOSED = [
    ("Dear Madam,\n\nWe support the draft.", "With the assurances of my highest consideration,\n\nJ. Smith\nDirector"),
    ("Dear all,\n\nHe will call. We will go on.", "Warmly,\nAnna"),
    ("The matter is under consideration.", "Office of the PS\nMinistry of Foreign Affairs\nTel: +255 22 211 1906"),
    ("Hello,\n\nNo news yet from the ministry. Will keep you posted!", "xx\nMaria"),
    ("We will co-sponsor it.", "The Permanent Mission avails itself of this opportunity to renew its assurances."),
    (
        "Madame,\n\nLe Gouvernement appuie le texte.",
        "Je vous prie de croire à ma considération.\n\nLe Ministre,\nJean D.",
    ),
    ("Madame,\n\nVotre lettre a été transmise.", "Avec mes hommages respectueux.\n\nPour le Ministre\nLe Directeur"),
    ("Chères amies,\n\nLe ministère a dit non.", "Force et courage,\n\nLe bureau"),
    (
        "Madame,\n\nC'est à l'étude.",
        "Dans cette attente, je vous prie d'agréer, Madame, mes hommages.\n\nLa Directrice",
    ),
    ("Estimada:\n\nEl Gobierno copatrocinará.", "Hago propicia la oportunidad para saludarla.\n\nDirección General"),
    ("Exma. Senhora,\n\nO Governo apoia.", "Com os melhores cumprimentos,\n\nO Chefe de Gabinete"),
    ("السيدة المنسقة،\n\nنؤيد القرار.", "وتفضلوا بقبول وافر الاحترام،\n\nالسفير\nمدير الإدارة"),
    ("Уважаемая госпожа!\n\nПроект поддержан.", "С глубоким уважением,\n\nИ. Иванов\nЗаместитель директора"),
    ("尊敬的女士：\n\n我国将支持该决议。", "顺致崇高敬意\n\n外交部国际司\n2013年11月19日"),
    ("سرکار خانم،\n\nما حمایت می‌کنیم.", "با تقدیم احترام\nمدیرکل حقوق بشر"),
    ("Sayın Yetkili,\n\nTasarıyı destekliyoruz.", "Saygılarımla arz ederim.\n\nDaire Başkanı"),
    (
        "Yth. Ibu,\n\nIndonesia mendukung.",
        "Atas perhatian Saudara, diucapkan terima kasih.\n\nHormat kami,\nDirektur HAM",
    ),
    ("Wapendwa,\n\nWizara imekubali.", "Wenu katika mapambano,\nAsha"),
    ("محترمہ،\n\nحکومت حمایت کرتی ہے۔", "والسلام\nڈائریکٹر جنرل"),
    ("Sehr geehrte Frau Roe,\n\nDeutschland unterstützt den Text.", "Mit freundlichen Grüßen\nIm Auftrag\nDr. Müller"),
    ("Please remove me from this list.", "T.G."),
]
#: Texts that end in words of the author.
OPEN = [
    "Yes, we will.",
    "We will co-sponsor the resolution",
    "Our Minister has decided.\n\nNo.",
    "Did they agree?\n\nYes",
    "Dear friends,\n\nPlease note the list:\n\nKenya\nUganda\nTanzania",
    "Which countries?\n\n- Kenya\n- Uganda",
    "Please verify.\n\nhttp://challenge.example/v?id=8812",
    "Thanks for your help!",
    "We support the text.\n\nBest of all, she promised to abstain.",
    "Sent from my desk, which is easier than from my phone.",
    "I ask you to keep this between us.",
]
NOTICES = [
    "This e-mail is confidential and intended only for the addressee. Please delete it if received in error.",
    "Ce message et ses pièces jointes sont confidentiels.\n\nThis e-mail and any attachment are confidential.",
    "Bu e-posta ve ekleri gizli bilgi içerebilir.\n\nThis e-mail may contain confidential information.",
    "*****************************\nAll messages may be monitored or recorded.\n*****************************",
    "_______________________________________________\nwomen mailing list\nwomen@lists.example",
    "Sent from my iPhone",
    "Enviado desde mi iPhone",
    "أُرسلت من الـ iPhone",
    "从我的 iPhone 发送",
    "Gesendet von Outlook für Android",
]


@pytest.mark.parametrize(("text", "closing"), CLOSED)
def test_a_closing_is_taken_off_whole_and_given_back(text: str, closing: str) -> None:
    found = own_words(of_text(f"{text}\n\n{closing}"))
    assert (found.text, found.closing) == (text, closing)


@pytest.mark.parametrize("text", OPEN)
def test_an_authors_last_words_are_no_closing(text: str) -> None:
    assert own_words(of_text(text)).text == text


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_of_the_office_or_the_program_is_no_word_of_the_author(notice: str) -> None:
    found = own_words(of_text(f"Dear all,\n\nWe support the text.\n\nKind regards,\nA. Smith\n\n{notice}"))
    assert found.text == "Dear all,\n\nWe support the text."


def test_the_senders_own_name_below_a_letter_is_her_signature() -> None:
    author = Address(name="шапка звезды", address="a@ngo.example")
    assert own_words(of_text("Ответа нет.\n\nшапка звезды"), author=author).text == "Ответа нет."


def test_a_mail_that_is_all_signature_is_kept() -> None:
    assert own_words(of_text("Regards")).text == "Regards"
