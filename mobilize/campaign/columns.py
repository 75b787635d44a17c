"""The columns of our tables, and the other words that people use for them and for what stands in them.

Words on the left are folded (headers.fold for names of columns, lower case for values). They are offered to a person
where a file has them, and never taken silently: a wrong gender is an insult, a wrong role a false claim.
"""

from __future__ import annotations

from collections.abc import Mapping

from mobilize.campaign.headers import Layout


def _words(table: str) -> Mapping[str, str]:
    """Read lines of "ours: theirs, theirs" into theirs -> ours."""
    lines = (line.partition(":") for line in table.strip().splitlines())
    return {word.strip(): ours.strip() for ours, _, theirs in lines for word in theirs.split(",") if word.strip()}


CONTACTS = Layout(
    columns=(
        "country",
        "audience",
        "organisation",
        "office",
        "name",
        "gender",
        "email",
        "language",
        "accreditation",
        "sensitive",
        "source",
        "checked_on",
        "notes",
        "salutation",
        "honour",
    ),
    required=frozenset({"country", "audience", "organisation", "email"}),
    ignored=frozenset({"reason"}),
    aliases=_words(
        """
        country: iso2, iso, iso_code, country_code, country_name, code, state, nation, pays, pais, land, страна, 国家
        audience: type, kind, category, recipient_type, categorie, categoria
        organisation: organization, org, institution, ministry, organisme, ministere, organizacion, institucion
        office: title, position, function, role, post, fonction, titre, cargo
        name: full_name, contact, contact_name, person, nom, nombre, nome
        gender: sex, genre, sexe, genero, sexo
        email: e_mail, mail, emails, email_address, e_mail_address, address, email_s, courriel, adresse_e_mail, correo
        email: adresse_mail, correo_electronico, endereco_de_email, эл_почта, 邮箱, البريد_الإلكتروني
        language: lang, locale, langue, idioma, lingua, язык, 语言
        accreditation: status, accreditation_status, nhri_status
        sensitive: risk, at_risk, danger
        source: src, sources, url, link, reference, fuente, fonte
        checked_on: checked, last_checked, date_checked, verified, verified_on, last_verified, date, updated
        notes: note, comment, comments, remark, remarks, remarques, notas, observaciones
        salutation: greeting, dear
        honour: honor, honorific, style, prefix
        """
    ),
)

#: The columns that every contacts.csv of ours has; the last two above are written only where one is filled.
CONTACTS_WRITTEN = CONTACTS.columns[:-2]

RESOLUTIONS = Layout(
    columns=(
        "symbol",
        "draft",
        "body",
        "adopted",
        "title",
        "how",
        "yes",
        "no",
        "abstain",
        "complete",
        "source",
        "note",
    ),
    required=frozenset({"symbol", "adopted", "complete", "source"}),
    aliases=_words(
        """
        symbol: resolution, resolution_symbol, unres
        adopted: date, adopted_on, adoption_date
        abstain: abstentions, abstained, abstaining
        note: notes, remarks, comment
        source: url, link, reference
        """
    ),
)

POSITIONS = Layout(
    columns=("country", "resolution", "role", "date", "source"),
    required=frozenset({"country", "resolution", "role", "source"}),
    aliases=_words(
        """
        country: iso2, iso, iso3, country_code, country_name, state, ms_code, ms_name, pays, pais
        resolution: symbol, resolution_symbol, unres
        role: vote, position, ms_vote, stance, act
        date: on, day
        source: url, link, reference
        """
    ),
)

#: What other tables write for a role (record.Role).
ROLE_WORDS = _words(
    """
    sponsor: main_sponsor, main sponsor, tabled, tabled by, author, penholder
    cosponsor: co-sponsor, co_sponsor, co sponsor, cosponsored, co-sponsored, co-sponsors
    withdrawn: withdrew, withdraw, removed
    voted_yes: yes, y, for, in favour, in favor, 1
    voted_no: no, n, against, 3
    abstained: abstain, abstention, a, abstaining, 2
    """
)

#: What other tables write for a gender.
GENDER_WORDS = _words(
    """
    f: female, woman, ms, mrs, miss, mme, madame, femme, sra, mujer, w
    m: male, man, mr, monsieur, homme, h, sr, hombre
    """
)

#: What other tables write for an audience.
AUDIENCE_WORDS = _words(
    """
    minister: ministry, ministers, mfa, government, foreign minister, ministre
    nhri: institution, ombudsman, ombudsperson, commission, national institution, indh
    ngo: ngos, partner, civil society, cso, ong
    """
)
