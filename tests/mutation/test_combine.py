"""Several mutants make one backend if they break different steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taskdb_spec.capabilities import CORE, QUERY_CAPABILITIES
from tests.mutation.base import combine
from tests.mutation.catalogue import MUTANTS

COMBINABLE = [mutant for mutant in MUTANTS.values() if mutant.steps is not None]


def test_a_combined_backend_has_all_defects(tmp_path: Path) -> None:
    names = ("update_skips_display_data", "find_returns_a_list", "gt_is_lt")
    backend = combine(*(MUTANTS[name] for name in names))
    store = backend.open(tmp_path)
    store.add_record("a", {"label": "b"})
    store.update_record("a", {"label": "c", "display_data": {}})
    assert backend.name == "update_skips_display_data_and_find_returns_a_list_and_gt_is_lt"
    assert store.get_record("a")["label"] == "c"
    assert store.get_record("a")["display_data"] is None
    found: Any = store.find_records({"label": {"$gt": "d"}}, ["label"])
    assert found == [{"msg_id": "a", "label": "c"}]


def test_a_combined_backend_claims_what_any_of_its_mutants_claims() -> None:
    core, other = MUTANTS["add_is_lost"], MUTANTS["size_takes_text"]
    assert combine(core).capabilities == CORE
    assert combine(core, other).capabilities == QUERY_CAPABILITIES


def test_mutants_of_one_step_cannot_be_combined() -> None:
    with pytest.raises(ValueError, match="drop_takes_the_next overlaps: drop_record"):
        combine(MUTANTS["drop_is_lost"], MUTANTS["drop_takes_the_next"])


def test_a_mutant_with_state_cannot_be_combined() -> None:
    with pytest.raises(ValueError, match="file_is_empty cannot be combined"):
        combine(MUTANTS["add_is_lost"], MUTANTS["file_is_empty"])


def test_most_mutants_can_be_combined() -> None:
    assert len(COMBINABLE) > 600


QUERIES: dict[str, dict[str, Any]] = {
    "walk_list": {"header.x.y": 1},
    "not_": {"stdout": {"$not": {"$gt": "a"}}},
    "select_ids": {"stdout": "o"},
    "update_record": {},
}


@pytest.mark.parametrize("step", QUERIES)
def test_a_step_may_call_the_correct_step_by_super(step: str, tmp_path: Path) -> None:
    mutants = [mutant for mutant in COMBINABLE if mutant.steps and step in mutant.steps]
    assert len(mutants) > 2
    for mutant in mutants:
        store = combine(mutant).open(tmp_path)
        store.add_record("a", {"header": {"x": [{"y": 1}]}})
        store.update_record("a", {"stdout": "o"})
        store.find_records(QUERIES[step])
