"""Run by Alembic with the connection that `docparse.workers.migrate` holds."""

from alembic import context

from docparse.workers.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True,
    render_as_batch=True,
)  # fmt: skip
context.run_migrations()
