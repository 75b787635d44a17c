"""What Alembic runs for each upgrade: over the connection that store/migrate.py hands in, in its transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from mobilize.store import schema
from mobilize.store.migrate import is_ours, plain_type

connection = context.config.attributes["connection"]
assert isinstance(connection, Connection)
context.configure(
    connection=connection,
    target_metadata=schema.metadata,
    include_name=is_ours,
    render_item=plain_type,
    # SQLite changes a column by writing the table anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
