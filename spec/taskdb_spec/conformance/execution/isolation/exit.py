"""How a forked process ended before its work was done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProcessExit:
    """How a process ended before its work was done."""

    timed_out: bool
    text: str
    out_of_memory: bool = False
    """Whether memory was the cause, as far as that can be known."""
