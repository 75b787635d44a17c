"""What kind of mail it is, in the words of every language, by whoever wrote it."""

from __future__ import annotations

import pytest

from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context, Reply

OFFICE = "Registry <registry@mfa.gov.ke.example>"
PERSON = "A. Reader <reader@mail.example>"
PARTNER = "Lantern Network <desk@lantern.ngo.example>"
CONTEXT = Context(own_addresses=("office@campaign.example",))


def parsed(text: str, sender: str, subject: str = "Re: your letter", headers: str = "") -> Reply:
    raw = (
        f"From: {sender}\nTo: office@campaign.example\nSubject: {subject}\n{headers}"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    )
    return read(RawMail(data=raw.encode(), origin="test"), context=CONTEXT)


RECEIPTS = {
    "en": [
        "I acknowledge receipt of your letter, which has been passed to the competent department.",
        "Your correspondence has been received and placed before the Minister.",
        "We confirm receipt of your e-mail of 4 November. Our reference is FA/UN/12.",
        "Your letter is receiving attention.",
    ],
    "fr": [
        "J'accuse réception de votre lettre, qui a été transmise à la direction compétente.",
        "Nous avons bien reçu votre courrier du 4 novembre, enregistré sous le numéro 12.",
        "Votre correspondance a retenu toute l'attention du Ministre, qui l'a transmise au service concerné.",
    ],
    "es": [
        "Acuso recibo de su carta, la cual ha sido remitida a la dirección competente.",
        "Su nota ha sido recibida y registrada con el número 12.",
        "Confirmamos la recepción de su correo, que fue trasladado al área correspondiente.",
    ],
    "pt": [
        "Acusamos a receção da vossa carta, que foi encaminhada ao departamento competente.",
        "Confirmo o recebimento de sua mensagem, encaminhada à área responsável.",
        "A sua carta foi recebida e registada com o número 12.",
    ],
    "id": [
        "Surat Saudara telah kami terima dan diteruskan kepada direktorat terkait.",
        "Dengan ini kami beritahukan bahwa surat Saudara telah dicatat dengan nomor 12.",
    ],
    "tr": ["Mektubunuz alınmış ve ilgili birime iletilmiştir.", "Yazınız kayda alınmıştır. Kayıt numarası: 12."],
    "ru": [
        "Ваше письмо получено и направлено в профильный департамент.",
        "Подтверждаем получение Вашего обращения, входящий номер 12.",
    ],
    "ar": ["نفيدكم باستلام رسالتكم وإحالتها إلى الإدارة المختصة.", "تم استلام خطابكم وقيده برقم 12."],
    "zh": ["来函收悉，已转有关部门办理。", "贵组织来信已收到并登记。"],
    "fa": ["نامهٔ شما دریافت و به ادارهٔ مربوط ارسال شد.", "وصول نامهٔ شما را اعلام می‌دارد. شمارهٔ ثبت: ۱۲"],
}

WISHES = {
    "en": [
        "Please remove my address from your list.",
        "Kindly unsubscribe me.",
        "I do not wish to receive these e-mails any more.",
    ],
    "fr": [
        "Veuillez me retirer de votre liste.",
        "Je ne souhaite plus recevoir vos messages.",
        "Merci de me désabonner.",
    ],
    "es": [
        "Solicito que me den de baja de esta lista.",
        "No deseo recibir más correos suyos.",
        "Por favor, retiren mi dirección de su lista.",
    ],
    "pt": [
        "Por favor, retirem o meu endereço da vossa lista.",
        "Não desejo receber mais mensagens.",
        "Solicito o cancelamento da minha inscrição.",
    ],
    "id": ["Mohon hapus alamat saya dari daftar ini.", "Saya tidak ingin menerima email ini lagi."],
    "tr": ["Lütfen beni listenizden çıkarın.", "Artık bu e-postaları almak istemiyorum."],
    "ru": ["Пожалуйста, исключите меня из списка рассылки.", "Прошу отписать меня от рассылки."],
    "ar": ["يرجى حذف عنواني من قائمتكم البريدية.", "لا أرغب في تلقي رسائلكم."],
    "zh": ["请将我从邮件列表中删除。", "请不要再给我发邮件。"],
    "fa": ["لطفاً نشانی مرا از فهرست خود حذف کنید.", "مایل به دریافت این پیام‌ها نیستم."],
}

COMPLAINTS = {
    "en": [
        "This is spam. I have reported you to your provider.",
        "We never agreed to receive this and have complained to the data protection authority.",
    ],
    "fr": [
        "Ceci est du spam ; je vous ai signalé à votre fournisseur.",
        "Nous n'avons jamais donné notre consentement et portons plainte auprès de la CNIL pour spam.",
    ],
    "es": [
        "Esto es spam y lo he denunciado ante su proveedor.",
        "Nunca autorizamos estos correos no solicitados; presentaremos una queja.",
    ],
    "pt": [
        "Isto é spam e já vos denunciei ao vosso fornecedor.",
        "Nunca autorizámos estas mensagens não solicitadas; apresentámos queixa.",
    ],
    "id": ["Ini spam dan sudah kami laporkan kepada penyedia layanan Anda."],
    "tr": ["Bu bir spam; sizi sağlayıcınıza şikâyet ettim."],
    "ru": ["Это спам, мы пожаловались на вас провайдеру."],
    "ar": ["هذه رسائل مزعجة وقد قدمنا شكوى ضدكم إلى مزود الخدمة."],
    "zh": ["这是垃圾邮件，我已向你们的服务商举报。"],
    "fa": ["این هرزنامه است و از شما به ارائه‌دهنده شکایت کرده‌ایم."],
}


def each(table: dict[str, list[str]]) -> list[object]:
    return [pytest.param(text, id=f"{code}{n}") for code, texts in table.items() for n, text in enumerate(texts)]


@pytest.mark.parametrize("text", each(RECEIPTS))
def test_what_speaks_only_of_the_letter_s_way_is_an_acknowledgement(text: str) -> None:
    made = parsed(text, OFFICE)
    assert (made.kind, made.stance, made.country) == ("acknowledgement", None, "KE")


@pytest.mark.parametrize("text", each(WISHES))
def test_a_wish_to_get_no_more_mail_is_understood(text: str) -> None:
    assert parsed(text, PERSON).kind == "unsubscribe"


@pytest.mark.parametrize("text", each(COMPLAINTS))
def test_an_angry_person_who_reports_spam_complains(text: str) -> None:
    assert parsed(text, PERSON).kind == "complaint"


@pytest.mark.parametrize(
    "text",
    [
        "The Government of Kenya supports the draft resolution.",
        "We have no objection to the text.",
        "The draft resolution is being studied by the competent authorities.",
    ],
)
def test_an_office_that_says_more_answers(text: str) -> None:
    assert parsed(text, OFFICE).kind == "reply"


def test_a_receipt_that_also_takes_a_position_is_an_answer() -> None:
    text = "I acknowledge receipt of your letter. Kenya will co-sponsor the draft resolution."
    made = parsed(text, OFFICE)
    assert (made.kind, made.stance) == ("reply", "cosponsor")


def test_a_partner_s_own_words_are_a_report_and_she_is_the_reporter() -> None:
    made = parsed(
        "Dear friends, we met the adviser in Dakar. She told us that Senegal will co-sponsor the resolution. "
        "Next week we will approach Mali and Guinea.",
        PARTNER,
    )
    assert (made.kind, made.reporter, made.country, made.stance) == (
        "partner_report",
        "desk@lantern.ngo.example",
        "SN",
        "cosponsor",
    )
    assert set(made.targets) == {"ML", "GN"}


def test_a_report_of_several_governments_is_none_s() -> None:
    made = parsed(
        "Dear all, Kenya told us that it will co-sponsor. Uganda told us that it will vote against the resolution.",
        PARTNER,
    )
    assert (made.kind, made.country, made.stance) == ("partner_report", None, None)


def test_spam_with_our_words_stays_spam() -> None:
    text = "Dearest, I am a widow. My Government will co-sponsor the transfer of USD 9,000,000; send your bank details."
    made = parsed(text, PERSON)
    assert (made.kind, made.stance, made.country, made.via) == ("other", None, None, None)


def test_a_newsletter_is_none_of_our_business() -> None:
    made = parsed(
        "This month: we met many readers. Buy now!",
        "News <news@shop.example>",
        headers="List-Unsubscribe: <http://x.example>\nPrecedence: bulk\n",
    )
    assert made.kind == "other"


def test_an_empty_mail_is_other() -> None:
    assert parsed("", PERSON).kind == "other"


def test_a_machine_s_mail_takes_no_position() -> None:
    made = parsed(
        "I support a paperless office and am away.", OFFICE, "Automatic reply: x", "Auto-Submitted: auto-replied\n"
    )
    assert (made.kind, made.stance, made.country) == ("auto_reply", None, "KE")


def test_an_absence_beside_a_position_is_an_answer() -> None:
    made = parsed("Kenya will co-sponsor the draft resolution. I am on annual leave until 3 December.", OFFICE)
    assert (made.kind, made.stance) == ("reply", "cosponsor")
