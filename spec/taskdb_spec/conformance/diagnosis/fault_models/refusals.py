"""Fault models of queries that must be refused, and of the classes of errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from taskdb_spec.capabilities import ALL, Capability
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.conformance.diagnosis.fault_models.constructors import (
    with_rewritten_operands,
    with_steps,
)
from taskdb_spec.conformance.diagnosis.fault_models.reads import EAGER
from taskdb_spec.language import tree
from taskdb_spec.language.errors import BadValue, QueryError
from taskdb_spec.language.parser import parse_query
from taskdb_spec.records.domain import OutOfDomain, normalize
from taskdb_spec.records.errors import DuplicateRecord, RecordError, RecordNotFound
from taskdb_spec.records.fields import TASK_FIELDS
from taskdb_spec.records.traversal import map_values

OPERANDS = "checks of the operand"
WRONG_CLASS = "which class of error is raised"

UNEQUAL_TO_ALL = "\ue000"
"""An operand that equals no value, because the suite stores no such character."""


def _check_if_stored(self: StepwiseModel, check: Any) -> list[str]:
    """Select nothing from an empty store, also by an invalid query."""
    try:
        self.parse_query(check)
    except QueryError:
        if not self.records:
            return []
        raise
    return StepwiseModel.select_ids(self, check)


def _accept_any_field(self: StepwiseModel, check: Any) -> tree.Query:
    return parse_query(check, None, self.capabilities)


def _accept_unknown_operators(self: StepwiseModel, check: Any) -> tree.Query:
    """Read an unknown operator as a field that no record has."""
    known = tree.LOGICAL_OPERATORS if Capability.logic in self.capabilities else ()
    if isinstance(check, dict):
        unknown = {k for k in check if isinstance(k, str) and k[:1] == "$" and k not in known}
        check = {key: value for key, value in check.items() if key not in unknown} | (
            {"msg_id": {"$in": []}} if unknown else {}
        )
    return StepwiseModel.parse_query(self, check)


def _accept_all_capabilities(_self: StepwiseModel, check: Any) -> tree.Query:
    return parse_query(check, TASK_FIELDS, ALL)


def _accept_any_operand(self: StepwiseModel, check: Any) -> tree.Query:
    """Read operands outside the value domain as values that equal nothing."""
    try:
        return StepwiseModel.parse_query(self, check)
    except BadValue:
        return StepwiseModel.parse_query(self, map_values(check, _replace_out_of_domain))


def _replace_out_of_domain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict | list):
        return value
    try:
        return normalize(value)
    except OutOfDomain:
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else UNEQUAL_TO_ALL


def _accept_any_collection(operator: str, operand: Any) -> Any:
    is_wrong = operator in ("$in", "$nin") and not isinstance(operand, list | tuple)
    return list(operand) if is_wrong and isinstance(operand, Iterable) else operand


def _accept_operators_in_lists(operator: str, operand: Any) -> Any:
    """Read a dict of operators in a list as a document, which equals nothing."""
    if operator not in ("$in", "$nin", "$all") or not isinstance(operand, list):
        return operand
    return [UNEQUAL_TO_ALL if _has_operators(item) else item for item in operand]


def _has_operators(item: Any) -> bool:
    return isinstance(item, dict) and any(str(key).startswith("$") for key in item)


# Classes of errors


def _translate_errors(translate: Callable[[Exception], Exception]) -> dict[str, Any]:
    """Return all calls, with the errors that they raise translated."""

    def make_call(name: str) -> Any:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return getattr(StepwiseModel, name)(self, *args, **kwargs)
            except (QueryError, RecordError, DuplicateRecord, RecordNotFound) as error:
                raise translate(error) from error

        return call

    names = ("add_record", "get_record", "update_record", "drop_record")
    return {name: make_call(name) for name in (*names, "drop_matching_records", "find_records")}


def _to_builtin_class(error: Exception) -> Exception:
    for kind in (KeyError, TypeError, ValueError):
        if isinstance(error, kind):
            return kind(str(error))
    raise error


def _to_class(wanted: type[Exception], wrong: type[Exception]) -> Callable[[Exception], Exception]:
    """Translate the errors of the class `wrong` into errors of the class `wanted`."""
    return lambda error: wanted(str(error)) if isinstance(error, wrong) else error


REFUSALS = (
    with_steps(
        "QRY-9",
        "a query is not checked where nothing is stored",
        EAGER,
        select_ids=_check_if_stored,
    ),
    with_steps(
        "QRY-5",
        "an unknown field in a query is taken as one that is absent",
        "checks of names",
        parse_query=_accept_any_field,
    ),
    with_steps(
        "QRY-4",
        "an unknown operator at the top of a query is taken for a field",
        "checks of names",
        parse_query=_accept_unknown_operators,
    ),
    with_steps(
        "CAP-1",
        "a query that needs a capability is answered without it",
        "checks of capabilities",
        parse_query=_accept_all_capabilities,
    ),
    with_steps(
        "QRY-7",
        "operands that no record may hold are not noticed",
        OPERANDS,
        parse_query=_accept_any_operand,
    ),
    with_rewritten_operands(
        "IN-5", "`$in` and `$nin` take any collection", OPERANDS, _accept_any_collection
    ),
    with_rewritten_operands(
        "IN-6",
        "operators inside a list are taken for a document",
        OPERANDS,
        _accept_operators_in_lists,
    ),
    with_steps(
        "ERR-5",
        "the errors are plain ones of Python",
        WRONG_CLASS,
        **_translate_errors(_to_builtin_class),
    ),
    with_steps(
        "QRY-9",
        "a bad query raises KeyError",
        WRONG_CLASS,
        **_translate_errors(_to_class(KeyError, QueryError)),
    ),
    with_steps(
        "ERR-4",
        "a bad query raises TypeError",
        WRONG_CLASS,
        **_translate_errors(_to_class(TypeError, QueryError)),
    ),
    with_steps(
        "ERR-3",
        "a bad record raises KeyError",
        WRONG_CLASS,
        **_translate_errors(_to_class(KeyError, RecordError)),
    ),
    with_steps(
        "ERR-2",
        "an unknown id raises ValueError",
        WRONG_CLASS,
        **_translate_errors(_to_class(ValueError, RecordNotFound)),
    ),
    with_steps(
        "ERR-1",
        "an id that is there raises ValueError",
        WRONG_CLASS,
        **_translate_errors(_to_class(ValueError, DuplicateRecord)),
    ),
)
"""The fault models of refusals."""
