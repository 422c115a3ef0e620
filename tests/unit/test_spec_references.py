"""What the sources say of SPEC.md is there: its clauses, entries of the ledger, and sections."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import taskdb_reference
import taskdb_spec
from taskdb_spec import TaskDB
from taskdb_spec.clauses import clauses, ledger, spec_text

SOURCES = [
    file
    for package in (taskdb_spec, taskdb_reference)
    for file in sorted(Path(str(package.__file__)).parent.rglob("*.py"))
]
NO_CLAUSES = {"UTF-8", "UTF-16", "SHA-256"}
FAMILIES = {clause.rpartition("-")[0] for clause in clauses()}


def named_in(text: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, text))


def unknown(text: str) -> Iterator[str]:
    """What the text names, and SPEC.md does not have."""
    named = named_in(text, r"\b[A-Z]{2,}-\d+\b")
    yield from named - set(clauses()) - NO_CLAUSES
    yield from named_in(text, r"\b([A-Z]+)-\*") - FAMILIES
    yield from named_in(text, r"\bL-\d+\b") - set(ledger())
    headings = named_in(spec_text(), r"(?m)^#+ (?:\d\. )?(.+)$")
    yield from named_in(text, r"SPEC\.md, \"([^\"]+)\"") - headings


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(file.parents[2])))
def test_what_a_source_names_is_there(file: Path) -> None:
    assert sorted(unknown(file.read_text(encoding="utf-8"))) == []


def test_what_is_not_there_is_found() -> None:
    wrong = 'clauses FOO-*, ADD-99 and L-99 (SPEC.md, "The weather")'
    right = 'clauses ADD-*, ADD-1 and L-1, in UTF-8 (SPEC.md, "Errors")'
    assert sorted(unknown(f"{wrong}; {right}")) == ["ADD-99", "FOO", "L-99", "The weather"]


def test_the_text_has_the_calls_of_the_interface() -> None:
    interface = spec_text().partition("\n## The interface\n")[2].partition("\n## ")[0]
    calls = dict(re.findall(r"^\| `(\w+)\((.*?)\)` \|", interface, re.MULTILINE))
    declared = {
        name: [
            parameter.name if parameter.default is parameter.empty else f"{parameter.name}=None"
            for parameter in list(inspect.signature(call).parameters.values())[1:]
        ]
        for name, call in vars(TaskDB).items()
        if inspect.isfunction(call) and not name.startswith("_")
    }
    assert {name: [p for p in text.split(", ") if p] for name, text in calls.items()} == declared
