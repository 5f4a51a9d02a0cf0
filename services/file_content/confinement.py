"""What the process that looks at a stranger's file may still do: compute, for a while."""

from __future__ import annotations

import contextlib
import resource
from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """`processor_s`: seconds of computing, whatever else the machine does meanwhile. `memory`:
    bytes of address space, 65 MiB of which are taken from the start."""

    processor_s: int = 10
    memory: int = 768 * MIB


def confine(limits: Limits) -> None:
    """For this process, for good: no file or connection is opened, nothing written to the disk
    (not even by a crash), and time and memory are counted. What it has open stays open."""
    for what, most, spare in (
        (resource.RLIMIT_CPU, limits.processor_s, 1),  # at the first it is told by what it ends
        (resource.RLIMIT_AS, limits.memory, 0),
        (resource.RLIMIT_NOFILE, 0, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _, allowed = resource.getrlimit(what)
        hard = most + spare
        if allowed != resource.RLIM_INFINITY:
            hard = min(hard, allowed)
        with contextlib.suppress(ValueError):  # macOS has no limit of address space
            resource.setrlimit(what, (min(most, hard), hard))
