"""Logs: where and what kind, never whose. Libraries that would print payloads are kept quiet."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

# These print whole requests, updates or statements at their lower levels.
QUIET = (
    "alembic",
    "telegram",
    "aiohttp.access",
    "sqlalchemy",
    "apscheduler",
    "httpx",
    "httpcore",
    "asyncio",
)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def formatException(self, ei: object) -> str:
        """The kind of error only: its text may repeat what a person wrote."""
        return getattr(ei[0], "__name__", "error") if isinstance(ei, tuple) else "error"


def set_up(log_format: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)
