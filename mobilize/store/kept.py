"""Tables whose rows are only added: the database itself refuses to change or remove one."""

from __future__ import annotations

from sqlalchemy import DDL, Table, event
from sqlalchemy.schema import ExecutableDDLElement

_TRIGGER = "CREATE TRIGGER {table}_no_{deed} BEFORE {deed} ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"

_FUNCTION = (
    "CREATE OR REPLACE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
)

_CALL = (
    "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION {table}_kept()"
)


def sentences(table: str) -> dict[str, tuple[str, ...]]:
    """What makes a table's rows stay, in each database's own words. table: a name of ours."""
    names = {"table": table, "refusal": f"rows of {table} are kept"}
    return {
        "sqlite": tuple(_TRIGGER.format(deed=deed, **names) for deed in ("UPDATE", "DELETE")),
        "postgresql": (_FUNCTION.format(**names), _CALL.format(**names)),
    }


def keep(table: Table) -> None:
    """Keep the rows of a table from its making on."""
    for dialect, words in sentences(table.name).items():
        for each in words:
            made: ExecutableDDLElement = DDL(each)  # type: ignore[no-untyped-call]  # sqlalchemy's own
            event.listen(table, "after_create", made.execute_if(dialect=dialect))
