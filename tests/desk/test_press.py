"""Messages made in several processes are those that one would make, and a process that dies takes none with it."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import pickle
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mobilize.desk import compose
from mobilize.desk.compose import Order
from mobilize.desk.press import MANY, press
from mobilize.errors import LetterWrong, TemplateWrong
from mobilize.installation import opened
from mobilize.letter.merge import Letter
from mobilize.letter.mime import Message
from mobilize.letter.partner import write

NOW = dt.datetime(2013, 11, 12, 9, tzinfo=dt.UTC)
MakeFolder = Callable[..., Path]


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def order(letter: Letter) -> Order:
    return Order(letter=letter.id, contact=letter.contact, round=1, today=letter.date, digest=letter.digest)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core has one process")
def test_many_letters_are_made_alike_by_other_processes(campaign_folder: MakeFolder) -> None:
    with opened(campaign_folder()) as installation:
        letters = [write(installation.campaign, each, today=NOW.date()) for each in installation.campaign.contacts]
        orders = [order(letter) for letter in letters]
        by = compose.composer(installation)
        with press(installation, MANY) as printer:
            first = printer.make(orders[:1], NOW)
            wait_until(lambda: len(multiprocessing.active_children()) >= 2)
            made = printer.make(orders, NOW)
            assert first == made[:1]
            assert [compose.message(by, letter, now=NOW) for letter in letters] == made
            changed, good = printer.make([replace(orders[0], digest="0" * 64), orders[1]], NOW)
            assert isinstance(changed, LetterWrong)
            assert "not the letter that was planned" in changed.sentence
            assert good == made[1], "one that cannot be made fails alone"
            for child in multiprocessing.active_children():
                if child.pid is not None:
                    os.kill(child.pid, signal.SIGKILL)
            assert printer.make(orders, NOW) == made, "made here, when the others are gone"
    wait_until(lambda: not multiprocessing.active_children())


def test_few_letters_start_no_process(campaign_folder: MakeFolder) -> None:
    with opened(campaign_folder()) as installation, press(installation, MANY - 1) as printer:
        letter = write(installation.campaign, installation.campaign.contacts[0], today=NOW.date())
        (made,) = printer.make([order(letter)], NOW)
        assert isinstance(made, Message)
        assert made.data
        assert multiprocessing.active_children() == []


def test_an_error_travels_with_all_that_it_says() -> None:
    error = TemplateWrong("no such name", path="letters/minister/en.md", line=3, text="{{ x }}", hint="mend it")
    back = pickle.loads(pickle.dumps(error))
    assert (back.sentence, back.path, back.line, back.text, back.hint) == (
        error.sentence,
        error.path,
        error.line,
        error.text,
        error.hint,
    )
