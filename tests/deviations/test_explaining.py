"""Each deviation, taken as a backend, fails, and its failure is explained by the deviation."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from taskdb_spec import Backend
from taskdb_spec.capabilities import CORE, QUERY_CAPABILITIES, Capability
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance import campaign
from taskdb_spec.conformance.counterexamples import Emitter
from taskdb_spec.conformance.deviations import DEVIATIONS, Deviation, candidates, explain
from taskdb_spec.conformance.model import Model, model_backend
from taskdb_spec.conformance.playing import Player
from taskdb_spec.conformance.profiles import Profile
from taskdb_spec.conformance.report import Counterexample

from .table import AMBIGUOUS, SHOWN_BY

ALL_SHOWN = [(clause, name) for clause, names in SHOWN_BY.items() for name in names]


@dataclass
class Run:
    """What a run on one clause came to."""

    operations: int = 0
    examples: dict[str, Counterexample] = field(default_factory=dict)
    candidates: list[str] = field(default_factory=list)


def backend_of(deviation: Deviation) -> Backend:
    """The deviation as a backend, durable where only that shows it."""
    claimed = CORE if "needs a capability" in deviation.name else QUERY_CAPABILITIES
    stores: dict[Path, Model] = {}

    def kept(workdir: Path) -> Model:
        (workdir / "kept").touch()  # or the next program is given the same folder
        return stores.setdefault(workdir, deviation.store(claimed))

    if "gone after `close`" in deviation.name:
        return Backend("kept", kept, {*claimed, Capability.durable})
    return Backend("deviant", lambda workdir: deviation.store(claimed), claimed)


def run(backend: Backend, clause: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Check one clause, and note what explains its failure."""
    made = Run()

    def noting(player: Player, failure: Any, *rest: Any) -> str:
        made.candidates = [each.name for each in candidates(player, failure, rest[0])]
        return explain(player, failure, *rest)

    monkeypatch.setattr(campaign, "explain", noting)
    profile, emitter = Profile("small", focus=20, operations=0), Emitter(backend, None, None)
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        checked = campaign.Campaign(backend, profile, 0, emitter, Path(folder), lambda event: None)
        checked.claimed = [clauses()[clause]]
        checked.run(strict=True)
    made.operations, made.examples = checked.player.operations, checked.failures
    return made


def test_every_deviation_is_in_the_table() -> None:
    assert sorted(name for _, name in ALL_SHOWN) == sorted(DEVIATIONS)


@pytest.mark.parametrize(("clause", "name"), ALL_SHOWN, ids=[name for _, name in ALL_SHOWN])
def test_a_deviation_explains_its_own_failure(
    clause: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run(backend_of(DEVIATIONS[name]), clause, monkeypatch)
    assert found.examples
    assert name in found.candidates
    explanations = {example.explanation for example in found.examples.values()}
    assert explanations <= {str(DEVIATIONS[name]), ""}
    assert (explanations == {""}) == (name in AMBIGUOUS)
