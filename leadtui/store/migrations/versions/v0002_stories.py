"""Posts of one author that say the same thing are one story."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Let posts name their story, and find what an author wrote lately."""
    op.add_column("posts", sa.Column("story", sa.Integer(), nullable=True))
    known = sa.text("story IS NOT NULL")
    op.create_index(op.f("ix_posts_story"), "posts", ["story"], sqlite_where=known, postgresql_where=known)
    op.drop_index("ix_posts_author", table_name="posts")
    op.create_index(op.f("ix_posts_author_found_at"), "posts", ["author", "found_at"])
