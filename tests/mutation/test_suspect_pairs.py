"""Tests of the order of suspects: it is the one that was recorded for each pair."""

from __future__ import annotations

from taskdb_spec.clauses import precedence
from tests.mutation.suspect_pairs import merge_pairs, read_pairs, suspects_on


def test_suspects_are_in_the_recorded_order() -> None:
    """If the change is meant, see `tests.mutation.suspect_pairs`."""
    pairs = read_pairs()
    assert len(pairs) > 1_900
    assert [pair for pair in pairs if precedence(pair[0]) > precedence(pair[1])] == []


def test_a_recorded_pair_keeps_its_order() -> None:
    reverse = ("EQ-2", "EQ-1")
    assert merge_pairs({reverse}, [{"EQ-1", "EQ-2", "NE-1"}]) == {
        reverse,
        ("EQ-1", "NE-1"),
        ("EQ-2", "NE-1"),
    }


def test_the_suspects_of_a_run_are_collected() -> None:
    suspects = suspects_on("first_field_counts")
    assert any(len(names) > 1 for names in suspects)
