"""Draw the letters that README shows, from the shipped campaign. `make docs` runs it.

Usage: python docs/write_pictures.py
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from mobilize.campaign import folder
from mobilize.letter import merge, pdf

HERE = Path(__file__).parent

#: Country of the minister -> the picture.
SHOWN = {"SN": "letter-fr.png", "EG": "letter-ar.png"}


def main() -> None:
    """Draw each letter's first page at 72 dots an inch."""
    campaign, _ = folder.load(HERE.parent)
    for code, name in SHOWN.items():
        contact = next(each for each in campaign.contacts if each.country == code and each.audience == "minister")
        letter = merge.merge(campaign, contact, today=dt.date(2013, 11, 12))
        (HERE / name).write_bytes(pdf.png(letter, campaign, ppi=72)[0])


if __name__ == "__main__":
    main()
