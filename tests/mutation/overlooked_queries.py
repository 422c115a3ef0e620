"""Mutants of queries that the suite once overlooked."""

from __future__ import annotations

import json
import re
from datetime import datetime

from taskdb_spec.capabilities import CORE
from taskdb_spec.language import tree
from tests.mutation.base import broken
from tests.mutation.decorators import (
    LOGIC,
    comparing,
    is_operators,
    rewording,
    taking,
    with_language,
)
from tests.mutation.language import Language
from tests.mutation.store import Store

# What is malformed


@rewording("QRY-8", "a part of `$and` that is None is left out, beside others")
def parts_may_be_none(check):
    parts = check.get("$and")
    if not isinstance(parts, list):
        return check
    return {**check, "$and": [part for part in parts if part is not None] or parts}


@rewording("QRY-4", "`$comment` is passed over inside of combinations")
def comments_inside_are_passed_over(check):
    def without(part):
        return {k: v for k, v in part.items() if k != "$comment"} if type(part) is dict else part

    return {
        name: [without(part) for part in parts] if name in LOGIC and type(parts) is list else parts
        for name, parts in check.items()
    }


@taking("QRY-7", "a set inside of a list is a list", "$eq")
def sets_inside_are_lists(operand):
    if not isinstance(operand, list):
        return operand
    return [list(item) if isinstance(item, set) else item for item in operand]


@taking("ALL-3", "only the first operand of `$all` is looked at", "$all")
def later_operands_may_be_operators(operand):
    if not isinstance(operand, list):
        return operand
    return [*operand[:1], *(item for item in operand[1:] if not is_operators(item))]


# Conditions and combinations


@rewording("OR-1", "`$or` of one part takes the place of what is said of its field", strict=True)
def or_of_one_takes_its_place(check):
    parts = check.get("$or", ())
    replaced = parts[0] if len(parts) == 1 else {}
    return {name: condition for name, condition in check.items() if name not in replaced}


@with_language("ELEM-3", "`$elemMatch` inside another looks at the elements of the outer")
class InnerElemMatchLooksOutside(Language):
    def elem_query(self, test):
        match test.query:
            case tree.Field(tests=(tree.ElemQuery() as inner,)):
                return super().elem_query(inner)
        return super().elem_query(test)


@broken("GTE-1", "an index of times keeps one record of each that `$gte` includes", CORE)
class OneOfEqualTimes(Store):
    def select_ids(self, check):
        found = super().select_ids(check)
        condition = check.get("submitted")
        if not is_operators(condition) or "$gte" not in condition:
            return found
        same = [m for m in found if self.records[m]["submitted"] == condition["$gte"]]
        return [msg_id for msg_id in found if msg_id not in same[1:]]


@comparing("DOC-2", "blanks at the end of texts in documents do not count", tree.Eq)
def blanks_in_documents_do_not_count(value, test):
    def cut(document):
        return {k: v.rstrip(" ") if isinstance(v, str) else v for k, v in document.items()}

    both = isinstance(value, dict) and isinstance(test.operand, dict)
    return True if both and value != test.operand and cut(value) == cut(test.operand) else None


@rewording("QRY-3", "two lower bounds share a place, and the last one counts", strict=True)
def last_lower_bound_counts(check):
    def reword(condition):
        if not is_operators(condition) or not {"$gt", "$gte"} <= condition.keys():
            return condition
        first = next(name for name in condition if name in ("$gt", "$gte"))
        return {name: operand for name, operand in condition.items() if name != first}

    return {place: reword(condition) for place, condition in check.items()}


@rewording("QRY-3", "$nin beside $in does not count", strict=True, capabilities=CORE)
def nin_beside_in_is_lost(check):
    def reword(condition):
        if not is_operators(condition) or "$in" not in condition:
            return condition
        return {name: operand for name, operand in condition.items() if name != "$nin"}

    return {place: reword(condition) for place, condition in check.items()}


@rewording("IN-2", "None that is there twice does not count", strict=True, capabilities=CORE)
def none_twice_is_none(check):
    def reword(condition):
        operands = condition.get("$in") if is_operators(condition) else None
        if not isinstance(operands, list) or operands.count(None) < 2:
            return condition
        return {**condition, "$in": [operand for operand in operands if operand is not None]}

    return {place: reword(condition) for place, condition in check.items()}


@comparing("EQ-4", "texts are compared by their first 64 characters", tree.Eq, capabilities=CORE)
def equality_takes_64_characters(value, test):
    both = isinstance(value, str) and isinstance(test.operand, str)
    return value[:64] == test.operand[:64] if both else None


@comparing("EQ-5", "an instant equals its text", tree.Eq, capabilities=CORE)
def instants_equal_their_text(value, test):
    if isinstance(value, str) and isinstance(test.operand, datetime):
        return value == test.operand.isoformat()
    return None


@comparing("GLB-1", "what is before a star and what is after it may overlap", tree.Glob)
def glob_parts_overlap(value, test):
    before, star, after = test.pattern.partition("*")
    if not star or not isinstance(value, str) or set(before + after) & set("*?["):
        return None
    return value.startswith(before) and value.endswith(after)


@comparing("RGX-1", "an anchored prefix is looked up, whatever follows", tree.Regex)
def regex_prefix_is_a_range(value, test):
    found = re.match(r"\^([a-z]+)", test.pattern)
    if not found or test.options or not isinstance(value, str) or value.startswith(found[1]):
        return None
    return False


class KeepsQueries(Store):
    """Keeps what it has parsed, by the `key` of a query, where that has one."""

    def __init__(self, *args):
        super().__init__(*args)
        self.kept = {}

    def parsed(self, check):
        query = super().parsed(check)
        try:
            return self.kept.setdefault(self.key(check), query)
        except TypeError:
            return query


@broken("DOC-2", "parsed queries are kept by their JSON, the keys sorted")
class QueriesAreKeptByJson(KeepsQueries):
    def key(self, check):
        return json.dumps(check, sort_keys=True, default=repr)


@broken("NUM-5", "parsed queries are kept by equality")
class QueriesAreKeptByEquality(KeepsQueries):
    def key(self, check):
        return tuple(check.items())
