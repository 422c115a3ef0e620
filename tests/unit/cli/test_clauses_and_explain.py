"""Tests of ``taskdb clauses``, ``taskdb explain`` and ``taskdb --version``."""

import json
import re
from collections.abc import Callable
from importlib.metadata import version

import pytest
from click.testing import Result

from taskdb_spec.clauses import clauses, entries_named_in, ledger, spec_text

Taskdb = Callable[..., Result]


def test_the_version(taskdb: Taskdb) -> None:
    assert taskdb("--version").stdout == f"taskdb, version {version('taskdb-spec')}\n"


def test_each_clause_has_one_line(taskdb: Taskdb) -> None:
    header, *lines = taskdb("clauses").stdout.splitlines()
    assert header.split() == ["id", "level", "needs", "title", "check"]
    assert [line.split()[0] for line in lines] == list(clauses())
    for line, clause in zip(lines, clauses().values(), strict=True):
        assert f"  {clause.title}  " in line
        assert line.endswith(f"  {clause.check or 'none'}")


@pytest.mark.parametrize(
    ("clause", "needs"),
    [
        ("ADD-1", "core"),
        ("CAP-5", "no paths"),
        ("NODB-1", "null store"),
        ("PATH-8", "arrays, paths"),
    ],
)
def test_the_list_shows_the_capabilities(taskdb: Taskdb, clause: str, needs: str) -> None:
    lines = taskdb("clauses").stdout.splitlines()
    assert f"  {needs}  " in next(line for line in lines if line.startswith(f"{clause} "))


def test_clauses_as_json(taskdb: Taskdb) -> None:
    found = json.loads(taskdb("clauses", "--json").stdout)
    assert [clause["id"] for clause in found] == list(clauses())
    assert all(clause["text"] and clause["evidence"] for clause in found)
    assert all(clause["check"] or clause["no_check"] for clause in found)
    assert all(clause["examples"][0]["text"] and clause["likely_cause"] for clause in found)
    [refined] = [clause["refines"] for clause in found if clause["id"] == "EQ-5"]
    assert refined == list(clauses()["EQ-5"].refines)


@pytest.mark.parametrize("name", list(clauses()))
def test_explain_prints_every_clause_completely(taskdb: Taskdb, name: str) -> None:
    clause = clauses()[name]
    output = taskdb("explain", name).stdout
    assert max(map(len, output.splitlines())) <= 100
    text = " ".join(output.split())
    assert text.startswith(f"{name} {clause.title} level: {clause.level} applies to: ")
    expected = [f"source: {clause.source} {clause.text} example"]
    expected += [f"refines: {', '.join(clause.refines) or 'nothing'}"]
    expected += [clause.check or str(clause.no_check), ", ".join(clause.evidence)]
    expected += [example.text for example in clause.examples]
    expected += [f"likely cause of a failure: {clause.likely_cause}"]
    for entry in entries_named_in(clause.source):
        expected += [
            f"{entry.entry} of the ambiguity ledger",
            entry.sources,
            entry.chosen,
            entry.why,
        ]
    assert [part for part in expected if " ".join(part.split()) not in text] == []


def test_the_ledger_has_all_entries() -> None:
    rows = [line for line in spec_text().splitlines() if line.startswith("| L-")]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == list(ledger())


def test_every_entry_named_as_a_source_exists() -> None:
    for clause in clauses().values():
        named = re.findall(r"L-\d+", clause.source)
        assert [entry.entry for entry in entries_named_in(clause.source)] == named


def test_every_entry_is_the_source_of_a_clause() -> None:
    named = {entry for clause in clauses().values() for entry in entries_named_in(clause.source)}
    assert [name for name, entry in ledger().items() if entry not in named] == []


@pytest.mark.parametrize("name", list(ledger()))
def test_explain_prints_every_entry_completely(taskdb: Taskdb, name: str) -> None:
    entry, output = ledger()[name], taskdb("explain", name.lower()).stdout
    assert max(map(len, output.splitlines())) <= 100
    expected = f"{name} of the ambiguity ledger what the sources say: {entry.sources} "
    expected += f"what was chosen: {entry.chosen} why: {entry.why} decides: "
    text = " ".join(output.split())
    assert text.startswith(" ".join(expected.split()))
    decides = text.rpartition("decides: ")[2].split(", ")
    named = re.compile(rf"\b{name}\b")
    assert decides == [c.id for c in clauses().values() if named.search(c.source)]


def test_an_id_may_be_in_lower_case(taskdb: Taskdb) -> None:
    assert taskdb("explain", "add-2").stdout == taskdb("explain", "ADD-2").stdout


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("DAD-2", "did you mean ADD-2"),
        ("zzz", "taskdb clauses lists them all"),
        ("path", "did you mean PATH-1, PATH-2"),
        ("L-99", "did you mean L-9"),
        ("%%", "there is no clause '%%'; taskdb clauses lists them all"),
    ],
)
def test_an_unknown_clause(taskdb: Taskdb, wanted: str, message: str) -> None:
    result = taskdb("explain", wanted)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
