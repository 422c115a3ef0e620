"""What a store may cost a run before it is ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """Limits that a store keeps to that does its work.

    They are seconds of a `call`, of a call that is made again to find the smallest program with
    it (`probe`), and of a whole `script`; the bytes of `memory` that a run may use; and how many
    `restarts` of the process there may be.
    """

    call: float = 10.0
    probe: float = 1.5
    script: float = 20.0
    memory: int = 2 << 30
    restarts: int = 25


PATIENCE = Patience()
