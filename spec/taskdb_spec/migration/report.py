"""What came of a copy."""

from __future__ import annotations

from dataclasses import dataclass, field

from taskdb_spec.migration.digests import checksum


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that did not arrive, or not as it was, and why."""

    msg_id: str
    reason: str


@dataclass(slots=True)
class CopyReport:
    """What came of the records of the source.

    `gone` were dropped from the source after the copy began; `shortened` were given dates in whole
    milliseconds. `source` has the digests of all records that the target should have, `target`
    those of the same records as they were found there in the end.
    """

    total: int
    copied: int = 0
    present: int = 0
    dropped_meanwhile: int = 0
    truncated_timestamps: int = 0
    conflicts: list[Problem] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    altered: list[Problem] = field(default_factory=list)
    source: dict[str, bytes] = field(default_factory=dict)
    target: dict[str, bytes] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many records were dealt with."""
        return (
            self.copied
            + self.present
            + self.dropped_meanwhile
            + len(self.conflicts)
            + len(self.refused)
        )

    @property
    def checksums(self) -> tuple[str, str]:
        """Of the records that both should have: in the source, and in the target."""
        return checksum(self.source.values()), checksum(self.target.values())

    @property
    def complete(self) -> bool:
        """Whether every record of the source is in the target, the same."""
        problems = self.conflicts or self.refused or self.altered
        return not problems and self.done == self.total and self.source == self.target
