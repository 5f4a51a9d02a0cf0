"""Why a load stopped in its course, in words that repeat no statement and no value."""

from __future__ import annotations

import errno
import sqlite3

import psycopg.errors
from sqlalchemy.exc import DBAPIError


class LoadFailed(Exception):
    """The disk or the database gave out; the last complete load stays as it was."""


def database_reason(error: DBAPIError) -> str:
    """What went wrong, without the statement and its values."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return sqlite_reason(cause)
    if isinstance(cause, psycopg.errors.DiskFull):
        return "the database's disk is full"
    if isinstance(cause, psycopg.errors.UndefinedTable):
        return "the database has no tables yet: run migrate first"
    if isinstance(cause, psycopg.OperationalError):
        return "the database cannot be reached, or broke off"
    return f"the database refused it ({type(cause).__name__})"


def sqlite_reason(error: sqlite3.Error) -> str:
    """What SQLite ran into."""
    code = getattr(error, "sqlite_errorcode", None)
    known = {
        sqlite3.SQLITE_FULL: "the database's disk is full",
        sqlite3.SQLITE_BUSY: "another program keeps the database locked",
        sqlite3.SQLITE_READONLY: "the database file may not be written",
        sqlite3.SQLITE_CANTOPEN: "the database file cannot be opened",
        sqlite3.SQLITE_NOTADB: "the database file is damaged or no database",
        sqlite3.SQLITE_CORRUPT: "the database file is damaged or no database",
    }
    if code is not None and code & 0xFF in known:
        return known[code & 0xFF]
    if "no such table" in str(error):
        return "the database has no tables yet: run migrate first"
    return f"the database refused it ({getattr(error, 'sqlite_errorname', type(error).__name__)})"


def system_reason(error: OSError) -> str:
    """What the operating system said of a file."""
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    return error.strerror or "cannot be written"
