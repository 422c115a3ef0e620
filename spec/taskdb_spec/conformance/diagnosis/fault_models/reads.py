"""Deviations of history, purges and keys, of what is refused, and of its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from taskdb_spec.capabilities import ALL, Capability
from taskdb_spec.conformance.diagnosis.fault_models.base import Deviant, having, rewording
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


def _without_unsubmitted(self: Deviant) -> list[str]:
    listed = Model.get_history(self)
    return [m for m in listed if self.records[m]["submitted"] is not None]


def _unsubmitted_last(self: Deviant) -> list[str]:
    def key(msg_id: str) -> Any:
        submitted = self.records[msg_id]["submitted"]
        return submitted is None, sort_key(submitted)

    return sorted(self.records, key=key)


def _history_of(self: Deviant) -> list[str]:
    # As Python compares: None with a datetime raises TypeError.
    return sorted(self.records, key=lambda m: self.records[m]["submitted"])  # type: ignore[arg-type,return-value]


def _purging(chosen: Callable[[Deviant, list[str]], Iterable[str]]) -> Any:
    def purge(self: Deviant, check: Any, /) -> None:
        for msg_id in list(chosen(self, self.selected(check))):
            del self.records[msg_id]

    return purge


def _lazily(self: Deviant, check: Any) -> list[str]:
    """Without records, and behind a part that selects none, nothing is checked."""
    try:
        self.parsed(check)
    except QueryError:
        if not self.records:
            return []
        raise
    return Deviant.selected(self, check)


def _any_field(self: Deviant, check: Any) -> tree.Query:
    return parse_query(check, None, self.capabilities)


def _dollar_fields(self: Deviant, check: Any) -> tree.Query:
    known = ("$and", "$or", "$nor") if Capability.logic in self.capabilities else ()
    if isinstance(check, dict):
        strange = {k for k in check if isinstance(k, str) and k[:1] == "$" and k not in known}
        check = {key: value for key, value in check.items() if key not in strange} | (
            {"msg_id": {"$in": []}} if strange else {}
        )
    return Deviant.parsed(self, check)


def _all_capabilities(self: Deviant, check: Any) -> tree.Query:
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


def _any_value(self: Deviant, check: Any) -> tree.Query:
    """Operands outside of the domain are taken for values that nothing equals."""
    try:
        return Deviant.parsed(self, check)
    except BadValue:
        return Deviant.parsed(self, _harmless(check))


def _harmless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _harmless(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_harmless(item) for item in value]
    try:
        return normalize(value)
    except OutOfDomain:
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else "\ue000"


def _known_keys(self: Deviant, keys: Any) -> list[str] | None:
    try:
        return check_keys(keys)
    except UnknownField:
        return [key for key in keys if key in TASK_FIELDS]


def _keys_of_text(self: Deviant, keys: Any) -> list[str] | None:
    return check_keys([keys] if isinstance(keys, str) and keys in TASK_FIELDS else keys)


def _lazy_keys(self: Deviant, check: Any, keys: Any = None) -> Any:
    """Keys are looked at when a record is found."""
    return Deviant.find_records(self, check, keys if self.selected(check) else None)


def _exact_keys(self: Deviant, check: Any, keys: Any = None) -> Any:
    found: Any = Deviant.find_records(self, check, keys)
    wanted = self.named(keys)
    if wanted is None or "msg_id" in wanted:
        return found
    return {m: {k: v for k, v in r.items() if k != "msg_id"} for m, r in found.items()}


def _as_list(self: Deviant, check: Any, keys: Any = None) -> Any:
    return list(Deviant.find_records(self, check, keys).values())


# Errors


def _raising(translated: Callable[[Exception], Exception]) -> dict[str, Any]:
    """All calls, with errors of other classes."""

    def call(name: str) -> Any:
        def calling(self: Any, *args: Any, **named: Any) -> Any:
            try:
                return getattr(Deviant, name)(self, *args, **named)
            except (QueryError, RecordError, DuplicateRecord, RecordNotFound) as error:
                raise translated(error) from error

        return calling

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
    having(
        "history leaves out records without `submitted`",
        "records without `submitted`",
        get_history=_without_unsubmitted,
    ),
    having(
        "history has records without `submitted` last",
        "how None sorts",
        get_history=_unsubmitted_last,
    ),
    having(
        "history raises TypeError where `submitted` is None",
        "how None sorts",
        get_history=_history_of,
    ),
    having(
        "history is in order of insertion",
        "what it is sorted by",
        get_history=lambda self: list(self.records),
    ),
    having(
        "history is latest first",
        "the direction of sorting",
        get_history=lambda self: sorted(
            self.records, reverse=True, key=lambda m: sort_key(self.records[m]["submitted"])
        ),
    ),
    having(
        "history is in order of ids",
        "what it is sorted by",
        get_history=lambda self: sorted(self.records),
    ),
    having(
        "`drop_matching_records` drops nothing",
        "deletions that are buffered and lost",
        drop_matching_records=_purging(lambda self, found: ()),
    ),
    having(
        "`drop_matching_records` drops everything",
        "the WHERE of a deletion",
        drop_matching_records=_purging(lambda self, found: self.records),
    ),
    having(
        "`drop_matching_records` drops only one record",
        "limits of a deletion",
        drop_matching_records=_purging(lambda self, found: found[:1]),
    ),
    having(
        "`drop_matching_records({})` drops nothing",
        "a truth test of the query",
        drop_matching_records=lambda self, check: Deviant.drop_matching_records(
            self, check if check != {} else {"msg_id": {"$in": []}}
        ),
    ),
    having("`find_records` returns a list", "the form of the answer", find_records=_as_list),
    having(
        "`keys` leaves out `msg_id`", "how a part of a record is made", find_records=_exact_keys
    ),
    having(
        "`keys` is ignored",
        "how a part of a record is made",
        named=lambda self, keys: check_keys(keys) and None,
    ),
    having("unknown names in `keys` are ignored", "checks of `keys`", named=_known_keys),
    having("a text is taken for a list of keys", "checks of `keys`", named=_keys_of_text),
    having("`keys` is looked at only where a record is found", EAGER, find_records=_lazy_keys),
)

REFUSALS = (
    having("a query is not checked where nothing is stored", EAGER, selected=_lazily),
    having(
        "an unknown field in a query is taken as one that is absent",
        "checks of names",
        parsed=_any_field,
    ),
    having(
        "an unknown operator at the top of a query is taken for a field",
        "checks of names",
        parsed=_dollar_fields,
    ),
    having(
        "a query that needs a capability is answered without it",
        "checks of capabilities",
        parsed=_all_capabilities,
    ),
    having("operands that no record may hold are not noticed", OPERANDS, parsed=_any_value),
    rewording("`$in` and `$nin` take any collection", OPERANDS, _any_list),
    rewording("operators inside a list are taken for a document", OPERANDS, _operators_inside),
    having("the errors are plain ones of Python", WRONG_CLASS, **_raising(_plain)),
    having("a bad query raises KeyError", WRONG_CLASS, **_raising(_of_queries(KeyError))),
    having("a bad query raises TypeError", WRONG_CLASS, **_raising(_of_queries(TypeError))),
    having(
        "a bad record raises KeyError", WRONG_CLASS, **_raising(_of_records(KeyError, RecordError))
    ),
    having(
        "an unknown id raises ValueError",
        WRONG_CLASS,
        **_raising(_of_records(ValueError, RecordNotFound)),
    ),
    having(
        "an id that is there raises ValueError",
        WRONG_CLASS,
        **_raising(_of_records(ValueError, DuplicateRecord)),
    ),
)
