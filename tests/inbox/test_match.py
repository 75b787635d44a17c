"""Whose address, which letter, which government."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mobilize.inbox.offices import Office, country_of, sender
from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context, LetterRef, NoLookup, Reply

OWN = "office@campaign.example"


@dataclass(frozen=True)
class Outbox:
    """Three letters of ours."""

    letters: tuple[tuple[str, str, str, str, str], ...] = (
        # letter, country, audience, token, address
        ("l-ke", "KE", "minister", "ke4tok", "cs@mfa.gov.ke.example"),
        ("l-ug", "UG", "nhri", "ug4tok", "chair@rights.example"),
        ("l-ngo", "ZA", "ngo", "za4tok", "desk@lantern.example"),
    )

    def _first(self, at: int, value: str) -> LetterRef | None:
        for row in self.letters:
            if row[at] == value.lower():
                return LetterRef(letter=row[0], country=row[1], audience=row[2])
        return None

    def by_message_id(self, message_id: str) -> LetterRef | None:
        return self._first(0, message_id.partition("@")[0])

    def by_token(self, token: str) -> LetterRef | None:
        return self._first(3, token)

    def by_address(self, address: str) -> LetterRef | None:
        return self._first(4, address)


def parsed(text: str, sender: str, *, to: str = OWN, headers: str = "", outbox: bool = True) -> Reply:
    raw = (
        f"From: {sender}\nTo: {to}\nSubject: Re: your letter\n{headers}"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    )
    context = Context(own_addresses=(OWN,), lookup=Outbox() if outbox else NoLookup())
    return read(RawMail(data=raw.encode(), origin="test"), context=context)


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("a@mfa.gov.ke", "KE"),
        ("a@foreign.go.ke", "KE"),
        ("a@sre.gob.mx", "MX"),
        ("a@mrree.gub.uy", "UY"),
        ("a@diplomatie.gouv.fr", "FR"),
        ("a@international.gc.ca", "CA"),
        ("a@mfat.govt.nz", "NZ"),
        ("a@eda.admin.ch", "CH"),
        ("a@bmeia.gv.at", "AT"),
        ("a@mfa.no", "NO"),
        ("a@mofa.go.jp", "JP"),
        ("a@fcdo.gov.uk", "GB"),
        ("a@state.gov", "US"),
        ("a@govmu.org", "MU"),
        ("a@mfa.gov.na.example", "NA"),
        ("a@gmail.com", None),
        ("a@lantern.org.ke", None),
        ("a@ngo.co.ke", None),
        ("a@go.com", None),
        ("a@gov.example", None),
        ("", None),
        ("a@mail.example.org", None),
    ],
)
def test_a_government_s_domain_tells_its_country(address: str, country: str | None) -> None:
    assert country_of(address) == country


@pytest.mark.parametrize(
    ("address", "name", "office"),
    [
        ("a@mfa.gov.ke", "", Office.GOVERNMENT),
        ("a@chr.gov.ph", "", Office.INSTITUTION),
        ("a@gov.gh", "Commission on Human Rights", Office.INSTITUTION),
        ("a@x.ngo.example", "", Office.PARTNER),
        ("a@mail.example", "Bo", Office.UNKNOWN),
        ("", "Посольство Кении", Office.GOVERNMENT),
        ("", "وزارة الخارجية", Office.GOVERNMENT),
        ("", "Defensoría del Pueblo", Office.INSTITUTION),
    ],
)
def test_address_and_name_tell_the_office(address: str, name: str, office: Office) -> None:
    assert sender(address, name, NoLookup()).office is office


def test_the_token_is_read_as_written_and_leads_to_the_letter() -> None:
    made = parsed("Noted.", "Someone <x@mail.example>", to="Office <office+r.KE4tok@campaign.example>")
    assert (made.matches.token, made.matches.letter) == ("KE4tok", "l-ke")


def test_a_token_in_a_stranger_s_address_is_none_of_ours() -> None:
    made = parsed("Noted.", "Someone <x@mail.example>", to="other+r.ke4tok@elsewhere.example")
    assert made.matches.token is None


def test_our_message_id_is_found_and_another_s_is_not() -> None:
    ours = parsed(
        "The Government will decide.",
        "Registry <r@mail.example>",
        headers="References: <other@x.example> <l-ke@campaign.example>\n",
    )
    assert (ours.matches.in_reply_to, ours.matches.letter) == ("<l-ke@campaign.example>", "l-ke")
    assert parsed("x", "Registry <r@mail.example>", headers="In-Reply-To: <1@x.example>\n").matches.in_reply_to is None


def test_an_address_that_the_outbox_knows_needs_no_domain() -> None:
    made = parsed(
        "The Commission has noted the draft. The Government supports the resolution.", "Chair <chair@rights.example>"
    )
    assert (made.country, made.matches.letter) == ("UG", "l-ug")


def test_two_letters_that_point_apart_are_left_to_a_person() -> None:
    made = parsed("Noted.", "CS <cs@mfa.gov.ke.example>", to="office+r.ug4tok@campaign.example")
    assert made.matches.letter is None
    assert set(made.matches.candidates) == {"l-ke", "l-ug"}


def test_the_letter_to_a_forwarder_says_nothing_of_the_author() -> None:
    text = (
        "See below.\n\n---------- Forwarded message ----------\n"
        "From: PS <ps@mfa.gov.zm.example>\nDate: Fri, Nov 8, 2013 at 9:00 AM\n"
        "Subject: Answer\nTo: desk@lantern.example\n\nZambia supports the draft resolution.\n"
    )
    made = parsed(text, "Desk <desk@lantern.example>", headers="In-Reply-To: <l-ngo@campaign.example>\n")
    assert (made.country, made.stance, made.reporter) == ("ZM", "support", "desk@lantern.example")


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Jamaica supports the draft resolution.\n\nMinistry of Foreign Affairs, Kingston", "JM"),
        ("La Cancillería informa que el Ecuador apoya el proyecto de resolución.", "EC"),
        ("Le Gouvernement de la République du Niger soutient le projet de résolution.", "NE"),
    ],
)
def test_a_text_names_its_government_where_nothing_else_does(text: str, country: str) -> None:
    forwarded = (
        "Fyi\n\n---------- Forwarded message ----------\nFrom: Ministry <x@mail.example>\n"
        f"Date: Fri, Nov 8, 2013 at 9:00 AM\nSubject: Answer\nTo: y@mail.example\n\n{text}\n"
    )
    assert parsed(forwarded, "Desk <desk@lantern.ngo.example>", outbox=False).country == country


def test_a_partner_is_asked_about_one_government_not_those_she_plans() -> None:
    made = parsed(
        "We wrote to the Ministry in Maputo: no answer yet. We plan to approach Malawi and Zambia.",
        "Desk <desk@lantern.ngo.example>",
    )
    assert (made.kind, made.country, set(made.targets)) == ("partner_report", "MZ", {"MW", "ZM"})


def test_a_bounce_concerns_the_government_whose_address_failed() -> None:
    def bounced(address: str) -> Reply:
        return parsed(
            f"Your message could not be delivered.\n\n<{address}>: 550 5.1.1 user unknown",
            "MAILER-DAEMON@mx.campaign.example",
            headers="Return-Path: <>\nSubject: failure notice\n",
        )

    assert (bounced("cs@mfa.gov.ke.example").kind, bounced("cs@mfa.gov.ke.example").country) == ("bounce", "KE")
    assert bounced("desk@lantern.example").country is None


def why(made: Reply) -> list[tuple[str | None, str | None, list[str]]]:
    return [(each.letter, each.country, [reason.rule for reason in each.reasons]) for each in made.candidates]


def test_a_tie_has_its_candidates_each_with_reasons_the_surest_first() -> None:
    made = parsed("Noted.", "CS <cs@mfa.gov.ke.example>", to="office+r.ug4tok@campaign.example")
    assert why(made) == [("l-ug", "UG", ["match.token"]), ("l-ke", "KE", ["match.address"])]
    assert made.candidates[0].score > made.candidates[1].score


def test_there_are_candidates_where_none_wins() -> None:
    made = parsed("Jamaica and Ecuador spoke. Someone of us will tell you more.", "Someone <x@mail.example>")
    assert made.country is None
    assert [each.country for each in made.candidates] == ["EC", "JM"]
    assert {reason.words for each in made.candidates for reason in each.reasons} == {"Ecuador", "Jamaica"}


def test_a_country_that_is_named_strengthens_the_letter_that_went_there() -> None:
    alone = parsed("Noted.", "CS <cs@mfa.gov.ke.example>")
    named = parsed("Kenya has noted your letter.", "CS <cs@mfa.gov.ke.example>")
    assert why(named) == [("l-ke", "KE", ["match.address", "match.text"])]
    assert named.candidates[0].score > alone.candidates[0].score


def test_a_token_that_is_only_quoted_is_a_candidate() -> None:
    text = "We have seen this.\n\n> Reply-To: office+r.ug4tok@campaign.example\n> Dear Minister,\n"
    made = parsed(text, "Someone <x@mail.example>")
    assert made.matches.token is None, "the contract: a token of the address that the mail came to"
    assert why(made) == [("l-ug", "UG", ["match.quoted_token"])]
    assert why(parsed(text.replace("office+", "other+"), "Someone <x@mail.example>")) == []


def test_the_letter_to_a_partner_is_no_country_s() -> None:
    made = parsed("Thank you.", "Desk <desk@lantern.example>")
    assert why(made) == [("l-ngo", None, ["match.address"])]
