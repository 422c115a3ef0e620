"""The traits of DictDB and BaseDB: each value is checked when it is set."""

from typing import Any

import pytest
from traitlets import TraitError
from traitlets.config import Config

from taskdb_reference import BaseDB, DictDB, NoDB


@pytest.mark.parametrize("trait", ["record_limit", "size_limit"])
@pytest.mark.parametrize("value", [0, -1, 5.0, 1.5, float("nan"), float("inf"), True, "5", [5]])
def test_no_limit(trait: str, value: Any) -> None:
    with pytest.raises(TraitError, match=f"{trait} must be a whole number, 1 or more"):
        DictDB(**{trait: value})
    db = DictDB(**{trait: 7})
    with pytest.raises(TraitError, match=trait):
        setattr(db, trait, value)
    assert getattr(db, trait) == 7


@pytest.mark.parametrize(
    "value", [0, 0.0, -0.1, 1.01, 2, float("nan"), float("inf"), True, "0.5", None]
)
def test_no_fraction(value: Any) -> None:
    with pytest.raises(TraitError, match="cull_fraction"):
        DictDB(cull_fraction=value)
    db = DictDB(cull_fraction=0.5)
    with pytest.raises(TraitError, match="cull_fraction"):
        db.cull_fraction = value
    assert db.cull_fraction == 0.5


@pytest.mark.parametrize("value", [1, 2, 10**30, None])
def test_limits(value: int | None) -> None:
    db = DictDB(record_limit=value, size_limit=value)
    db.add_record("a", {"stdout": "x"})
    assert (db.record_limit, db.size_limit) == (value, value)
    assert db.get_history() == ["a"]


@pytest.mark.parametrize("value", [1, 1.0, 0.5, 5e-324])
def test_fractions(value: float) -> None:
    db = DictDB(cull_fraction=value)
    assert db.cull_fraction == value
    assert type(db.cull_fraction) is float


def test_defaults_and_metadata() -> None:
    db = DictDB()
    assert (db.record_limit, db.size_limit, db.cull_fraction) == (None, None, 0.1)
    assert set(DictDB.class_trait_names(config=True)) >= {
        "record_limit",
        "size_limit",
        "cull_fraction",
    }


def test_limits_come_from_a_config() -> None:
    config = Config({"DictDB": {"record_limit": 3, "cull_fraction": 0.5}})
    db = DictDB(config=config)
    assert (db.record_limit, db.size_limit, db.cull_fraction) == (3, None, 0.5)


def test_a_wrong_config_is_refused() -> None:
    with pytest.raises(TraitError, match="record_limit"):
        DictDB(config=Config({"DictDB": {"record_limit": 0}}))


@pytest.mark.parametrize("kind", [BaseDB, DictDB, NoDB])
def test_a_store_is_made_as_the_controller_makes_it(kind: type[BaseDB]) -> None:
    parent = BaseDB()
    db = kind(session="5cc8e5ff", parent=parent, log=parent.log)
    assert db.session == "5cc8e5ff"
    assert isinstance(db, BaseDB)
    db.close()
    db.close()
