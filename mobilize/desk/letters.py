"""The translator's job: begin a language, see what lags behind, say that it is done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mobilize.campaign import folder
from mobilize.campaign.contacts import Audience
from mobilize.errors import Refused
from mobilize.letter import translations
from mobilize.letter.translations import State, Translation
from mobilize.world import languages


def listed(path: Path) -> tuple[Translation, ...]:
    """Every template and block of a campaign, and how it stands against its source."""
    campaign, _ = folder.load(path)
    return tuple(translations.translations(campaign.templates, campaign.languages[0]))


def new(path: Path, audience: str, language: str) -> tuple[str, ...]:
    """Begin a translation of one letter: it and its blocks, as copies of the source that say so.

    Returns the paths written, below the campaign folder. Raises Refused where there is nothing to translate, or it is
    there already; nothing is then written.
    """
    campaign, _ = folder.load(path)
    first = campaign.languages[0]
    language = languages.primary(language)
    if audience not in set(Audience):
        raise Refused(f"{audience!r} is no audience", hint=f"one of {', '.join(Audience)}")
    if not languages.known(language):
        raise Refused(f"{language!r} is no language", hint="two or three letters, as in contacts.csv: sw, fa, id")
    wanted = f"{audience}/{language}.md"
    if wanted in campaign.templates:
        raise Refused(f"letters/{wanted} is there already", hint="`mobilize letters list` shows where it stands")
    if f"{audience}/{first}.md" not in campaign.templates:
        raise Refused(f"there is no letters/{audience}/{first}.md to translate from")
    bring = language not in languages.LANGUAGES
    files = translations.started(campaign.templates, wanted, first=first, bring=bring)
    targets = [path / "letters" / each for each in files]
    if there := [each for each in targets if each.exists() or each.is_symlink()]:
        raise Refused(f"{there[0]} is there already", hint="nothing was written")
    for target, text in zip(targets, files.values(), strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8", newline="\n")
    return tuple(f"letters/{each}" for each in files)


def done(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Say that translations were compared with their sources as these are today.

    names: paths below letters/, or with letters/ before them. Returns those that were written.
    Raises Refused for a file that is none of the campaign's own, or has no source, or is still the source's text.
    """
    campaign, _ = folder.load(path)
    found = {each.path: each for each in translations.translations(campaign.templates, campaign.languages[0])}
    chosen = [_chosen(path, name.removeprefix("letters/"), found) for name in names]
    for each in chosen:
        name = translations.fingerprint(campaign.templates[each.source])
        text = translations.marked(campaign.templates[each.path], name)
        (path / "letters" / each.path).write_text(text, "utf-8", newline="\n")
    return tuple(f"letters/{each.path}" for each in chosen)


def _chosen(path: Path, name: str, found: dict[str, Translation]) -> Translation:
    each = found.get(name)
    if each is None or not (path / "letters" / name).is_file():
        raise Refused(f"there is no letters/{name} in this campaign", hint="`mobilize letters list` names them")
    if each.path == each.source:
        raise Refused(f"letters/{name} is what the others translate")
    if each.source not in found:
        raise Refused(f"letters/{name} has no letters/{each.source} to be compared with")
    if each.state is State.UNTRANSLATED:
        raise Refused(f"letters/{name} is still the text of letters/{each.source}", hint="translate it first")
    return each
