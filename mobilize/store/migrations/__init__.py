"""How a ledger of an older version becomes one of this: a file a version, run by Alembic (store/migrate.py)."""
