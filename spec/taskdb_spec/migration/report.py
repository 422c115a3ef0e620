"""The result of a copy: counts, problems, and digests of both sides."""

from __future__ import annotations

from dataclasses import dataclass, field

from taskdb_spec.migration.digests import compute_checksum


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that is missing or different in the target, and the reason."""

    msg_id: str
    reason: str


@dataclass(slots=True)
class CopyReport:
    """The result of a copy, and its progress while it runs.

    Attributes:
        total: Number of records in the source when the copy began.
        copied: Number of records that were added to the target.
        present: Number of records that the target already had, equal to those of the source.
        dropped_meanwhile: Number of records that disappeared from the source during the copy.
        truncated_timestamps: Number of copied records with a timestamp that was truncated.
        conflicts: Records that the target has with the same id and other contents.
        refused: Records that could not be read, or that the target did not accept.
        altered: Records that the target returned differently from how they were added.
        source_digests: By msg_id, the digests of all records that the target should have.
        target_digests: By msg_id, the digests of the same records as the target returned them.
    """

    total: int
    copied: int = 0
    present: int = 0
    dropped_meanwhile: int = 0
    truncated_timestamps: int = 0
    conflicts: list[Problem] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    altered: list[Problem] = field(default_factory=list)
    source_digests: dict[str, bytes] = field(default_factory=dict)
    target_digests: dict[str, bytes] = field(default_factory=dict)

    @property
    def processed(self) -> int:
        """The number of records that the copy has finished, with or without success."""
        return (
            self.copied
            + self.present
            + self.dropped_meanwhile
            + len(self.conflicts)
            + len(self.refused)
        )

    @property
    def checksums(self) -> tuple[str, str]:
        """The checksums of the records that both sides should have: source, target."""
        return (
            compute_checksum(self.source_digests.values()),
            compute_checksum(self.target_digests.values()),
        )

    @property
    def is_complete(self) -> bool:
        """Whether the target has every record of the source, unchanged."""
        has_problems = self.conflicts or self.refused or self.altered
        return (
            not has_problems
            and self.processed == self.total
            and self.source_digests == self.target_digests
        )
