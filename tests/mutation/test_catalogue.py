"""The catalogue: every clause has a mutant, and each mutant is a store that can be opened."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest

from taskdb_spec import Limits, QueryError
from taskdb_spec.capabilities import Capability
from taskdb_spec.clauses import clauses
from taskdb_spec.model import Model
from tests.mutation import catalogue
from tests.mutation.catalogue import MODULES, MUTANTS, WHOLE, mutants_of

# What the trivial calls below may raise if a mutant breaks exactly these calls.
REFUSALS = (KeyError, ValueError, TypeError, RuntimeError, NotImplementedError)
BREAKS_TRIVIAL_CALLS = {"ADD-1", "CLOSE-1", "NODB-1", "NODB-5"}

RECORD = {"client_uuid": "c", "header": {"a": [1, {"b": None}]}, "submitted": None}


def make_record():
    """Return a record that a mutant may keep and change."""
    return copy.deepcopy(RECORD)


@pytest.mark.parametrize("clause", [c for c in clauses().values() if c.check], ids=lambda c: c.id)
def test_every_clause_with_a_check_has_a_mutant(clause):
    assert [m for m in MUTANTS.values() if m.clause == clause.id]


def test_mutants_name_clauses_that_have_a_check():
    checked = {clause.id for clause in clauses().values() if clause.check}
    assert {mutant.clause for mutant in MUTANTS.values()} <= checked


def test_names_are_unique_identifiers():
    names = [mutant.name for module in MODULES for mutant in mutants_of(module)]
    assert sorted(names) == sorted(MUTANTS)
    assert all(name.isidentifier() for name in [*MUTANTS, *WHOLE])


def test_mutants_of_a_clause_have_different_reasons():
    reasons = [(mutant.clause, mutant.why) for mutant in MUTANTS.values()]
    assert len(set(reasons)) == len(reasons)


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=lambda mutant: mutant.name)
def test_a_mutant_claims_what_its_clause_needs(mutant):
    assert clauses()[mutant.clause].claimed_by(mutant.backend)


@pytest.mark.parametrize("name", [*MUTANTS, *WHOLE])
def test_a_backend_is_an_attribute_of_the_catalogue(name):
    assert getattr(catalogue, name).name == name


def test_an_unknown_mutant_raises_attribute_error():
    with pytest.raises(AttributeError, match="no_such_mutant"):
        _ = catalogue.no_such_mutant


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=lambda mutant: mutant.name)
def test_a_mutant_answers_trivial_calls(mutant, tmp_path):
    store = mutant.backend.open(tmp_path)
    try:
        store.add_record("a", make_record())
        if not mutant.backend.stores_nothing:
            store.get_record("a")
        store.close()
    except REFUSALS:
        assert mutant.clause in BREAKS_TRIVIAL_CALLS


def test_a_limited_mutant_opens_with_limits(tmp_path):
    for mutant in MUTANTS.values():
        if Capability.culling in mutant.backend.capabilities:
            store = mutant.backend.open_limited(tmp_path, Limits(record_limit=2))
            store.add_record("a", make_record())
            assert "a" in store.find_records({})
            store.close()


QUERIES = [
    {},
    {"header.a": 1},
    {"header.a.1.b": {"$lte": None}, "submitted": {"$exists": True}},
    {"$nor": [{"header.a": {"$size": 2, "$not": {"$gt": 1}}}, {"label": {"$glob": "x*"}}]},
    {"header.a": {"$elemMatch": {"$gt": 0, "$ne": 2}}},
    {"header.a": {"$elemMatch": {"b": None}}},
    {"$or": [{"header.a": {"$mod": [2, 1]}}, {"client_uuid": {"$regex": "D", "$options": "i"}}]},
    {"header": {"a": [1, {"b": None}]}},
    {"header": {"$gt": {}}, "client_uuid": {"$nin": ["d", None]}},
]
RECORDS = {
    "a": RECORD,
    "b": {"client_uuid": "d", "header": {"a": 3}, "label": "xy"},
    "c": {"header": {"a": []}, "submitted": datetime(2020, 1, 1, tzinfo=UTC)},
    "d": {"header": {"a": [[2], {"b": 1}]}, "client_uuid": "c"},
}


@pytest.mark.parametrize("query", QUERIES, ids=repr)
@pytest.mark.parametrize("name", ["whole", "whole_in_a_file", "whole_with_limits"])
def test_a_conforming_store_answers_as_the_model_does(name, query, tmp_path):
    store, model = WHOLE[name].open(tmp_path), Model()
    for one in (store, model):
        for msg_id, record in RECORDS.items():
            one.add_record(msg_id, record)
    assert store.find_records(query) == model.find_records(query)
    store.drop_matching_records(query)
    model.drop_matching_records(query)
    assert store.get_history() == model.get_history()


@pytest.mark.parametrize("name", ["whole", "whole_in_a_file", "whole_with_limits"])
def test_a_conforming_store_refuses_a_malformed_query(name, tmp_path):
    with pytest.raises(QueryError):
        WHOLE[name].open(tmp_path).find_records({"label": {"$ge": 1}})
