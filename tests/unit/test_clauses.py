"""Tests of the parser of SPEC.md and of the order of the clauses."""

from __future__ import annotations

import re

import pytest

from taskdb_spec import Backend
from taskdb_spec.clauses import (
    Example,
    checked_clauses,
    clauses,
    parse_clauses,
    precedence,
    refinement_depths,
)
from taskdb_spec.model import model_backend

CLAUSE = """\
#### EQ-1 A plain operand
  means equality

- **Level:** SHOULD
- **Requires:** arrays, paths
- **Refines:** QRY-1, VAL-1
- **Evidence:** matched, unmatched
- **Check:** none: it is
  too slow
- **Source:** manual, "Specify"; ledger L-1, L-2

The first paragraph
has two lines.

- an item

```example
find_records({})  # → a
```

```example not on MongoDB: it is stricter
# A comment, which is not a heading.
find_records({"label": "x"})  # → nothing
```

**Likely cause of a failure:** a
collation.

### The next section
""".replace("operand\n  means", "operand means")


def test_a_clause_is_parsed_completely() -> None:
    [(name, clause)] = parse_clauses(CLAUSE).items()
    assert (name, clause.title) == ("EQ-1", "A plain operand means equality")
    assert (clause.level, clause.lacks, clause.is_null_store) == ("SHOULD", None, False)
    assert clause.needs == {"arrays", "paths"}
    assert clause.refines == ("QRY-1", "VAL-1")
    assert clause.evidence == ("matched", "unmatched")
    assert (clause.check, clause.no_check) == (None, "it is too slow")
    assert clause.source == 'manual, "Specify"; ledger L-1, L-2'
    assert clause.text == "The first paragraph has two lines.\n\n- an item"
    assert clause.examples == (
        Example("find_records({})  # → a\n"),
        Example(
            '# A comment, which is not a heading.\nfind_records({"label": "x"})  # → nothing\n',
            "it is stricter",
        ),
    )
    assert clause.likely_cause == "a collation."


def test_a_clause_may_refine_nothing() -> None:
    [clause] = parse_clauses(CLAUSE.replace("QRY-1, VAL-1", "nothing")).values()
    assert clause.refines == ()


@pytest.mark.parametrize("item", ["Level", "Requires", "Refines", "Evidence", "Check", "Source"])
def test_a_clause_without_an_item_is_named(item: str) -> None:
    without = re.sub(rf"- \*\*{item}:\*\* .*\n(  .*\n)*", "", CLAUSE)
    with pytest.raises(ValueError, match=f"EQ-1 has no item '{item}'"):
        parse_clauses(without)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("**Likely cause of a failure:** a\ncollation.", "", "EQ-1 has no likely cause"),
        ("```example\n", "```python\n", "EQ-1 has a malformed example"),
        ("not on MongoDB: it is stricter", "not on MongoDB", "EQ-1 has a malformed example"),
        ("The first paragraph\nhas two lines.\n\n- an item\n", "", "EQ-1 has no text"),
        ("SHOULD", "MAY", "EQ-1 has the level 'MAY'"),
        ("arrays, paths", "lists", "EQ-1 requires 'lists'"),
        ("arrays, paths", "no lists", "EQ-1 requires 'no lists'"),
        ("#### EQ-1 ", "#### ", "not an id of a clause"),
        ("#### EQ-1", "### EQ-1", "no clauses"),
    ],
)
def test_a_malformed_clause_is_named(old: str, new: str, message: str) -> None:
    assert old in CLAUSE
    with pytest.raises(ValueError, match=message):
        parse_clauses(CLAUSE.replace(old, new))


def test_a_clause_without_examples_is_named() -> None:
    with pytest.raises(ValueError, match="EQ-1 has no example"):
        parse_clauses(re.sub(r"```example(.|\n)*?```\n", "", CLAUSE))


def test_an_id_occurs_once() -> None:
    with pytest.raises(ValueError, match="EQ-1 occurs twice"):
        parse_clauses(CLAUSE + CLAUSE)


def test_refinements_have_no_cycle() -> None:
    with pytest.raises(ValueError, match=r"EQ-1, EQ-2, EQ-1|EQ-2, EQ-1, EQ-2"):
        refinement_depths({"EQ-1": ("EQ-2",), "EQ-2": ("EQ-1",)})
    with pytest.raises(ValueError, match="EQ-1 refines EQ-2, which is not a clause"):
        refinement_depths({"EQ-1": ("EQ-2",)})


def test_every_clause_refines_at_most_three_others_that_precede_it() -> None:
    for clause in clauses().values():
        assert len(set(clause.refines)) == len(clause.refines) <= 3
        assert all(precedence(name) < precedence(clause.id) for name in clause.refines)


def test_the_order_of_the_headings_does_not_matter() -> None:
    reversed_depths = refinement_depths(
        {clause.id: clause.refines for clause in reversed(clauses().values())}
    )
    assert all(reversed_depths[name] == precedence(name)[0] for name in clauses())


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (("ADD-", "GET-", "UPD-", "DROP-", "VAL-", "BUF-", "TIME-"), ("NE-", "IN-", "PATH-")),
        (("VAL-", "BUF-", "TIME-"), ("DUR-", "CULL-", "ISO-1")),
        (("EQ-",), ("NE-", "LT-", "LTE-", "GT-", "GTE-", "IN-", "NIN-")),
        (("EQ-", "NE-", "LT-", "LTE-", "GT-", "GTE-", "ORD-", "CMP-", "IN-1"), ("PATH-", "LIST-")),
    ],
    ids=["writes before queries", "values before files", "equality first", "paths after operators"],
)
def test_families_are_in_a_sensible_order(first: tuple[str, ...], later: tuple[str, ...]) -> None:
    last = max(precedence(name) for name in clauses() if name.startswith(first))
    assert last < min(precedence(name) for name in clauses() if name.startswith(later))


def test_a_run_checks_general_clauses_first() -> None:
    durable = Backend("x", open=model_backend.open, capabilities={"durable"})
    names = [clause.id for clause in checked_clauses(durable)]
    assert names == sorted(names, key=precedence)
    assert names.index("VAL-1") < names.index("DUR-1")
    assert "CRASH-1" not in names
