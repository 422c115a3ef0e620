"""Stores that earn nothing do not conform, and pass no clause but those that they really keep."""

from __future__ import annotations

import pytest

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance import check_backend

from .careless import CARELESS, backend_of
from .vacuous import VACUOUS

GIVEN = "ISO-6 ISO-7 ISO-8"  # arguments are not modified by what never looks at them
REFUSALS = (
    "GET-2 UPD-5 DROP-2 ADD-2 REC-4 UPD-6 REC-5 REC-6 REC-7 REC-8 REC-9 REC-11 KEYS-4 KEYS-5"
    " IN-5 IN-6 QRY-4 QRY-5 QRY-6 QRY-7 QRY-8 QRY-9 QRY-10 PURGE-3 ERR-1 ERR-2 ERR-3 ERR-4 ERR-5"
    " EXI-2 GLB-8 RGX-4 LOG-1 LOG-2 SIZE-2 ALL-3 ELEM-2 MOD-2 ADD-3 REC-10"
)
READING = (
    "FIND-1 QRY-1 FIND-2 KEYS-1 KEYS-2 KEYS-3 KEYS-4 KEYS-5 ISO-4 ISO-9 KEEP-1 HUB-2"
    " IN-5 IN-6 QRY-4 QRY-5 QRY-6 QRY-7 QRY-8 QRY-9 QRY-10"
)


def section(*groups):
    """The clauses whose ids begin so."""
    return {clause for clause in clauses() if clause.partition("-")[0] in groups}


def listed(*texts):
    return {clause for text in texts for clause in text.split()}


OPERATORS = "EQ NE LT LTE GT GTE ORD CMP IN NIN PATH EXI NUM BYT GLB RGX AND OR NOR NOT LOG"
ARRAYS = "DOC LIST SIZE ALL ELEM MOD"
MATCHING = section(*OPERATORS.split(), *ARRAYS.split()) | listed("QRY-2 QRY-3")
EVERY = {clause.id for clause in clauses().values() if clause.claimed_by(VACUOUS["Forgets"])}

# What a store keeps, read off the text of each clause.
KEPT = {
    "DoesNothing": listed("RET-1 CLOSE-1", GIVEN),
    "RefusesByKey": listed("ERR-2", GIVEN),
    "RefusesByValue": listed("ERR-3 ERR-4", GIVEN),
    "NotImplementedYet": listed(GIVEN),
    # Nothing is the right answer to some queries, and a purge does not go through `find_records`.
    "FindsNothing": (EVERY - MATCHING - listed(READING)) | listed("CMP-4 IN-3 ALL-2 GLB-7"),
    "FindsAll": (EVERY - MATCHING - listed(READING))
    | listed("FIND-1 QRY-1 FIND-2 KEYS-2 NIN-4 ISO-4 ISO-9 KEEP-1 GLB-7"),
    # What is written is not seen by `get_record`; queries, refusals and history are right.
    "GetsBlank": EVERY
    - section("VAL", "BUF", "TIME")
    - listed("ADD-1 GET-1 GET-2 REC-2 REC-3 UPD-1 UPD-2 UPD-3 UPD-4 DROP-1 ADD-3 ADD-4 REC-10")
    - listed("FIND-2 ISO-1 ISO-2 HUB-3"),
    "NoHistory": EVERY - section("HIST") - {"ISO-5"},
    "AcceptsAll": EVERY - listed(REFUSALS),
    "Forgets": EVERY - listed("KEEP-1"),  # ADD-1 or GET-1 has to fail too, but not both
}

# What passes for want of evidence: nothing in the run could have told the difference.
WEAK = {
    # The one that refuses everything refuses these as well; no counterpart has to be accepted.
    "RefusesByKey": listed("QRY-9 QRY-10 LOG-2 REC-10"),
    "RefusesByValue": listed("QRY-9 QRY-10 LOG-2 REC-10"),
    "NotImplementedYet": listed("REC-10"),
    # On an empty store only the purge refuses; what has to be False is False of everything.
    "FindsNothing": listed("QRY-9 ISO-4 CMP-1 CMP-2 PATH-4 GLB-5 RGX-3 DOC-2 MOD-1 PATH-8"),
    "FindsAll": listed("QRY-9 NE-2 NIN-2 NOT-2"),
    "GetsBlank": listed("ADD-1 UPD-2 ADD-3 REC-2 REC-3 VAL-1 VAL-2 VAL-3 FIND-2 ISO-1"),
    # An empty history has no ties, and nothing to be changed in.
    "DoesNothing": listed("HIST-5 ISO-4 ISO-5"),
    "NoHistory": listed("HIST-5 ISO-5"),
}


@pytest.mark.parametrize("name", VACUOUS)
def test_a_store_that_earns_nothing_passes_nothing_else(name, shortened):
    report = check_backend(VACUOUS[name], profile=shortened("brief"))
    passed = {result.clause.id for result in report.with_verdict("pass")}
    assert report.verdict == "fails"
    assert passed - KEPT[name] - WEAK.get(name, set()) == set()


@pytest.mark.parametrize(
    ("clause", "store"),
    [(clause, store) for clause, stores in CARELESS.items() for store in stores],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_plain_errors_hide_nothing(clause, store, shortened):
    report = check_backend(backend_of(store), profile=shortened("brief"))
    assert report.verdict == "fails", report[clause].evidence
    assert report[clause].verdict == "fail"
