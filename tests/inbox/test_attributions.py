"""The line above a quote, as programs write it in their users' languages: it and the quote are no new words."""

from __future__ import annotations

import textwrap

import pytest

from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context

GMAIL = """
On Tue, Nov 12, 2013 at 3:04 PM, Desk <d@own.example> wrote:
On Tue, 12 Nov 2013 at 15:04, Desk <d@own.example> wrote:
2013/11/12 Desk <d@own.example>
Le mar. 12 nov. 2013 à 15:04, Desk <d@own.example> a écrit :
El mar, 12 nov 2013 a las 15:04, Desk (<d@own.example>) escribió:
El mar., 12 nov. 2013 15:04, Desk <d@own.example> escribió:
Em ter., 12 de nov. de 2013 às 15:04, Desk <d@own.example> escreveu:
Desk <d@own.example> escreveu no dia terça, 12/11/2013 à(s) 15:04:
Il giorno mar 12 nov 2013 alle ore 15:04 Desk <d@own.example> ha scritto:
Am Di., 12. Nov. 2013 um 15:04 Uhr schrieb Desk <d@own.example>:
Op di 12 nov. 2013 om 15:04 schreef Desk <d@own.example>:
Den tir. 12. nov. 2013 kl. 15.04 skrev Desk <d@own.example>:
tir. 12. nov. 2013 kl. 15:04 skrev Desk <d@own.example>:
Den tis 12 nov. 2013 kl 15:04 skrev Desk <d@own.example>:
ti 12. marrask. 2013 klo 15.04 Desk (d@own.example) kirjoitti:
wt., 12 lis 2013 o 15:04 Desk <d@own.example> napisał(a):
út 12. 11. 2013 v 15:04 odesílatel Desk <d@own.example> napsal:
ut 12. 11. 2013 o 15:04 Desk <d@own.example> napísal(a):
Desk <d@own.example> ezt írta (időpont: 2013. nov. 12., K, 15:04):
mar., 12 nov. 2013 la 15:04, Desk <d@own.example> a scris:
uto, 12. stu 2013. u 15:04 Desk <d@own.example> napisao je:
V V tor., 12. nov. 2013 ob 15:04 je oseba Desk <d@own.example> napisala:
уто, 12. нов 2013. у 15:04 Desk <d@own.example> је написао/ла:
На вт, 12.11.2013 г. в 15:04 Desk <d@own.example> написа:
вт, 12 нояб. 2013 г. в 15:04, Desk <d@own.example>:
12 ноября 2013 г., 15:04 пользователь Desk <d@own.example> написал:
вт, 12 лист. 2013 р. о 15:04 Desk <d@own.example> пише:
Στις Τρί 12 Νοε 2013 στις 3:04 μ.μ., ο/η Desk <d@own.example> έγραψε:
Desk <d@own.example>, 12 Kas 2013 Sal, 15:04 tarihinde şunu yazdı:
في الثلاثاء، 12 نوفمبر 2013 في 3:04 م تمت كتابة ما يلي بواسطة Desk <d@own.example>:
بتاريخ الثلاثاء، 12 نوفمبر 2013 3:04 م كتب Desk <d@own.example>:
در تاریخ سه‌شنبه ۱۲ نوامبر ۲۰۱۳،\u200f ۱۵:۰۴ Desk <d@own.example> نوشت:
בתאריך יום ג׳, 12 בנוב׳ 2013 ב-15:04 מאת Desk <d@own.example>:
Desk <d@own.example> 于2013年11月12日周二 15:04写道：
Desk <d@own.example> 於 2013年11月12日 週二 下午3:04寫道：
2013年11月12日(火) 15:04 Desk <d@own.example>:
2013년 11월 12일 (화) 오후 3:04, Desk <d@own.example>님이 작성:
Vào Th 3, 12 thg 11, 2013 vào lúc 15:04 Desk <d@own.example> đã viết:
ในวันที่ อ. 12 พ.ย. 2013 เวลา 15:04 Desk <d@own.example> เขียนว่า:
Pada tanggal Sel, 12 Nov 2013 pukul 15.04 Desk <d@own.example> menulis:
Pada Sel, 12 Nov 2013 pada 3:04 PTG Desk <d@own.example> menulis:
Mnamo Jum, 12 Nov 2013 saa 15:04 Desk <d@own.example> aliandika:
Noong Mar, Nob 12, 2013 nang 3:04 PM, sinulat ni Desk <d@own.example> ang:
2013-11-12, an, 15:04 Desk <d@own.example> rašė:
otrd., 2013. g. 12. nov., plkst. 15:04 — lietotājs Desk (<d@own.example>) rakstīja:
Kuupäev T, 12. november 2013 kell 15:04 kirjutas Desk <d@own.example>:
Missatge de Desk <d@own.example> del dia dt., 12 de nov. 2013 a les 15:04:
मंगल, 12 नव॰ 2013 को 3:04 pm बजे को Desk <d@own.example> ने लिखा:
মঙ্গল, ১২ নভে, ২০১৩ তারিখে ৩:০৪ PM টায় এ তে Desk <d@own.example> লিখেছেন:
بتاریخ منگل، 12 نومبر، 2013 کو 3:04 PM پر Desk <d@own.example> نے تحریر کیا:
Þann þri., 12. nóv. 2013 kl. 15:04 skrifaði Desk <d@own.example>:
"""

APPLE = """
On 12 Nov 2013, at 15:04, Desk <d@own.example> wrote:
On Nov 12, 2013, at 3:04 PM, Desk <d@own.example> wrote:
Le 12 nov. 2013 à 15:04, Desk <d@own.example> a écrit :
Am 12.11.2013 um 15:04 schrieb Desk <d@own.example>:
El 12 nov 2013, a las 15:04, Desk <d@own.example> escribió:
Em 12 de nov. de 2013, à(s) 15:04, Desk <d@own.example> escreveu:
12 нояб. 2013 г., в 15:04, Desk <d@own.example> написал(а):
12 Kas 2013 tarihinde 15:04 saatinde, Desk <d@own.example> şunları yazdı:
在 2013年11月12日，15:04，Desk <d@own.example> 写道：
於 2013年11月12日 下午3:04，Desk <d@own.example> 寫道：
2013/11/12 15:04、Desk <d@own.example>のメール:
2013. 11. 12. 오후 3:04, Desk <d@own.example> 작성:
بتاريخ 12 نوفمبر 2013، الساعة 3:04 م، كتب/كتبت Desk <d@own.example>:
ב-12 בנוב׳ 2013, בשעה 15:04, Desk <d@own.example> כתב/ה:
Op 12 nov. 2013 om 15:04 heeft Desk <d@own.example> het volgende geschreven:
Il giorno 12 nov 2013, alle ore 15:04, Desk <d@own.example> ha scritto:
12 nov. 2013 kl. 15:04 skrev Desk <d@own.example>:
Dne 12. 11. 2013, v 15:04, Desk <d@own.example> napsal(a):
Wiadomość napisana przez Desk <d@own.example> w dniu 12 lis 2013, o godz. 15:04:
Pada 12 Nov 2013, pukul 15.04, Desk <d@own.example> menulis:
"""

OTHERS = """
On 12.11.13 15:04, Desk wrote:
On 2013-11-12 15:04, Desk wrote:
On 12/11/2013 15:04, Desk wrote:
Am 12.11.13 um 15:04 schrieb Desk:
Le 12/11/2013 à 15:04, Desk a écrit :
Le 12-11-2013 15:04, Desk a écrit :
El 12/11/13 a las 15:04, Desk escribió:
El 2013-11-12 15:04, Desk escribió:
Em 12/11/2013 15:04, Desk escreveu:
Il 12/11/2013 15:04, Desk ha scritto:
12.11.2013 15:04, Desk пишет:
12.11.2013 15:04 tarihinde Desk yazdı:
W dniu 12.11.2013 o 15:04, Desk pisze:
Dne 12.11.2013 v 15:04 Desk napsal(a):
Op 12-11-2013 om 15:04 schreef Desk:
2013-11-12 15:04 keltezéssel, Desk írta:
在 2013/11/12 15:04, Desk 写道:
At 2013-11-12 15:04:00, "Desk" <d@own.example> wrote:
En martes, 12 de noviembre de 2013 15:04:00 CET, Desk <d@own.example> escribió:
Le mardi 12 novembre 2013 à 15:04:00 UTC+1, Desk <d@own.example> a écrit :
On Tuesday, November 12, 2013, 03:04:00 PM GMT+1, Desk <d@own.example> wrote:
On Tuesday, November 12th, 2013 at 3:04 PM, Desk <d@own.example> wrote:
Desk <d@own.example> wrote on 12/11/2013 15:04:00:
Desk <d@own.example> schrieb am Di., 12. Nov. 2013, 15:04:
Вторник, 12 ноября 2013, 15:04 +04:00 от Desk <d@own.example>:
12.11.2013, 15:04, "Desk" <d@own.example>:
"""

# A date and a name without a verb: a quote only where quote marks say so.
NEEDS_MARKS = {"2013/11/12 Desk <d@own.example>"}
LINES = [line for block in (GMAIL, APPLE, OTHERS) for line in block.strip().splitlines()]
ANSWER = "Thank you for your letter. We will reply next week."


def answered(attribution: str, quoted: str) -> str:
    body = f"{ANSWER}\n\n{attribution}\n{quoted}"
    head = "From: Desk Officer <o@mfa.gov.xx.example>\nTo: d@own.example\nSubject: Re: Letter\n"
    raw = f"{head}Content-Type: text/plain; charset=utf-8\n\n{body}"
    made = read(RawMail(data=raw.encode(), origin="test"), context=Context(own_addresses=("d@own.example",)))
    assert made.via == "direct"
    return " ".join(made.text.split())


@pytest.mark.parametrize("line", LINES)
def test_the_line_above_a_quote_is_cut(line: str) -> None:
    assert answered(line, "> We urge you to co-sponsor.\n> Please.\n") == ANSWER


@pytest.mark.parametrize("line", [line for line in LINES if line not in NEEDS_MARKS])
def test_the_line_is_cut_also_when_the_quote_has_no_marks(line: str) -> None:
    assert answered(line, "We urge you to co-sponsor.\n\nPlease.\n") == ANSWER


@pytest.mark.parametrize("line", [line for line in LINES if " " in line])
def test_a_line_that_was_wrapped_is_cut(line: str) -> None:
    assert answered(textwrap.fill(line, 40), "> We urge you to co-sponsor.\n") == ANSWER


@pytest.mark.parametrize(
    "sentence",
    [
        "On 12 November 2013 the Minister wrote:",
        "As we wrote on 12 November:",
        "Le 12 novembre, le ministre a écrit à la mission.",
        "On Tuesday we decided three things:",
    ],
)
def test_a_sentence_about_writing_is_not_taken_for_one(sentence: str) -> None:
    assert answered(f"{sentence} our position stands.", "We count on you.").endswith("We count on you.")
