"""Alembic's entry: migrates over the connection that `bot.schema` hands in."""

from typing import Literal

from alembic import context

from services.records.all import Base
from services.records.base import Instant


def _render(kind: str, item: object, _context: object) -> str | Literal[False]:
    return "Instant()" if kind == "type" and isinstance(item, Instant) else False


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
