"""Whatever lines meet: unwrapping never raises, never invents a word, and never takes our own letter for an answer."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mobilize.inbox.decode import decode
from mobilize.inbox.unwrap import unwrap

OURS = "We urge your Government to co-sponsor the resolution."
FRAGMENTS = [
    "",
    "",
    "> ",
    ">> x",
    "Dear Madam,",
    "Yes, we will.",
    "Regards,",
    "Jane Roe",
    "-- ",
    "---",
    "____________",
    "====",
    "From: A B <a@b.example>",
    "From: us@campaign.example",
    "To: partner@ngo.example",
    "Sent: 1 May 2013 10:00",
    "Date: Wed, 1 May 2013 10:00:00 +0300",
    "Subject: Re: x",
    "Cc: ",
    "De : C <c@d.example>",
    "发件人：国际司 <i@m.example>",
    "---------- Forwarded message ----------",
    "-----Original Message-----",
    "Begin forwarded message:",
    "On 1 May 2013 10:00, A <a@b.example> wrote:",
    "Le 1 mai 2013 à 10:00, A a écrit :",
    "wrote:",
    "<",
    "a@b.example>",
    "--- hasta aquí ---",
    "--- copy of their answer ---",
    '"Dear all,',
    'done."',
    "Sent from my iPhone",
    "\u202b من: أ",
    "> From: A <a@b.example>",
    "> Begin forwarded message:",
    "-------- End of forwarded message --------",
    "\x00",
    ":",
    "：",
    "This e-mail is confidential and intended only for you",
    "12/12/2012 12:12:",
    "> > deeper",
    "Objet : a Date : b De : c",
]
BODIES = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=40), max_size=25).map("\n".join)
SUBJECTS = st.sampled_from(["", "Fwd: x", "Re: x", "VS: x", "[Fwd: x]", "x"])


def _mail(subject: str, body: str, kind: str = "text/plain") -> bytes:
    head = f"From: Partner <partner@ngo.example>\nTo: us@campaign.example\nSubject: {subject}\n"
    return f"{head}Content-Type: {kind}; charset=utf-8\n\n{body}".encode("utf-8", "replace")


@settings(max_examples=300, deadline=None)
@given(subject=SUBJECTS, body=BODIES)
def test_unwrapping_never_raises_and_never_invents_a_word(subject: str, body: str) -> None:
    mail = decode(_mail(subject, body))
    found = unwrap(mail, own=("us@campaign.example",))
    known = set((mail.root.text or "").replace(">", " ").replace('"', " ").split())
    assert set(found.text.replace(">", " ").replace('"', " ").split()) <= known
    assert set(found.note.replace(">", " ").replace('"', " ").split()) <= known
    assert found.via in ("direct", "forward_inline")
    assert (found.reporter is None) == (found.via == "direct")


@settings(max_examples=200, deadline=None)
@given(
    body=st.lists(
        st.sampled_from(
            [
                "<div>",
                "</div>",
                "<blockquote>",
                "</p>",
                "<p>",
                "<br>",
                "x",
                "<table>",
                "<td>",
                '<div class="gmail_quote">',
                '<div id="divRplyFwdMsg">',
                "<!--",
                "From: a@b.c",
                "&",
            ]
        ),
        max_size=40,
    ).map("".join)
)
def test_broken_html_never_raises(body: str) -> None:
    assert unwrap(decode(_mail("Fwd: x", body, "text/html")), own=()).via in ("direct", "forward_inline")


@settings(max_examples=150, deadline=None)
@given(
    above=st.sampled_from(["Yes.", "We cannot.", "Dear all,\n\nno decision yet.\n\nRegards,\nJ"]),
    quoted=st.booleans(),
    head=st.sampled_from(
        [
            "On 1 May 2013 10:00, Us <us@campaign.example> wrote:",
            "From: Us <us@campaign.example>\nSent: 1 May 2013 10:00\nTo: <partner@ngo.example>\nSubject: y",
            "-----Original Message-----\nFrom: us@campaign.example\nTo: partner@ngo.example\nSubject: y",
            "17.11.2013 07:11, Us <us@campaign.example> пишет:",
        ]
    ),
    subject=SUBJECTS,
)
def test_our_own_letter_is_never_the_answer(above: str, head: str, subject: str, *, quoted: bool) -> None:
    letter = f"Excellency,\n\n{OURS}\n\nYours"
    below = "> " + letter.replace("\n", "\n> ") if quoted else letter
    found = unwrap(decode(_mail(subject, f"{above}\n\n{head}\n\n{below}")), own=("us@campaign.example",))
    assert "urge" not in found.text
    assert "urge" not in found.note
    assert found.via == "direct"
