"""What a run has measured, as data, and as the JSON that is kept of it."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from math import log
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Self

SCHEMA = 1
FILE, PREVIOUS = "bench.json", "bench-previous.json"
UNFINISHED = "bench-unfinished.json"
PACKAGES = (
    *("hypothesis", "ipyparallel", "mongomock", "montydb", "psycopg", "pymongo", "tinydb"),
    "taskdb-spec",
)


@dataclass(frozen=True)
class Measurement:
    """The median of what was measured `repeats` times, and the width of its middle half.

    `n` is the number of records that a store held, or of operations that a run took.
    """

    group: str
    call: str
    contender: str
    n: int
    unit: str
    median: float
    spread: float
    repeats: int

    @classmethod
    def of(
        cls, group: str, call: str, contender: str, n: int, samples: list[float], unit: str = "s"
    ) -> Self:
        """The measurement that some samples make."""
        spread = 0.0
        if len(samples) > 1:
            low, _, high = quantiles(samples, n=4, method="inclusive")
            spread = high - low
        return cls(group, call, contender, n, unit, median(samples), spread, len(samples))

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What was measured: the same in every run."""
        return (self.group, self.call, self.contender, self.n)


@dataclass(frozen=True)
class LeftOut:
    """What was not measured, and why."""

    group: str
    call: str
    contender: str
    n: int
    reason: str


@dataclass(frozen=True)
class Killed:
    """The CPU seconds that one way of testing took to fail on a mutant; None if it did not.

    It was `tried` for so many seconds, which is without the `shrinking` of what was found.
    """

    mutant: str
    by: str
    seconds: float | None
    tried: float
    shrinking: float | None = None


@dataclass
class Results:
    """All that a run has measured."""

    options: dict[str, Any] = field(default_factory=dict)
    measurements: list[Measurement] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    kills: list[Killed] = field(default_factory=list)

    def of(self, group: str, call: str, contender: str) -> dict[int, Measurement]:
        """What was measured of one call of one contender, by `n`."""
        return {
            each.n: each
            for each in self.measurements
            if (each.group, each.call, each.contender) == (group, call, contender)
        }

    def names(self, group: str) -> tuple[list[str], list[str]]:
        """The calls and the contenders of a group, in the order in which they were measured."""
        found = [each for each in self.measurements if each.group == group]
        return _unique(each.call for each in found), _unique(each.contender for each in found)

    def to_json(self) -> dict[str, Any]:
        """The object that is kept."""
        lists = ("measurements", "left_out", "kills")
        return {
            "schema": SCHEMA,
            "machine": machine(),
            "options": self.options,
            **{name: [asdict(each) for each in getattr(self, name)] for name in lists},
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """What `to_json` has made. Raises ValueError for what another version has made."""
        if data.get("schema") != SCHEMA:
            raise ValueError(f"schema {data.get('schema')!r} is not {SCHEMA}")
        return cls(
            data["options"],
            [Measurement(**each) for each in data["measurements"]],
            [LeftOut(**each) for each in data["left_out"]],
            [Killed(**each) for each in data["kills"]],
        )


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


@cache
def machine() -> dict[str, Any]:
    """What a time depends on."""
    return {
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "system": platform.system(),
        "processor": platform.machine(),
        "cpus": os.cpu_count(),
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: version(name) for name in PACKAGES},
    }


def growth(measured: dict[int, Measurement]) -> float | None:
    """The exponent of n: the slope of a straight line through the medians, both on log scales."""
    points = [(log(n), log(each.median)) for n, each in measured.items() if each.median > 0]
    if len(points) < 2:
        return None
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    slope: float = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
    return slope


def keep(results: Results, folder: Path) -> Path:
    """Write what a run has measured so far; it stays there if the run is cut off."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{UNFINISHED}.new"  # in its place only when it is whole
    new.write_text(json.dumps(results.to_json(), indent=1) + "\n", encoding="utf-8")
    return new.replace(folder / UNFINISHED)


def save(results: Results, folder: Path) -> Results | None:
    """Write the JSON of a run, and give back that of the last, which is kept beside it."""
    unfinished = keep(results, folder)
    file, before = folder / FILE, None
    if file.exists():
        file.replace(folder / PREVIOUS)
        before = _read(folder / PREVIOUS)
    unfinished.replace(file)
    return before


def _read(file: Path) -> Results | None:
    try:
        return Results.from_json(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError):  # of another version, or cut off
        return None
