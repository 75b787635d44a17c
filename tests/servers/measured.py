"""Read hostile messages in processes of their own and print what each took: measured.py limits | baits LENGTH | SEED...

One JSON object a message: its name, processor seconds, and by how many MB the process grew at its highest. What the
bytes themselves take is there before the clock starts.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context
from servers.hostile import LIMITS, baits, mutated

CONTEXT = Context(own_addresses=("wluml@wluml.org",), trusted=("mx.wluml.org",))
#: Loads what is loaded once: names of countries, words of ten languages, the model that tells languages apart.
WARM = ("We support it.", "Nous soutenons.", "Мы поддерживаем.", "我们支持。", "نحن نؤيد", "Apoyamos. Ecuador", "<p>x")


def peak() -> float:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure each message in a grandchild of its own: the highest mark of memory only ever rises."""
    for text in WARM:
        mail = f"From: a@mfa.gov.ke\nSubject: Re: x\n\n{text}".encode()
        read(RawMail(data=mail, origin="warm"), context=CONTEXT)
    gc.collect()
    for name, make in _mails(sys.argv[1]).items():
        if sys.argv[1] == "baits":  # hundreds of short ones, of which the time counts
            _measure(name, make())
        else:
            _apart(partial(_made, name, make))


def _mails(what: str) -> Mapping[str, Callable[[], bytes]]:
    if what == "limits":
        return LIMITS
    if what == "baits":
        return {name: partial(bytes, data) for name, data in baits(int(sys.argv[2])).items()}
    return {seed: partial(mutated, int(seed), int(seed), 3) for seed in sys.argv[1:]}


def _apart(work: Callable[[], None]) -> None:
    """Do something in a child; what it takes is gone with it."""
    child = os.fork()
    if not child:
        work()
        sys.stdout.flush()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        os._exit(1)


def _made(name: str, make: Callable[[], bytes]) -> None:
    # Making a message takes more than it has: the process that reads it begins with the bytes alone.
    data = make()
    gc.collect()
    _apart(partial(_measure, name, data))


def _measure(name: str, data: bytes) -> None:
    raw = RawMail(data=data, origin="measured")
    before, start = peak(), time.process_time()
    made = read(raw, context=CONTEXT)
    spent = time.process_time() - start
    told = {"name": name, "bytes": len(data), "seconds": round(spent, 2), "mb": round(peak() - before)}
    sys.stdout.write(json.dumps({**told, "error": made.error, "text": made.text[:80]}) + "\n")


if __name__ == "__main__":
    main()
