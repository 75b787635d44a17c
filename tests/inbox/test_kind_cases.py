"""Receipts, machines, wishes to be left alone and complaints, and plans, in every language; of our own invention.

`kind_cases.txt`: kind, language, text. `plan_cases.txt`: language, alpha-2 codes of the countries that will be
approached, text. The shares are held, not each line: a rule that serves one line only is a defect.
"""

from __future__ import annotations

from pathlib import Path

from mobilize.inbox import targets
from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context

HERE = Path(__file__).parent
OFFICE, STRANGER = "Registry <registry@mfa.gov.fj.example>", "Someone <someone@mail.example>"


def _lines(name: str) -> list[list[str]]:
    text = (HERE / name).read_text("utf-8")
    return [line.split("|", 2) for line in text.splitlines() if line and not line.startswith("#")]


def _kind(kind: str, text: str) -> str:
    sender = OFFICE if kind in ("acknowledgement", "auto_reply", "reply") else STRANGER
    head = f"From: {sender}\nTo: wluml@wluml.org\nSubject: Re: letter\nContent-Type: text/plain; charset=utf-8\n\n"
    raw = RawMail(data=f"{head}{text}\n".encode(), origin="test")
    return read(raw, context=Context(own_addresses=("wluml@wluml.org",))).kind


def test_nineteen_of_twenty_kinds_are_told_by_their_words_alone() -> None:
    cases = _lines("kind_cases.txt")
    wrong = [(kind, text) for kind, _, text in cases if _kind(kind, text) != kind]
    assert len(cases) > 100
    assert len(wrong) <= len(cases) / 20, wrong


def test_nineteen_of_twenty_plans_are_found_whole() -> None:
    cases = _lines("plan_cases.txt")
    wrong = [
        (text, targets.find(text, language).codes)
        for language, codes, text in cases
        if targets.find(text, language).codes != tuple(filter(None, codes.split(",")))
    ]
    assert len(cases) > 40
    assert len(wrong) <= len(cases) / 20, wrong
