"""NoDB takes all and keeps nothing."""

from typing import Any

import pytest

from taskdb_reference import NoData, NoDB


class Untouchable:
    """Raises when anything is asked of it."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"{name} was looked at")

    __hash__ = __eq__ = __bool__ = __iter__ = __len__ = None  # type: ignore[assignment]


def test_writes_do_not_look_at_their_arguments() -> None:
    db: Any = NoDB()
    thing = Untouchable()
    before = dict(vars(db))
    assert db.add_record(thing, thing) is None
    assert db.update_record(thing, thing) is None
    assert db.drop_record(thing) is None
    assert db.drop_matching_records(thing) is None
    assert vars(db) == before


@pytest.mark.parametrize(
    "read",
    [
        lambda db: db.get_record("a"),
        lambda db: db.find_records({}),
        lambda db: db.find_records({}, keys=["header"]),
        lambda db: db.get_history(),
    ],
)
def test_reads_say_that_nothing_is_there(read: Any) -> None:
    db = NoDB()
    db.add_record("a", {})
    with pytest.raises(NoData) as refusal:
        read(db)
    first, second = str(refusal.value).split(". ")
    assert "stores nothing" in first
    assert second.startswith("To keep records, start the controller with a store")
    assert second.endswith(".")


def test_no_data_is_a_key_error() -> None:
    assert issubclass(NoData, KeyError)


def test_closing_twice_is_fine() -> None:
    db = NoDB()
    db.close()
    db.close()
