"""Mutants that accept invalid queries: clauses QRY-4 to QRY-10."""

from __future__ import annotations

import re

from taskdb_spec import QueryError, check_keys, parse_query
from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.language.tree import LOGICAL_OPERATORS
from taskdb_spec.records.fields import TASK_FIELDS
from tests.mutation.base import broken
from tests.mutation.decorators import (
    has_operators,
    map_given,
    with_rewritten_operands,
    with_rewritten_operators,
    with_rewritten_query,
)
from tests.mutation.record_validation import CONTAINERS, add_utc, is_of_domain_class

OPERATORS = ("$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$exists", "$mod", "$all",
             "$size", "$elemMatch", "$not", "$regex", "$options", "$glob")  # fmt: skip


@with_rewritten_operators("QRY-4", "an unknown operator on a field is ignored", capabilities=CORE)
def unknown_operators_are_ignored(name, operand):
    return (
        (name, operand)
        if name in OPERATORS + LOGICAL_OPERATORS or not str(name).startswith("$")
        else None
    )


@with_rewritten_query("QRY-4", "an unknown operator on the query is ignored", capabilities=CORE)
def unknown_root_operators_are_ignored(check):
    return {k: v for k, v in check.items() if k in LOGICAL_OPERATORS or not str(k).startswith("$")}


@with_rewritten_query("QRY-4", "$comment is ignored", capabilities=CORE)
def comments_are_ignored(check):
    return {k: v for k, v in check.items() if k != "$comment"}


@with_rewritten_operators("QRY-4", "$ge and $le are taken for $gte and $lte", capabilities=CORE)
def ge_is_gte(name, operand):
    return {"$ge": "$gte", "$le": "$lte"}.get(name, name), operand


@with_rewritten_operators("QRY-4", "operators are taken in any case", capabilities=CORE)
def operators_fold_case(name, operand):
    return (name.lower() if isinstance(name, str) else name), operand


@with_rewritten_operators("QRY-4", "$type is ignored", capabilities=CORE)
def type_is_ignored(name, operand):
    return None if name == "$type" else (name, operand)


@with_rewritten_query("QRY-4", "$where matches everything", capabilities=CORE)
def where_matches_everything(check):
    return {k: v for k, v in check.items() if k != "$where"}


def is_unknown(key):
    """Return whether the key of a query is a field that records do not have."""
    return isinstance(key, str) and key.partition(".")[0] not in TASK_FIELDS and key[:1] != "$"


@with_rewritten_query(
    "QRY-5", "a query on an unknown field is answered as if it were None", capabilities=CORE
)
def unknown_field_is_none(check):
    plain = {k: v for k, v in check.items() if not is_unknown(k)}
    missing = [v for k, v in check.items() if is_unknown(k)]
    return plain if all(v is None for v in missing) else {**plain, "msg_id": None}


@with_rewritten_query("QRY-5", "conditions on an unknown field are ignored", capabilities=CORE)
def unknown_field_is_ignored(check):
    return {k: v for k, v in check.items() if not is_unknown(k)}


@with_rewritten_query("QRY-5", "fields are taken in any case", capabilities=CORE)
def query_fields_fold_case(check):
    return {
        (k.lower() if isinstance(k, str) and k.lower() in TASK_FIELDS else k): v
        for k, v in check.items()
    }


def first_is_operator(value):
    """Return whether the first key of a dict is an operator."""
    return isinstance(value, dict) and str(next(iter(value), "")).startswith("$")


@with_rewritten_query(
    "QRY-6", "where the first key is an operator, plain keys are ignored", capabilities=CORE
)
def plain_keys_are_ignored(check):
    return {
        field: {k: v for k, v in value.items() if str(k).startswith("$")}
        if first_is_operator(value)
        else value
        for field, value in check.items()
    }


@with_rewritten_query("QRY-6", "where the first key is plain, the dict is a document")
def first_key_decides(check):
    return {
        field: {"$eq": value} if has_operators(value) and not first_is_operator(value) else value
        for field, value in check.items()
    }


@with_rewritten_query("QRY-7", "a set is taken for a list")
def query_takes_sets(check):
    return map_given(check, lambda v: sorted(v, key=repr) if isinstance(v, set | frozenset) else v)


@with_rewritten_query("QRY-7", "a naive datetime is taken for UTC", capabilities=CORE)
def query_takes_naive(check):
    return map_given(check, add_utc)


@with_rewritten_query("QRY-7", "a naive datetime inside of $in is taken for UTC", capabilities=CORE)
def membership_takes_naive(check):
    return map_given(check, lambda v: list(map(add_utc, v)) if isinstance(v, list) else v)


@with_rewritten_query("QRY-7", "a compiled pattern is taken for a $regex")
def query_takes_patterns(check):
    return {k: {"$regex": v.pattern} if type(v) is re.Pattern and type(v.pattern) is str else v
            for k, v in check.items()}  # fmt: skip


@with_rewritten_query("QRY-7", "any other object is compared by its text", capabilities=CORE)
def query_takes_objects(check):
    def text(value):
        return value if isinstance(value, CONTAINERS) or is_of_domain_class(value) else repr(value)

    return map_given(check, text)


@with_rewritten_query("QRY-7", "an int beyond 64 bits is clipped")
def query_clips_ints(check):
    def clipped(value):
        return max(-(2**63), min(2**63 - 1, value)) if type(value) is int else value

    return map_given(check, clipped)


class AnyQuery(StepwiseModel):
    """A store that makes a query, by `query`, of arguments that are not dicts."""

    def query(self, check):
        return check

    def parse_query(self, check):
        return super().parse_query(check if isinstance(check, dict) else self.query(check))


@broken("QRY-8", "None is taken for {}", CORE)
class NoneIsTheEmptyQuery(AnyQuery):
    def query(self, check):
        return {} if check is None else check


@broken("QRY-8", "what is empty is taken for {}", CORE)
class EmptyIsTheEmptyQuery(AnyQuery):
    def query(self, check):
        return check or {}


@broken("QRY-8", "a str is taken for a msg_id", CORE)
class StrIsAnId(AnyQuery):
    def query(self, check):
        return {"msg_id": check} if isinstance(check, str) else check


@broken("QRY-8", "a list of queries is taken for their conjunction", CORE)
class ListIsAConjunction(AnyQuery):
    def query(self, check):
        if isinstance(check, list) and all(isinstance(part, dict) for part in check):
            return {key: value for part in check for key, value in part.items()}
        return check


@broken("QRY-9", "find on an empty store does not look at the query", CORE)
class EmptyStoreDoesNotLook(StepwiseModel):
    def find_records(self, check, keys=None):
        if not self.records and isinstance(check, dict):
            check_keys(keys)
            return {}
        return super().find_records(check, keys)


@broken("QRY-9", "operators are looked up when a record is tested", CORE)
class OperatorsAreLookedUpLate(StepwiseModel):
    def find_records(self, check, keys=None):
        try:
            return super().find_records(check, keys)
        except KeyError:
            check_keys(keys)
            if self.records:
                raise
            return {}


@broken("QRY-10", "a condition is parsed when the ones before it have left a record", CORE)
class ConditionsAreParsedLate(StepwiseModel):
    def select_ids(self, check):
        if not isinstance(check, dict) or not self.records:
            return super().select_ids(check)
        ids = list(self.records)
        for key, operand in check.items():
            found = set(super().select_ids({key: operand}))
            ids = [msg_id for msg_id in ids if msg_id in found]
            if not ids:
                break
        return ids


@broken("QRY-10", "where the msg_id is given and unknown, the rest is not looked at", CORE)
class UnknownIdEndsTheQuery(StepwiseModel):
    def select_ids(self, check):
        msg_id = check.get("msg_id") if isinstance(check, dict) else None
        if self.records and isinstance(msg_id, str) and msg_id not in self.records:
            return []
        return super().select_ids(check)


@broken("QRY-10", "an operator is parsed when the ones before it have left a record", CORE)
class OperatorsAreParsedLate(StepwiseModel):
    def parse_query(self, check):
        if self.records and isinstance(check, dict):
            check = {field: self.reached_operators(field, value) for field, value in check.items()}
        return super().parse_query(check)

    def reached_operators(self, field, value):
        """Return the operators of a condition up to the first that leaves no record."""
        if not has_operators(value):
            return value
        reached = {}
        for name, operand in value.items():
            reached[name] = operand
            query = parse_query({field: reached}, TASK_FIELDS, self.capabilities)
            if not any(map(self.semantics.compile_selector(query), self.records.values())):
                break
        return reached


@broken("QRY-9", "find answers a malformed query with nothing while there is no record", CORE)
class EmptyStoreForgives(StepwiseModel):
    def find_records(self, check, keys=None):
        try:
            return super().find_records(check, keys)
        except QueryError:
            if self.records or keys:
                raise
            return {}


@with_rewritten_query("QRY-8", "a part of `$and` that is None is left out, beside others")
def parts_may_be_none(check):
    parts = check.get("$and")
    if not isinstance(parts, list):
        return check
    return {**check, "$and": [part for part in parts if part is not None] or parts}


@with_rewritten_query("QRY-4", "`$comment` is passed over inside of combinations")
def comments_inside_are_passed_over(check):
    def without(part):
        return {k: v for k, v in part.items() if k != "$comment"} if type(part) is dict else part

    return {
        name: [without(part) for part in parts]
        if name in LOGICAL_OPERATORS and type(parts) is list
        else parts
        for name, parts in check.items()
    }


@with_rewritten_operands("QRY-7", "a set inside of a list is a list", "$eq")
def sets_inside_are_lists(operand):
    if not isinstance(operand, list):
        return operand
    return [list(item) if isinstance(item, set) else item for item in operand]


@broken("QRY-10", "behind an $in of nothing, no condition is looked at", CORE)
class NothingIsEnough(StepwiseModel):
    def select_ids(self, check):
        if isinstance(check, dict) and check:
            name, condition = next(iter(check.items()))
            if name in TASK_FIELDS and condition == {"$in": []}:
                return []
        return super().select_ids(check)


@broken("QRY-4", "a $comment beside conditions is ignored", CORE)
class CommentIsIgnored(StepwiseModel):
    def parse_query(self, check):
        if isinstance(check, dict) and len(check) > 1:
            check = {name: condition for name, condition in check.items() if name != "$comment"}
        return super().parse_query(check)
