"""One letter -> its message as it goes out: text, HTML, PDF, return address, signature."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Contact
from mobilize.errors import LetterWrong, SettingsWrong
from mobilize.letter import dkim, docx, html, link, mime, partner, pdf, text, token
from mobilize.letter.dkim import Signer
from mobilize.letter.merge import Letter, LetterId
from mobilize.letter.mime import Attachment, Message

if TYPE_CHECKING:
    # A press composes, and starts without the ledger and the settings in half the time.
    from mobilize.installation import Installation

#: Days after sending, or after the campaign's end, during which an answer's token is good.
ANSWER_DAYS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """Whose signature, and the private key as its file has it (PEM): unlike a key that was read, it can travel."""

    pem: bytes = field(repr=False)
    domain: str
    selector: str

    def signer(self) -> Signer:
        """Read the key. Raises SettingsWrong."""
        return dkim.signer(self.pem, domain=self.domain, selector=self.selector)


def signing_key(installation: Installation) -> SigningKey | None:
    """Which key signs the messages (DKIM), as the settings say; None: the relay signs. Raises SettingsWrong."""
    settings = installation.settings
    if not settings.dkim_selector and settings.dkim_key_file is None:
        return None
    if not settings.dkim_selector or settings.dkim_key_file is None:
        raise SettingsWrong("DKIM_SELECTOR and DKIM_KEY_FILE go together", hint="set both, or neither")
    try:
        pem = (installation.folder / settings.dkim_key_file).read_bytes()
    except OSError as error:
        raise SettingsWrong(f"DKIM_KEY_FILE cannot be read: {error.strerror}") from None
    domain = settings.dkim_domain or installation.campaign.sender.address.rpartition("@")[2]
    return SigningKey(pem=pem, domain=domain, selector=settings.dkim_selector)


def signer(installation: Installation) -> Signer | None:
    """Who signs the messages (DKIM); None: the relay does. Raises SettingsWrong."""
    key = signing_key(installation)
    return key.signer() if key is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """All that is needed to make messages; it can travel to another process."""

    campaign: Campaign
    secret: bytes
    #: A return address of its own for each letter.
    verp: bool = False
    #: Where `mobilize serve` is reached over https; empty: nowhere.
    pages: str = ""


def composer(installation: Installation) -> Composer:
    """What an installation brings to its messages."""
    settings = installation.settings
    return Composer(
        campaign=installation.campaign,
        secret=installation.secret,
        verp=settings.smtp_verp,
        pages=settings.public_url,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A letter to be written, by whoever has the campaign at hand: another process, or another machine."""

    letter: LetterId
    contact: Contact
    #: From 1; a reminder is a new round.
    round: int
    #: Its date, where the campaign sets none.
    today: dt.date
    #: Digest of the letter that was planned, and perhaps approved; empty: none was.
    digest: str = ""


def filled(by: Composer, order: Order, *, now: dt.datetime, signer: Signer | None = None) -> Message:
    """Write the letter of an order, and make its message.

    Raises as `message` does, and LetterWrong where the letter is not the one that was planned any more.
    """
    campaign, contact = by.campaign, order.contact
    page = link.page(by.pages, by.secret, campaign, contact)
    letter = partner.write(campaign, contact, today=order.today, round=order.round, link=page)
    if order.digest and letter.digest != order.digest:
        raise LetterWrong(
            "it is not the letter that was planned any more", letter=contact.id, hint="run the same command again"
        )
    return message(by, letter, now=now, signer=signer)


def papers(campaign: Campaign, letter: Letter) -> tuple[Attachment, ...]:
    """What goes with a letter: its paper first, then what is enclosed for an NGO. Raises as `pdf.pdf` does."""
    if not campaign.rules.paper:
        return tuple(_own_letter(campaign, letter))
    paper = pdf.pdf(letter, campaign)
    first = Attachment(name=f"{letter.reference}.pdf", content_type="application/pdf", data=paper)
    return (first, *_own_letter(campaign, letter))


def message(
    by: Composer,
    letter: Letter,
    *,
    now: dt.datetime,
    signer: Signer | None = None,
    enclosed: Sequence[Attachment] | None = None,
) -> Message:
    """Make one letter's message.

    enclosed: its papers, where they are made already.
    Raises LetterWrong, TemplateWrong or FontMissing.
    """
    campaign = by.campaign
    end = campaign.not_after.date() if campaign.not_after else now.date()
    until = max(end, now.date()) + dt.timedelta(days=ANSWER_DAYS)
    made = mime.build(
        letter,
        text=text.text(letter),
        html=html.html(letter),
        attachments=papers(campaign, letter) if enclosed is None else enclosed,
        sender=campaign.sender,
        key=by.secret,
        now=now,
        answers_until=until,
        pages=by.pages,
    )
    if by.verp:
        # The reply token is the return address too: a bounce then names its letter by where it arrives.
        own = token.reply_address(campaign.sender.address, token.make(by.secret, letter.id, until))
        made = replace(made, envelope_sender=own)
    return dkim.signed(made, signer, seconds=int(now.timestamp())) if signer is not None else made


def _own_letter(campaign: Campaign, letter: Letter) -> Iterator[Attachment]:
    """The letter that an NGO may send to its own minister: on paper to be signed, in Word to be changed.

    Its name has no reference of ours: the partner may pass it on as it is.
    """
    own = letter.enclosure
    if own is not None:
        name = f"minister-{own.contact.country}"
        paper = pdf.pdf(own, campaign)
        yield Attachment(name=f"{name}.pdf", content_type="application/pdf", data=paper)
        yield Attachment(name=f"{name}.docx", content_type=docx.CONTENT_TYPE, data=docx.docx(own))
