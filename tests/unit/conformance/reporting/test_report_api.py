"""A report, asked for one of its clauses."""

import pytest

from tests.support import fake_reports as made


def test_a_clause_by_its_id() -> None:
    assert made.failing()["ADD-2"].verdict == "fail"


def test_a_clause_that_is_not_there() -> None:
    with pytest.raises(KeyError, match="there is no clause 'FOO-1'"):
        made.failing()["FOO-1"]
