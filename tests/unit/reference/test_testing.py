"""The fixtures for other people's tests, in tests of other people's."""

import sys
import textwrap

import pytest

from taskdb_reference import testing

pytest_plugins = ["pytester"]

OTHERS = """
import pytest

@pytest.fixture
def taskdb_records():
    return {"a": {"header": {"x": []}}}

@pytest.mark.parametrize("turn", [1, 2])
def test_each_has_its_own(taskdb, taskdb_records, turn):
    assert taskdb.get_history() == ["a"]
    taskdb_records["a"]["header"]["x"].append(1)
    assert taskdb.get_record("a")["header"] == {"x": []}
    taskdb.drop_record("a")

@pytest.mark.parametrize("taskdb_records", [{"a": {"cost": 3}}])
def test_no_records(taskdb):
    pass
"""


def blocks(text: str | None) -> list[str]:
    """The examples in a docstring: what is indented after each ``::``."""
    found = []
    for part in (text or "").split("::\n\n")[1:]:
        lines = part.splitlines()
        end = next(n for n, line in enumerate(lines) if line and not line.startswith(" "))
        found.append(textwrap.dedent("\n".join(lines[:end])))
    return found


def test_the_example_of_the_documentation_and_others(pytester: pytest.Pytester) -> None:
    conftest, example = blocks(testing.__doc__)
    pytester.makeconftest(conftest)
    pytester.makepyfile(test_example=example, test_others=OTHERS)
    result = pytester.runpytest_subprocess("-W", "error", "-v")
    result.assert_outcomes(passed=6, errors=1)
    result.stdout.fnmatch_lines_random(
        [
            "test_example.py::test_the_output* PASSED*",
            "test_others.py::test_each_has_its_own?2? PASSED*",
            "*RecordError: 'cost': no such field*",
        ]
    )


def test_who_does_not_ask_for_it_does_not_load_it(pytester: pytest.Pytester) -> None:
    """No plugin is registered: a run of pytest imports nothing of this package."""
    pytester.makepyfile(
        """
        import sys

        def test_it():
            assert not [name for name in sys.modules if name.startswith("taskdb")]
        """
    )
    pytester.run(sys.executable, "-m", "pytest", "-q").assert_outcomes(passed=1)
