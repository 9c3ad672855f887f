"""What verdicts taught each campaign, and how far that is up to date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; verdicts that were given before are learned from as well."""
    op.add_column("campaigns", sa.Column("learned", sa.Text(), nullable=True))
    op.add_column("campaigns", sa.Column("judged", sa.Integer(), server_default="0", nullable=False))
    op.add_column("campaigns", sa.Column("judged_at", sa.Double(), nullable=True))
    op.add_column("campaigns", sa.Column("taught", sa.Integer(), server_default="0", nullable=False))
    op.add_column("campaigns", sa.Column("forgotten_to", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE campaigns SET judged = 1")
