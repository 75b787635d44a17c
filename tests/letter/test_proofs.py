"""`check` finds all mistakes of all templates in one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Contact
from mobilize.letter.proofs import check_templates


def test_mistakes_in_several_files_and_branches_are_all_found_at_once(campaign: Campaign) -> None:
    texts = {
        **campaign.templates,
        "minister/fr.md": "---\nsubject: x\n---\n{{ contry.name }}\n\n{{ contact.nam }}\n",
        "blocks/es/ask.md": "{% if standing.name == 'opposed' %}{{ draft.symbl }}{% endif %}\nTexto\n",
        "ngo/en.md": "---\nsubject: x\n---\n{% if country.code == 'ZZ' %}{{ nowhere }}{% endif %}Text\n",
    }
    found = {(fault.path, fault.line) for fault in check_templates(replace(campaign, templates=texts))}
    assert found >= {
        ("letters/minister/fr.md", 4),
        ("letters/minister/fr.md", 6),
        ("letters/blocks/es/ask.md", 1),
        ("letters/ngo/en.md", 4),
    }


def test_a_mistake_that_only_shows_in_one_standing_is_found_before_any_such_country_is_written_to(
    campaign: Campaign,
) -> None:
    ask = "{% if standing.name == 'opposed' %}{{ argument('csw99') }}{% endif %}\nText\n"
    faults = check_templates(replace(campaign, templates={**campaign.templates, "blocks/en/ask.md": ask}))
    (error,) = [fault for fault in faults if fault.weight == "error"]
    assert (error.path, error.line) == ("letters/blocks/en/ask.md", 1)
    assert "campaign.toml has no argument 'csw99'" in error.sentence


def test_a_language_that_contacts_want_and_nobody_wrote_is_a_warning_that_counts_the_countries(
    campaign: Campaign, a_contact: Callable[..., Contact]
) -> None:
    texts = {path: text for path, text in campaign.templates.items() if path != "minister/fr.md"}
    contacts = (a_contact(country="SN"), a_contact(country="ML"), a_contact(country="KE"))
    faults = check_templates(replace(campaign, templates=texts, contacts=contacts))
    assert [str(fault) for fault in faults if fault.path.endswith("minister/fr.md")] == [
        "letters/minister/fr.md: is missing: 2 countries (ML, SN) get the letter in en"
    ]
    assert {fault.weight for fault in faults if fault.path.endswith("minister/fr.md")} == {"warning"}


def test_a_letter_without_subject_is_found(campaign: Campaign) -> None:
    texts = {**campaign.templates, "nhri/en.md": "Text only\n"}
    faults = check_templates(replace(campaign, templates=texts))
    assert any(fault.path == "letters/nhri/en.md" and "subject is empty" in fault.sentence for fault in faults)
