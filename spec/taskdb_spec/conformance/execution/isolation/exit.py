"""How a forked process ended before its work was done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class End:
    """How a process ended before its work was done."""

    hung: bool
    text: str
    starved: bool = False  # for want of memory, as far as can be told
