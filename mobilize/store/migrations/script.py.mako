"""Version ${int(up_revision)}: ${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision).replace("'", '"')}
down_revision = ${repr(down_revision).replace("'", '"')}


def upgrade() -> None:
    """Bring a ledger of version ${int(down_revision)} up."""
    ${upgrades if upgrades else "raise NotImplementedError"}
