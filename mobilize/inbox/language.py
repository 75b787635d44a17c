"""Which language a text is written in: first the script, then the small words, then a statistical guess.

Letters to and from ministries are short and full of names; a statistical model alone takes "Recibido." for Latin.
"""

from __future__ import annotations

import functools
import re
from collections import Counter

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from mobilize.inbox.folding import fold

#: Languages that mail to a campaign comes in, likeliest first; more can be asked for.
KNOWN = ("en", "fr", "es", "ar", "pt", "ru", "zh", "fa", "tr", "id", "sw", "ur", "de", "it")
#: A text is judged by its beginning; more adds time and no certainty.
_ENOUGH = 3_000
#: Share of a script's letters at which it decides: below, they are names and quotations.
_MOST_LETTERS = 0.3
#: Letters add at most so many votes, and none to a language without a small word in the text: names have letters, too.
_MOST_LETTER_VOTES = 6
#: Votes of small words that settle a Latin text, and the lead over the second that they need.
_VOTES, _LEAD = 3, 1.5

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SCRIPTS = {
    "han": re.compile(r"[\u3400-\u9fff]"),
    "kana": re.compile(r"[\u3040-\u30ff]"),
    "hangul": re.compile(r"[\uac00-\ud7a3]"),
    "arabic": re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f]"),
}
#: Han needs fewer letters to say a thing than an alphabet does.
_WEIGHT = {"han": 3, "kana": 3, "hangul": 2}

_SMALL_WORDS = {
    "en": (
        "the of to and that is in our your we for this with not are be will have has you i am by been from on "
        "at as it an was which please"
    ),
    "fr": (
        "le la les de des du et nous vous votre vos est en que une pour dans au aux ne pas sur par qui ce "
        "cette je ont a suis merci avec se madame monsieur"
    ),
    "es": (
        "el la los las de del y que en se su sus por para con una no al lo nos ha es este esta muy hemos le "
        "son gracias como a un hola ya mas pero sobre"
    ),
    "pt": (
        "o a os as de do da dos das e que em um uma nao no na nos ao aos por para com se foi sua vossa voce "
        "esta este como sera"
    ),
    "tr": (
        "ve bir bu icin ile olarak da de olan sayin tarafindan ancak en cok daha gibi biz sizin konusunda "
        "hakkinda degil ne kadar"
    ),
    "id": (
        "yang dan di ke dari untuk dengan ini itu kami pada telah tidak akan atau saudara kepada adalah sudah "
        "oleh dalam saya surat"
    ),
    "de": (
        "der die das und ist nicht wir sie ihre mit zu den dem ein eine fur auf von im bei an wird werden ich "
        "haben hat uns zur"
    ),
    "it": (
        "il la di che e per un una sono del della con non gli le nel alla dei questo abbiamo vostra ha ci al "
        "da si"
    ),
    "sw": (
        "ya na wa kwa ni katika la za kuwa hii barua yako tunaomba cha huo yetu serikali nchi wetu haki"
    ),
}  # fmt: skip
#: Letters by which Latin languages that share small words differ ("la", "de", "en", "que"), compared before folding.
_OWN_LETTERS = {
    "es": re.compile(r"[ñ¿¡áíóúé]", re.IGNORECASE),
    "pt": re.compile(r"[ãõáíóúéêâç]", re.IGNORECASE),
    "fr": re.compile(r"[éèêëîïœùûâç]|\b[lcdjnmst]['’](?=\w)", re.IGNORECASE),
    "it": re.compile(r"[èìò]", re.IGNORECASE),
    "de": re.compile(r"[ßä]", re.IGNORECASE),
    "tr": re.compile(r"[ğşı]"),
}
#: Letters that Arabic does not write, by the language that does. Compared before folding.
_PERSIAN = re.compile(r"[پچژگکی]")
_URDU = re.compile(r"[ٹڈڑںےہھ]")
_URDU_WORDS = re.compile(r"(?<!\w)(?:کا|کی|کے|کو|میں|ہے|اور|آپ|سے|نے)(?!\w)")
_ARABIC = re.compile(r"[ةيكىأإؤ]")
#: Arabic Windows pages have no Persian ye; these words tell Persian apart when its letters cannot.
_PERSIAN_WORDS = re.compile(r"(?<!\w)(?:از|به|که|كه|را|است|این|اين|شما|برای|براي|در|با|خود|شد|هفته)(?!\w)")
_UKRAINIAN = re.compile(r"[іїєґ]", re.IGNORECASE)


def detect(text: str, languages: tuple[str, ...] = ()) -> str | None:
    """The language of a text, of those given (BCP 47, first part); all that are known where none are given.

    Returns None where there are no letters to judge by.
    """
    wanted = languages or KNOWN
    sample = text[:_ENOUGH]
    script = _script(sample)
    if script is None:
        return None
    if script == "latin":
        return _latin(sample, wanted)
    return _by_script(sample, script, wanted)


def _script(text: str) -> str | None:
    counts = {name: len(found.findall(text)) * _WEIGHT.get(name, 1) for name, found in _SCRIPTS.items()}
    total = sum(counts.values())
    if not total:
        return None
    if counts["kana"] > _MOST_LETTERS / 2 * total:
        return "kana"
    name = max(counts, key=lambda each: counts[each])
    for other in ("arabic", "cyrillic", "han"):
        # A letter in Arabic with long Latin references is still in Arabic.
        if name == "latin" and counts[other] >= _MOST_LETTERS * total:
            return other
    return name


def _by_script(text: str, script: str, wanted: tuple[str, ...]) -> str | None:
    if script == "han":
        return "zh"
    if script == "kana":
        return "ja"
    if script == "hangul":
        return "ko"
    if script == "arabic":
        return _arabic(text, wanted)
    return "uk" if len(_UKRAINIAN.findall(text)) > 1 and "uk" in wanted else "ru"


def _arabic(text: str, wanted: tuple[str, ...]) -> str:
    votes = Counter(
        ur=5 * len(_URDU.findall(text)) + 3 * len(_URDU_WORDS.findall(text)),
        fa=2 * len(_PERSIAN.findall(text)) + 3 * len(_PERSIAN_WORDS.findall(text)),
        ar=len(_ARABIC.findall(text)) + 2 * text.count("ال"),
    )
    ranked = [language for language, _ in votes.most_common() if language in wanted]
    return ranked[0] if ranked else "ar"


def _latin(text: str, wanted: tuple[str, ...]) -> str | None:
    votes = _small_words(text, wanted)
    if votes:
        (best, first), *rest = votes
        if first >= _VOTES and first >= _LEAD * (rest[0][1] if rest else 0):
            return best
    guess = str(_model(wanted).classify(text)[0]) if wanted else None
    if votes and votes[0][1] and guess not in {language for language, count in votes if count == votes[0][1]}:
        # The small words disagree with the model: believe them when they are more than chance.
        return votes[0][0] if votes[0][1] >= _VOTES else guess
    return guess


def _small_words(text: str, wanted: tuple[str, ...]) -> list[tuple[str, int]]:
    """Languages by how many of a text's words are small words of theirs."""
    counts: Counter[str] = Counter()
    table = _word_table()
    for word in _WORD.findall(fold(text)):
        for piece in (word, *word.split("'")) if "'" in word else (word,):
            counts.update(table.get(piece, ()))
    for language, letters in _OWN_LETTERS.items():
        counts[language] += min(len(letters.findall(text)), _MOST_LETTER_VOTES) if counts[language] else 0
    return [(language, count) for language, count in counts.most_common() if language in wanted]


@functools.cache
def _word_table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for language, words in _SMALL_WORDS.items():
        for word in words.split():
            table[word] = (*table.get(word, ()), language)
    return table


@functools.lru_cache(maxsize=8)
def _model(wanted: tuple[str, ...]) -> LanguageIdentifier:
    """The statistical model, held to the languages asked for."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = [language for language in wanted if language in identifier.labels]
    if known:
        identifier.set_languages(known)
    return identifier
