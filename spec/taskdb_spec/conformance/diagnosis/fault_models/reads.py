"""Deviations of history, purges and keys, of what is refused, and of its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from taskdb_spec.capabilities import ALL, Capability
from taskdb_spec.conformance.diagnosis.fault_models.base import (
    StepwiseModel,
    with_methods,
    with_rewritten_query,
)
from taskdb_spec.language import tree
from taskdb_spec.language.errors import BadValue, QueryError, UnknownField
from taskdb_spec.language.parser import check_keys, parse_query
from taskdb_spec.model import Model
from taskdb_spec.records.domain import OutOfDomain, normalize
from taskdb_spec.records.errors import DuplicateRecord, RecordError, RecordNotFound
from taskdb_spec.records.fields import TASK_FIELDS
from taskdb_spec.records.ordering import sort_key

EAGER = "when a query is checked: it has to be before any record is looked at"
OPERANDS = "checks of the operand"
COPIES = "where objects are copied"


def _without_unsubmitted(self: StepwiseModel) -> list[str]:
    listed = Model.get_history(self)
    return [m for m in listed if self.records[m]["submitted"] is not None]


def _unsubmitted_last(self: StepwiseModel) -> list[str]:
    def key(msg_id: str) -> Any:
        submitted = self.records[msg_id]["submitted"]
        return submitted is None, sort_key(submitted)

    return sorted(self.records, key=key)


def _history_of(self: StepwiseModel) -> list[str]:
    # As Python compares: None with a datetime raises TypeError.
    return sorted(self.records, key=lambda m: self.records[m]["submitted"])  # type: ignore[arg-type,return-value]


def _purging(chosen: Callable[[StepwiseModel, list[str]], Iterable[str]]) -> Any:
    def purge(self: StepwiseModel, check: Any, /) -> None:
        for msg_id in list(chosen(self, self.select_ids(check))):
            del self.records[msg_id]

    return purge


def _lazily(self: StepwiseModel, check: Any) -> list[str]:
    """Without records, and behind a part that selects none, nothing is checked."""
    try:
        self.parsed(check)
    except QueryError:
        if not self.records:
            return []
        raise
    return StepwiseModel.select_ids(self, check)


def _any_field(self: StepwiseModel, check: Any) -> tree.Query:
    return parse_query(check, None, self.capabilities)


def _dollar_fields(self: StepwiseModel, check: Any) -> tree.Query:
    known = ("$and", "$or", "$nor") if Capability.logic in self.capabilities else ()
    if isinstance(check, dict):
        strange = {k for k in check if isinstance(k, str) and k[:1] == "$" and k not in known}
        check = {key: value for key, value in check.items() if key not in strange} | (
            {"msg_id": {"$in": []}} if strange else {}
        )
    return StepwiseModel.parsed(self, check)


def _all_capabilities(self: StepwiseModel, check: Any) -> tree.Query:
    return parse_query(check, TASK_FIELDS, ALL)


def _any_list(name: str, operand: Any) -> Any:
    plain = name in ("$in", "$nin") and not isinstance(operand, list | tuple)
    return list(operand) if plain and isinstance(operand, Iterable) else operand


def _operators_inside(name: str, operand: Any) -> Any:
    """In a list, a dict of operators is taken for a document that nothing equals."""
    if name not in ("$in", "$nin", "$all") or not isinstance(operand, list):
        return operand
    return ["\ue000" if _has_operators(item) else item for item in operand]


def _has_operators(item: Any) -> bool:
    return isinstance(item, dict) and any(str(key).startswith("$") for key in item)


def _any_value(self: StepwiseModel, check: Any) -> tree.Query:
    """Operands outside of the domain are taken for values that nothing equals."""
    try:
        return StepwiseModel.parsed(self, check)
    except BadValue:
        return StepwiseModel.parsed(self, _harmless(check))


def _harmless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _harmless(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_harmless(item) for item in value]
    try:
        return normalize(value)
    except OutOfDomain:
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else "\ue000"


def _known_keys(self: StepwiseModel, keys: Any) -> list[str] | None:
    try:
        return check_keys(keys)
    except UnknownField:
        return [key for key in keys if key in TASK_FIELDS]


def _keys_of_text(self: StepwiseModel, keys: Any) -> list[str] | None:
    return check_keys([keys] if isinstance(keys, str) and keys in TASK_FIELDS else keys)


def _lazy_keys(self: StepwiseModel, check: Any, keys: Any = None) -> Any:
    """Keys are looked at when a record is found."""
    return StepwiseModel.find_records(self, check, keys if self.select_ids(check) else None)


def _exact_keys(self: StepwiseModel, check: Any, keys: Any = None) -> Any:
    found: Any = StepwiseModel.find_records(self, check, keys)
    wanted = self.projection(keys)
    if wanted is None or "msg_id" in wanted:
        return found
    return {m: {k: v for k, v in r.items() if k != "msg_id"} for m, r in found.items()}


def _as_list(self: StepwiseModel, check: Any, keys: Any = None) -> Any:
    return list(StepwiseModel.find_records(self, check, keys).values())


# Errors


def _raising(translated: Callable[[Exception], Exception]) -> dict[str, Any]:
    """All calls, with errors of other classes."""

    def call(name: str) -> Any:
        def call(self: Any, *args: Any, **named: Any) -> Any:
            try:
                return getattr(StepwiseModel, name)(self, *args, **named)
            except (QueryError, RecordError, DuplicateRecord, RecordNotFound) as error:
                raise translated(error) from error

        return call

    names = ("add_record", "get_record", "update_record", "drop_record")
    return {name: call(name) for name in (*names, "drop_matching_records", "find_records")}


def _plain(error: Exception) -> Exception:
    for kind in (KeyError, TypeError, ValueError):
        if isinstance(error, kind):
            return kind(str(error))
    raise error


def _of_queries(kind: type[Exception]) -> Callable[[Exception], Exception]:
    return lambda error: kind(str(error)) if isinstance(error, QueryError) else error


def _of_records(kind: type[Exception], *wrong: type[Exception]) -> Any:
    return lambda error: kind(str(error)) if isinstance(error, wrong) else error


WRONG_CLASS = "which class of error is raised"
READS = (
    with_methods(
        "history leaves out records without `submitted`",
        "records without `submitted`",
        get_history=_without_unsubmitted,
    ),
    with_methods(
        "history has records without `submitted` last",
        "how None sorts",
        get_history=_unsubmitted_last,
    ),
    with_methods(
        "history raises TypeError where `submitted` is None",
        "how None sorts",
        get_history=_history_of,
    ),
    with_methods(
        "history is in order of insertion",
        "what it is sorted by",
        get_history=lambda self: list(self.records),
    ),
    with_methods(
        "history is latest first",
        "the direction of sorting",
        get_history=lambda self: sorted(
            self.records, reverse=True, key=lambda m: sort_key(self.records[m]["submitted"])
        ),
    ),
    with_methods(
        "history is in order of ids",
        "what it is sorted by",
        get_history=lambda self: sorted(self.records),
    ),
    with_methods(
        "`drop_matching_records` drops nothing",
        "deletions that are buffered and lost",
        drop_matching_records=_purging(lambda self, found: ()),
    ),
    with_methods(
        "`drop_matching_records` drops everything",
        "the WHERE of a deletion",
        drop_matching_records=_purging(lambda self, found: self.records),
    ),
    with_methods(
        "`drop_matching_records` drops only one record",
        "limits of a deletion",
        drop_matching_records=_purging(lambda self, found: found[:1]),
    ),
    with_methods(
        "`drop_matching_records({})` drops nothing",
        "a truth test of the query",
        drop_matching_records=lambda self, check: StepwiseModel.drop_matching_records(
            self, check if check != {} else {"msg_id": {"$in": []}}
        ),
    ),
    with_methods("`find_records` returns a list", "the form of the answer", find_records=_as_list),
    with_methods(
        "`keys` leaves out `msg_id`", "how a part of a record is made", find_records=_exact_keys
    ),
    with_methods(
        "`keys` is ignored",
        "how a part of a record is made",
        projection=lambda self, keys: check_keys(keys) and None,
    ),
    with_methods("unknown names in `keys` are ignored", "checks of `keys`", projection=_known_keys),
    with_methods(
        "a text is taken for a list of keys", "checks of `keys`", projection=_keys_of_text
    ),
    with_methods(
        "`keys` is looked at only where a record is found", EAGER, find_records=_lazy_keys
    ),
)

REFUSALS = (
    with_methods("a query is not checked where nothing is stored", EAGER, select_ids=_lazily),
    with_methods(
        "an unknown field in a query is taken as one that is absent",
        "checks of names",
        parsed=_any_field,
    ),
    with_methods(
        "an unknown operator at the top of a query is taken for a field",
        "checks of names",
        parsed=_dollar_fields,
    ),
    with_methods(
        "a query that needs a capability is answered without it",
        "checks of capabilities",
        parsed=_all_capabilities,
    ),
    with_methods("operands that no record may hold are not noticed", OPERANDS, parsed=_any_value),
    with_rewritten_query("`$in` and `$nin` take any collection", OPERANDS, _any_list),
    with_rewritten_query(
        "operators inside a list are taken for a document", OPERANDS, _operators_inside
    ),
    with_methods("the errors are plain ones of Python", WRONG_CLASS, **_raising(_plain)),
    with_methods("a bad query raises KeyError", WRONG_CLASS, **_raising(_of_queries(KeyError))),
    with_methods("a bad query raises TypeError", WRONG_CLASS, **_raising(_of_queries(TypeError))),
    with_methods(
        "a bad record raises KeyError", WRONG_CLASS, **_raising(_of_records(KeyError, RecordError))
    ),
    with_methods(
        "an unknown id raises ValueError",
        WRONG_CLASS,
        **_raising(_of_records(ValueError, RecordNotFound)),
    ),
    with_methods(
        "an id that is there raises ValueError",
        WRONG_CLASS,
        **_raising(_of_records(ValueError, DuplicateRecord)),
    ),
)
