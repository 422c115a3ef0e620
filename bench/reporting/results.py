"""The results of a benchmark as data, and the JSON file that stores them."""

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

SCHEMA = 2
"""The version of the JSON. Version 1 also contained the speed of detection."""
RESULTS_FILE, PREVIOUS_FILE = "bench.json", "bench-previous.json"
UNFINISHED_FILE = "bench-unfinished.json"
PACKAGES = (
    *("hypothesis", "ipyparallel", "mongomock", "montydb", "psycopg", "pymongo", "tinydb"),
    "taskdb-spec",
)
"""The distributions whose versions are stored with the results."""


@dataclass(frozen=True)
class Measurement:
    """The median of several samples, and their spread.

    Attributes:
        group: The part of the benchmark.
        call: The name of the workload.
        contender: The name of the store, or of the profile.
        n: The number of records in the store, or of operations in the run.
        unit: The unit of `median` and `spread`.
        median: The median of the samples.
        spread: The width of the middle half of the samples.
        repeats: The number of samples.
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
    def from_samples(
        cls, group: str, call: str, contender: str, n: int, samples: list[float], unit: str = "s"
    ) -> Self:
        """Return the measurement that consists of these samples, at least one."""
        spread = 0.0
        if len(samples) > 1:
            low, _, high = quantiles(samples, n=4, method="inclusive")
            spread = high - low
        return cls(group, call, contender, n, unit, median(samples), spread, len(samples))

    @property
    def key(self) -> tuple[str, str, str, int]:
        """The identity of a measurement, equal in every run."""
        return (self.group, self.call, self.contender, self.n)


@dataclass(frozen=True)
class Omission:
    """Something that was not measured, and the reason."""

    group: str
    call: str
    contender: str
    n: int
    reason: str


@dataclass
class Results:
    """All measurements and omissions of one benchmark, and the options that it ran with."""

    options: dict[str, Any] = field(default_factory=dict)
    measurements: list[Measurement] = field(default_factory=list)
    omissions: list[Omission] = field(default_factory=list)

    def select(self, group: str, call: str, contender: str) -> dict[int, Measurement]:
        """Return the measurements of one workload on one contender, by `n`."""
        return {
            each.n: each
            for each in self.measurements
            if (each.group, each.call, each.contender) == (group, call, contender)
        }

    def list_names(self, group: str) -> tuple[list[str], list[str]]:
        """Return the workloads and the contenders of a group, in the order of measurement."""
        found = [each for each in self.measurements if each.group == group]
        return _remove_repeats(each.call for each in found), _remove_repeats(
            each.contender for each in found
        )

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the results."""
        return {
            "schema": SCHEMA,
            "machine": describe_machine(),
            "options": self.options,
            "measurements": [asdict(each) for each in self.measurements],
            "left_out": [asdict(each) for each in self.omissions],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return the results in an object that `to_json` returned.

        Raises:
            ValueError: The object has another schema.
        """
        if data.get("schema") != SCHEMA:
            raise ValueError(f"schema {data.get('schema')!r} is not {SCHEMA}")
        return cls(
            data["options"],
            [Measurement(**each) for each in data["measurements"]],
            [Omission(**each) for each in data["left_out"]],
        )


def _remove_repeats(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


@cache
def describe_machine() -> dict[str, Any]:
    """Return the properties of the machine and the versions that times depend on."""
    return {
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "system": platform.system(),
        "processor": platform.machine(),
        "cpus": os.cpu_count(),
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: version(name) for name in PACKAGES},
    }


def fit_growth(measurements: dict[int, Measurement]) -> float | None:
    """Return the exponent e with which the medians grow as n**e; None for fewer than two.

    It is the slope of the line through the medians on log scales, by least squares.
    """
    points = [(log(n), log(each.median)) for n, each in measurements.items() if each.median > 0]
    if len(points) < 2:
        return None
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    slope: float = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
    return slope


def write_unfinished(results: Results, folder: Path) -> Path:
    """Write the results so far, and return the file. It remains if the run is interrupted."""
    folder.mkdir(parents=True, exist_ok=True)
    # Renamed when it is complete, so that an interruption leaves the earlier file.
    new = folder / f"{UNFINISHED_FILE}.new"
    new.write_text(json.dumps(results.to_json(), indent=1) + "\n", encoding="utf-8")
    return new.replace(folder / UNFINISHED_FILE)


def save(results: Results, folder: Path) -> Results | None:
    """Write the results of a run, and keep the file of the run before as `PREVIOUS_FILE`.

    Returns:
        The results of the run before; None if there are none, or they cannot be read.
    """
    unfinished = write_unfinished(results, folder)
    file, previous = folder / RESULTS_FILE, None
    if file.exists():
        file.replace(folder / PREVIOUS_FILE)
        previous = _read(folder / PREVIOUS_FILE)
    unfinished.replace(file)
    return previous


def _read(file: Path) -> Results | None:
    try:
        return Results.from_json(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError):  # another schema, or a damaged file
        return None
