"""Mistakes in templates name their line; templates come to an end; data in them is data."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mobilize.errors import TemplateWrong
from mobilize.letter.html import html
from mobilize.letter.markdown import Prose, blocks
from mobilize.letter.merge import Letter
from mobilize.letter.text import text

HEAD = "---\nsubject: Test\n---\n"
Write = Callable[..., Letter]


def body(letter: Letter) -> str:
    return "\n\n".join(paragraph.markdown for paragraph in letter.paragraphs)


def test_a_misspelt_name_names_file_line_and_the_text_of_the_line(write_with: Write) -> None:
    with pytest.raises(TemplateWrong) as caught:
        write_with(HEAD + "Hello\n\nDear {{ contact.nmae }}\n")
    assert caught.value.path == "letters/minister/en.md"
    assert caught.value.line == 6
    assert caught.value.text == "Dear {{ contact.nmae }}"
    assert "contact has no 'nmae'; did you mean 'name'?" in caught.value.sentence


def test_a_misspelt_name_in_an_included_block_names_the_block(write_with: Write) -> None:
    with pytest.raises(TemplateWrong) as caught:
        write_with(HEAD + "{% include 'blocks/en/x.md' %}", {"blocks/en/x.md": "one\ntwo\n{{ contry.name }}\n"})
    assert (caught.value.path, caught.value.line) == ("letters/blocks/en/x.md", 3)
    assert "there is no 'contry' here" in caught.value.sentence


def test_a_misspelt_name_in_the_subject_names_its_own_line(write_with: Write) -> None:
    with pytest.raises(TemplateWrong) as caught:
        write_with("---\nsalutation: Dear Sir,\nsubject: On {{ draft.symbl }}\n---\nText\n")
    assert (caught.value.path, caught.value.line) == ("letters/minister/en.md", 3)


@pytest.mark.parametrize(
    ("template", "line", "sentence"),
    [
        ("---\nsubject: x\nText without an end\n", 1, "no closing ---"),
        ("---\nsubjct: x\n---\nText\n", 2, "unknown key 'subjct'"),
        ("---\nsubject: x\nsubject: y\n---\nText\n", 3, "stands here twice"),
        (HEAD + "{{ today | dat }}", 4, "No filter named 'dat'"),
        (HEAD + "{% if contact %}\n", 4, "Unexpected end of template"),
        (HEAD + "{% include 'blocks/en/nowhere.md' %}", 4, "there is no 'blocks/en/nowhere.md' below letters/"),
        (HEAD + "{{ record.did('cosponsored') }}", 4, "there is no role 'cosponsored'"),
        (HEAD + "{{ argument('csw58') }}", 4, "campaign.toml has no argument 'csw58'"),
        (HEAD + "{{ argument('grandbay') }}", 4, "'grandbay' is for African Group: a letter to Asia-Pacific cannot"),
        (HEAD + "{{ draft.paragraph('op8') }}", 4, "[draft.paragraphs] has no 'op8'"),
        (HEAD + "{{ record.positions }}", 4, "prints a tuple"),
        (HEAD + "{{ argument }}", 4, "prints a whole function"),
        (HEAD + "{{ contact }}", 4, "prints a whole contact"),
        (HEAD + "{{ contact.sensitive }}", 4, "prints a whole bool"),
        (HEAD + "{{ today }}", 4, "write `| date`"),
        (HEAD + "{{ 'x' if false }}", 4, "needs its `else`"),
        (HEAD + "{{ country.name | date }}", 4, "needs a day"),
        (HEAD + "{{ 1 / 0 }}", 4, "division by zero"),
    ],
)
def test_every_kind_of_mistake_is_told_in_words_with_its_line(
    write_with: Write, template: str, line: int, sentence: str
) -> None:
    with pytest.raises(TemplateWrong) as caught:
        write_with(template)
    assert caught.value.line == line
    assert sentence in caught.value.sentence


@pytest.mark.parametrize(
    "attack",
    [
        "{% for i in range(999) %}{% for j in range(999) %}{% endfor %}{% endfor %}",
        "{% for i in range(999999999) %}{% endfor %}",
        "{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
        "{% include 'minister/en.md' %}",
        "{% set n = namespace(x='aaaaaaaaaa') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
        "{% for i in range(900) %}{{ country.name ~ country.name }}{{ '" + "x" * 900 + "' }}{% endfor %}",
        "{{ 'x' * 9999999999 }}",
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{% set n = namespace(x=9) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}",
        "{{ 'x'.center(9999999999) }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ contact.__init__ }}",
        "{{ record.did.__globals__ }}",
        "{{ argument.__closure__ }}",
        "{{ lipsum(99) }}",
        "{{ country.name | pprint }}",
        "{{ self }}",
        "{{ '{0.__class__}'.format(contact) }}",
    ],
)
def test_a_hostile_template_ends_with_a_clear_error(write_with: Write, attack: str) -> None:
    with pytest.raises(TemplateWrong) as caught:
        write_with(HEAD + attack)
    assert caught.value.line >= 4


@pytest.mark.parametrize(
    "value",
    [
        "#set page(width: 1pt)",
        "<b>bold</b><script>alert(1)</script>",
        "{{ 7 * 7 }}",
        "{% for i in range(9) %}x{% endfor %}",
        "**strong** _weak_ `code` ~~gone~~",
        "[a](javascript:alert(1)) ![b](http://x.example/p.png) <http://y.example>",
        "# Heading",
        "- item",
        "1. item",
        "> quote",
        "a | b | c",
        "&lt;i&gt; &amp; \\n",
        "$x^2$ @ref <label>",
        "---",
        "====",
    ],
)
def test_a_value_from_a_table_is_read_as_text_and_nothing_else(write_with: Write, value: str) -> None:

    letter = write_with(
        HEAD + "{{ contact.organisation }}\n\n{% macro m(x) %}*{{ x }}*{% endmacro %}{{ m(contact.organisation) }}",
        organisation=value,
    )
    plain, emphasised = (blocks(paragraph.markdown) for paragraph in letter.paragraphs)
    assert isinstance(plain[0], Prose)
    assert [run.text for run in plain[0].runs] == [value]
    assert not plain[0].runs[0].strong
    assert not plain[0].runs[0].link
    assert isinstance(emphasised[0], Prose)
    assert "".join(run.text for run in emphasised[0].runs) == value
    assert value in text(letter)
    page = html(letter)
    assert "<script" not in page
    assert "javascript:alert" not in page.replace("(javascript:alert(1))", "")
    assert "<img" not in page


def test_joining_data_to_markup_with_a_tilde_still_escapes_it(write_with: Write) -> None:
    letter = write_with(HEAD + "{% macro m() %}**x**{% endmacro %}{{ m() ~ contact.name }}", name="**y**")
    assert body(letter) == r"**x**\*\*y\*\*"


def test_signs_that_turn_the_direction_of_text_are_taken_out_of_data(write_with: Write) -> None:
    letter = write_with(HEAD + "{{ contact.name }}", name="abc\u202egnp.exe\u2066\u200b\x07 d\r\ne")
    assert body(letter) == r"abcgnp\.exe d e"


def test_persian_joiners_stay_in_a_name(write_with: Write) -> None:
    assert body(write_with(HEAD + "{{ contact.name }}", name="می‌خواهم")) == "می‌خواهم"


def test_lists_dates_and_numbers_follow_the_letters_language(write: Write, write_with: Write) -> None:
    letter = write_with(
        HEAD + "{{ ['a', 'b', 'c'] | listed }}; {{ ['a', 'b'] | listed('or') }}; {{ today | date }}; "
        "{{ today | month }}; {{ 12345 | number }}"
    )
    assert body(letter).replace("\\", "") == "a, b and c; a or b; 12 November 2013; November 2013; 12,345"
    assert "12 novembre 2013" in write(language="fr").place_and_date


def test_a_block_may_use_what_the_letter_around_it_has_set(write_with: Write) -> None:
    files = {"blocks/en/x.md": "It is {{ mood }}."}
    assert body(write_with(HEAD + "{% set mood = 'fine' %}{% include 'blocks/en/x.md' %}", files)) == "It is fine."


def test_front_matter_goes_on_over_lines_that_begin_with_a_space(write_with: Write) -> None:
    letter = write_with("---\nsubject: One\n  {% if contact %}two{% endif %}\n  three\n---\nText\n")
    assert letter.subject == "One two three"


def test_contacts_notes_and_addresses_are_not_for_letters(write_with: Write) -> None:
    for hidden in ("notes", "emails", "source"):
        with pytest.raises(TemplateWrong):
            write_with(HEAD + "{{ contact." + hidden + " }}")
