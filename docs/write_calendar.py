"""Write mobilize/inbox/lexicon/calendar.toml: month names and halves of the day as Babel (CLDR) has them.

Read at start-up instead of Babel's 70 locales, which take a second to load. Run:

    python docs/write_calendar.py > mobilize/inbox/lexicon/calendar.toml
"""

from __future__ import annotations

import sys
from collections import defaultdict

from babel import Locale

from mobilize.inbox.folding import fold

#: Languages in which a mail program may print a date above a forwarded message.
LOCALES = """
    en fr es pt pt_PT it ro ca gl eu de nl af da nb nn sv is fi et lv lt pl cs sk hu hr sl sr sr_Latn bs mk sq el ru
    uk be bg tr az kk uz ky tg ka hy ar ar_SY ar_LB ar_IQ ar_MA ar_DZ ar_TN ar_LY ar_MR fa fa_AF ur ps ku he zh zh_Hant
    ja ko vi th id ms fil sw ha so am hi bn ne ta mn ga cy mt
    """

#: Spellings of programs and keyboards that CLDR lacks.
MORE = {
    1: "janv gener tammi tammik jaan januar. ינו'",
    2: "fevr fév helmi helmik veebr",
    3: "maerz mrz maart marc. maalis maalisk märts",
    4: "huhti huhtik",
    5: "touko toukok",
    6: "kesä kesäk june",
    7: "heinä heinäk july",
    8: "elo elok aout",
    9: "sept set setembro septiembre setiembre syys syysk",
    10: "loka lokak",
    11: "marras marrask",
    12: "joulu jouluk dec déc",
}

HEAD = """\
# Month names and the halves of the day in the languages of mail programs, folded (folding.py).
# Written by docs/write_calendar.py from Babel (CLDR); change that file, not this one.
"""


def main() -> None:
    """Print the file."""
    months: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    halves: dict[str, set[str]] = {"am": set(), "pm": set()}
    for code in LOCALES.split():
        locale = Locale.parse(code)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    months[_clean(name)][number].add(code.split("_")[0])
                for half, found in halves.items():
                    found.add(_clean(locale.day_periods.get(context, {}).get(width, {}).get(half, "")))
    for number, names in MORE.items():
        for name in names.split():
            months[_clean(name)][number].add("more")
    _print(months, halves)


def _clean(name: str) -> str:
    return fold(name).strip().strip(".").strip()


def _print(months: dict[str, dict[int, set[str]]], halves: dict[str, set[str]]) -> None:
    common: dict[int, list[str]] = defaultdict(list)
    own: dict[str, dict[str, int]] = defaultdict(dict)
    for name, numbers in sorted(months.items()):
        if not any(char.isalpha() for char in name) or name[:1].isdigit():
            continue
        usual = max(numbers, key=lambda number: (len(numbers[number]), number))
        common[usual].append(name)
        for number, codes in numbers.items():
            if number != usual:
                for code in codes:
                    own[code][name] = number
    out = [HEAD, "[months]"]
    out += [f'{number} = "{"|".join(common[number])}"' for number in sorted(common)]
    out += ["", "# Names that mean another month in one language than in most.", "[elsewhere]"]
    for code in sorted(own):
        listed = ", ".join(f'"{name}" = {number}' for name, number in sorted(own[code].items()))
        out.append(f"{code} = {{ {listed} }}")
    out += ["", "[halves]"]
    for half, names in halves.items():
        out.append(f'{half} = "{"|".join(sorted(name for name in names if name and name not in ("a", "p")))}"')
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
