"""Runs migrations on the connection and in the transaction that `Database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from leadtui.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, transactional_ddl=True, render_as_batch=True
)
context.run_migrations()
