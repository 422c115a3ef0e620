"""Access to one clause of a report."""

import pytest

from tests.support.fake_reports import failing


def test_a_clause_by_its_id() -> None:
    assert failing()["ADD-2"].verdict == "fail"


def test_an_unknown_clause() -> None:
    with pytest.raises(KeyError, match="there is no clause 'FOO-1'"):
        failing()["FOO-1"]
