"""Gives back what only the start needed."""

from __future__ import annotations

import ctypes
import gc
import sys


def settle_memory() -> None:
    """Once everything is loaded: drop the garbage of the start, keep what will live as long as
    the process out of later collections, and return free pages to the system."""
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's; musl has none
        if trim is not None:
            trim(0)
