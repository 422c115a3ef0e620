"""Mutants that raise errors of another class: clauses ERR."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import IntegrityError, OperationalError
from typing import Any

from taskdb_spec import QueryError, RecordError
from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.language.errors import MalformedOperand, UnknownOperator
from tests.mutation.base import Mutant, broken_steps
from tests.mutation.decorators import Decorator

RECORD_CALLS = ("add_record", "get_record", "update_record", "drop_record")
QUERY_CALLS = ("find_records", "drop_matching_records")


def with_translated_errors(clause: str, why: str, calls: tuple[str, ...] | str) -> Decorator:
    """fn(error) -> error | None: replaces the errors of those calls; None leaves an error."""

    def decorate(translate: Callable[..., Any]) -> Mutant:
        def make_call(name: str) -> Callable[..., Any]:
            def call(self: StepwiseModel, *args: Any, **kwargs: Any) -> Any:
                try:
                    return getattr(StepwiseModel, name)(self, *args, **kwargs)
                except Exception as error:
                    raise translate(error) or error from None

            return call

        names = (calls,) if isinstance(calls, str) else calls
        steps = {name: make_call(name) for name in names}
        return broken_steps(translate.__name__, clause, why, steps, capabilities=CORE)

    return decorate


@with_translated_errors("ERR-1", "a duplicate is an IntegrityError", "add_record")
def duplicate_is_an_integrity_error(error):
    return IntegrityError("UNIQUE constraint failed") if isinstance(error, KeyError) else None


@with_translated_errors("ERR-1", "a duplicate is a ValueError", "add_record")
def duplicate_is_a_value_error(error):
    return ValueError(str(error)) if isinstance(error, KeyError) else None


@with_translated_errors(
    "ERR-2", "get of an unknown id is a LookupError that is no KeyError", "get_record"
)
def get_raises_index_error(error):
    return IndexError("list index out of range") if isinstance(error, KeyError) else None


@with_translated_errors("ERR-2", "update of an unknown id is a ValueError", "update_record")
def update_raises_value_error(error):
    return ValueError("no row was changed") if isinstance(error, KeyError) else None


@with_translated_errors("ERR-2", "drop of an unknown id is a ValueError", "drop_record")
def drop_raises_value_error(error):
    return ValueError("no row was deleted") if isinstance(error, KeyError) else None


@with_translated_errors(
    "ERR-3", "a bad record is an OperationalError", ("add_record", "update_record")
)
def bad_record_is_an_operational_error(error):
    return OperationalError("near 'x'") if isinstance(error, RecordError) else None


@with_translated_errors("ERR-3", "a bad record is a KeyError", ("add_record", "update_record"))
def bad_record_is_a_key_error(error):
    return KeyError(str(error)) if isinstance(error, RecordError) else None


@with_translated_errors("ERR-3", "a bad update is an AssertionError", "update_record")
def bad_update_is_an_assertion_error(error):
    return AssertionError(str(error)) if isinstance(error, RecordError) else None


@with_translated_errors(
    "ERR-3", "an int beyond 64 bits is an OverflowError", ("add_record", "update_record")
)
def big_int_is_an_overflow_error(error):
    return OverflowError(str(error)) if "2**63" in str(error) else None


@with_translated_errors("ERR-4", "a bad query is an OperationalError", QUERY_CALLS)
def bad_query_is_an_operational_error(error):
    return OperationalError("near 'x'") if isinstance(error, QueryError) else None


@with_translated_errors("ERR-4", "a malformed operand is a KeyError", QUERY_CALLS)
def malformed_operand_is_a_key_error(error):
    return KeyError(str(error)) if isinstance(error, MalformedOperand) else None


@with_translated_errors("ERR-4", "an unknown operator is a TypeError", QUERY_CALLS)
def unknown_operator_is_a_type_error(error):
    return TypeError(str(error)) if isinstance(error, UnknownOperator) else None


@with_translated_errors(
    "ERR-4", "a bad query in drop_matching_records is a RuntimeError", "drop_matching_records"
)
def bad_purge_is_a_runtime_error(error):
    return RuntimeError(str(error)) if isinstance(error, QueryError) else None


@with_translated_errors("ERR-4", "an unknown key is an AttributeError", "find_records")
def unknown_key_is_an_attribute_error(error):
    return AttributeError(str(error)) if str(error).startswith("keys:") else None


@with_translated_errors("ERR-5", "a duplicate is a plain KeyError", "add_record")
def duplicate_is_a_plain_key_error(error):
    return KeyError(str(error)) if isinstance(error, KeyError) else None


@with_translated_errors("ERR-5", "a missing record is a plain KeyError", RECORD_CALLS[1:])
def missing_record_is_a_plain_key_error(error):
    return KeyError(str(error)) if isinstance(error, KeyError) else None


@with_translated_errors(
    "ERR-5", "a bad record is a plain ValueError", ("add_record", "update_record")
)
def bad_record_is_a_plain_value_error(error):
    return ValueError(str(error)) if isinstance(error, RecordError) else None


@with_translated_errors("ERR-5", "a bad query is a plain ValueError", QUERY_CALLS)
def bad_query_is_a_plain_value_error(error):
    return ValueError(str(error)) if isinstance(error, QueryError) else None


@with_translated_errors(
    "ERR-5", "a bad query in drop_matching_records is a plain ValueError", QUERY_CALLS[1]
)
def bad_purge_is_a_plain_value_error(error):
    return ValueError(str(error)) if isinstance(error, QueryError) else None
