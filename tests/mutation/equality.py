"""Mutants of equality and conjunction: clauses EQ, QRY-2, QRY-3 and NE."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel, StepwiseSemantics
from taskdb_spec.language import tree
from taskdb_spec.records.ordering import MISSING
from tests.mutation.base import broken
from tests.mutation.decorators import (
    has_operators,
    with_comparison,
    with_condition,
    with_rewritten_condition,
    with_rewritten_operands,
    with_rewritten_operators,
    with_rewritten_query,
)


def are_texts(value, test):
    """Return whether a value and the operand of a test are both text."""
    return isinstance(value, str) and isinstance(test.operand, str)


@with_comparison("EQ-1", "a plain str matches nothing", tree.Eq, capabilities=CORE)
def text_equals_nothing(value, test):
    return False if are_texts(value, test) else None


@with_comparison("EQ-1", "a str matches every text", tree.Eq, capabilities=CORE)
def text_equals_all_text(value, test):
    return True if are_texts(value, test) else None


@with_condition("EQ-1", "a str matches None as well", tree.Eq, capabilities=CORE)
def text_equals_none(test, found, holds):
    return holds or (isinstance(test.operand, str) and None in found.values)


@with_comparison(
    "EQ-4", "texts that read like the same number are equal", tree.Eq, capabilities=CORE
)
def text_has_numeric_affinity(value, test):
    try:
        return float(value) == float(test.operand) if are_texts(value, test) else None
    except ValueError:
        return None


@with_rewritten_operators("EQ-2", "$eq is not in the table of operators", capabilities=CORE)
def eq_is_unknown(name, operand):
    if name == "$eq":
        raise ValueError("unknown operator '$eq'")
    return name, operand


@with_rewritten_operators("EQ-2", "$eq is taken for $gte", capabilities=CORE)
def eq_is_gte(name, operand):
    return ("$gte" if name == "$eq" and isinstance(operand, str) else name), operand


@with_condition("EQ-3", "None matches nothing", tree.Eq, capabilities=CORE)
def none_equals_nothing(test, found, holds):
    return holds and test.operand is not None


@with_condition("EQ-3", "None matches everything", tree.Eq, capabilities=CORE)
def none_equals_everything(test, found, holds):
    return holds or test.operand is None


@with_condition("EQ-3", "None matches empty text", tree.Eq, capabilities=CORE)
def none_equals_empty_text(test, found, holds):
    return holds or (test.operand is None and "" in found.values)


@with_rewritten_operands("EQ-3", "None under $eq is taken for empty text", "$eq", capabilities=CORE)
def eq_takes_none_for_empty_text(operand):
    return "" if operand is None else operand


@with_comparison("EQ-4", "text is compared without regard to case", tree.Eq, capabilities=CORE)
def equality_folds_case(value, test):
    return value.casefold() == test.operand.casefold() if are_texts(value, test) else None


@with_comparison("EQ-4", "blanks at the end do not count", tree.Eq, capabilities=CORE)
def equality_ignores_blanks(value, test):
    return value.rstrip(" ") == test.operand.rstrip(" ") if are_texts(value, test) else None


@with_comparison("EQ-4", "text is compared in the normal form C", tree.Eq, capabilities=CORE)
def equality_normalises(value, test):
    if not are_texts(value, test):
        return None
    return unicodedata.normalize("NFC", value) == unicodedata.normalize("NFC", test.operand)


@with_comparison("EQ-4", "a prefix of the text is enough", tree.Eq, capabilities=CORE)
def equality_takes_a_prefix(value, test):
    return value.startswith(test.operand) if are_texts(value, test) and test.operand else None


@with_comparison(
    "EQ-4", "the text is enough if the operand begins with it", tree.Eq, capabilities=CORE
)
def equality_takes_the_beginning(value, test):
    return test.operand.startswith(value) if are_texts(value, test) and value else None


@with_comparison("EQ-4", "LIKE: ASCII letters in any case are equal", tree.Eq, capabilities=CORE)
def equality_is_like(value, test):
    if not are_texts(value, test) or not (value.isascii() and test.operand.isascii()):
        return None
    return value.lower() == test.operand.lower()


def drop_offset(operand):
    """Return a datetime as if its wall clock were UTC, and any other operand as it is."""
    return operand.replace(tzinfo=UTC) if is_aware(operand) else operand


def is_aware(operand):
    """Return whether an operand is a datetime with an offset."""
    return isinstance(operand, datetime) and operand.tzinfo is not None


@with_rewritten_query(
    "EQ-5", "the offset of a datetime operand is dropped", strict=True, capabilities=CORE
)
def equality_drops_the_offset(check):
    return {
        k: {**v, "$eq": drop_offset(v["$eq"])}
        if has_operators(v) and "$eq" in v
        else drop_offset(v)
        for k, v in check.items()
    }


@with_comparison("EQ-5", "instants are compared to the second", tree.Eq, capabilities=CORE)
def equality_is_to_the_second(value, test):
    if not isinstance(value, datetime) or not isinstance(test.operand, datetime):
        return None
    return value.replace(microsecond=0) == test.operand.replace(microsecond=0)


@with_rewritten_query(
    "EQ-5", "a datetime that is not in UTC equals nothing", strict=True, capabilities=CORE
)
def equality_takes_utc_only(check):
    return {k: {"$in": []} if is_aware(v) and v.utcoffset() else v for k, v in check.items()}


@with_rewritten_query(
    "QRY-2", "only the last field of a query counts", strict=True, capabilities=CORE
)
def last_field_counts(check):
    return dict(list(check.items())[-1:])


@with_rewritten_query(
    "QRY-2", "only the first field of a query counts", strict=True, capabilities=CORE
)
def first_field_counts(check):
    return dict(list(check.items())[:1])


@with_rewritten_query(
    "QRY-2", "the third field of a query is ignored", strict=True, capabilities=CORE
)
def third_field_is_ignored(check):
    return {k: v for i, (k, v) in enumerate(check.items()) if i != 2}


@broken("QRY-2", "several fields are ORed", capabilities=CORE)
class FieldsAreOred(StepwiseSemantics):
    def and_(self, parts):
        return self.or_(parts) if parts else super().and_(parts)


@with_rewritten_query(
    "QRY-2",
    "conditions bind late: all plain operands are the last one",
    strict=True,
    capabilities=CORE,
)
def conditions_bind_late(check):
    plain = [v for v in check.values() if not isinstance(v, dict)]
    return {k: v if isinstance(v, dict) else plain[-1] for k, v in check.items()}


@with_rewritten_query(
    "QRY-2", "beside a msg_id, all other fields are ignored", strict=True, capabilities=CORE
)
def id_is_enough(check):
    return {"msg_id": check["msg_id"]} if "msg_id" in check else check


@broken("QRY-3", "only the last operator on a field counts", capabilities=CORE)
class LastOperatorCounts(StepwiseSemantics):
    def compile_conditions(self, tests):
        return super().compile_conditions(tests[-1:])


@broken("QRY-3", "only the first operator on a field counts", capabilities=CORE)
class FirstOperatorCounts(StepwiseSemantics):
    def compile_conditions(self, tests):
        return super().compile_conditions(tests[:1])


@broken("QRY-3", "the third operator on a field is ignored", capabilities=CORE)
class TwoOperatorsCount(StepwiseSemantics):
    def compile_conditions(self, tests):
        return super().compile_conditions(tests[:2])


@broken("QRY-3", "several operators on a field are ORed", capabilities=CORE)
class OperatorsAreOred(StepwiseSemantics):
    def compile_conditions(self, tests):
        checks = [self.compile_condition(test) for test in tests]
        return lambda found: any(check(found) for check in checks)


@with_rewritten_condition("NE-1", "$ne is $eq", tree.Ne, capabilities=CORE)
def ne_is_eq(test):
    return tree.Eq(test.operand) if test.operand is not None else test


@with_condition("NE-1", "$ne folds case", tree.Ne, capabilities=CORE)
def ne_folds_case(test, found, holds):
    value = found.values[0] if found.values else MISSING
    return holds and not (are_texts(value, test) and value.lower() == test.operand.lower())


@with_condition("NE-1", "$ne with a datetime holds of everything", tree.Ne, capabilities=CORE)
def ne_of_an_instant_always_holds(test, found, holds):
    return holds or isinstance(test.operand, datetime)


@with_condition("NE-2", "$ne with a value leaves None out", tree.Ne, capabilities=CORE)
def ne_leaves_none_out(test, found, holds):
    return holds and (test.operand is None or None not in found.values)


@with_condition("NE-2", "$ne with a datetime leaves None out", tree.Ne, capabilities=CORE)
def ne_of_an_instant_leaves_none_out(test, found, holds):
    return holds and not (isinstance(test.operand, datetime) and None in found.values)


@with_condition("NE-3", "$ne None matches nothing", tree.Ne, capabilities=CORE)
def ne_none_matches_nothing(test, found, holds):
    return holds and test.operand is not None


@with_condition("NE-3", "$ne None matches everything", tree.Ne, capabilities=CORE)
def ne_none_matches_everything(test, found, holds):
    return holds or test.operand is None


@with_condition("NE-3", "$ne None leaves empty text out", tree.Ne, capabilities=CORE)
def ne_none_leaves_empty_text_out(test, found, holds):
    return holds and not (test.operand is None and "" in found.values)


def listed_ids(store, check):
    """Return the ids that a query lists beside other conditions, or None if it lists none."""
    condition = check.get("msg_id") if isinstance(check, dict) else None
    if has_operators(condition) and list(condition) == ["$in"] and len(check) > 1:
        return [msg_id for msg_id in store.records if msg_id in condition["$in"]]
    return None


@broken("QRY-2", "ids in a list are looked up, and no other condition counts", CORE)
class ListedIdsAreEnough(StepwiseModel):
    def select_ids(self, check):
        found, listed = super().select_ids(check), listed_ids(self, check)
        return found if listed is None else listed

    def select_ids_to_drop(self, check):
        return super().select_ids(check)


@with_rewritten_query(
    "QRY-3", "two lower bounds share a place, and the last one counts", strict=True
)
def last_lower_bound_counts(check):
    def reword(condition):
        if not has_operators(condition) or not {"$gt", "$gte"} <= condition.keys():
            return condition
        first = next(name for name in condition if name in ("$gt", "$gte"))
        return {name: operand for name, operand in condition.items() if name != first}

    return {place: reword(condition) for place, condition in check.items()}


@with_rewritten_query("QRY-3", "$nin beside $in does not count", strict=True, capabilities=CORE)
def nin_beside_in_is_lost(check):
    def reword(condition):
        if not has_operators(condition) or "$in" not in condition:
            return condition
        return {name: operand for name, operand in condition.items() if name != "$nin"}

    return {place: reword(condition) for place, condition in check.items()}


@with_comparison(
    "EQ-4", "texts are compared by their first 64 characters", tree.Eq, capabilities=CORE
)
def equality_takes_64_characters(value, test):
    both = isinstance(value, str) and isinstance(test.operand, str)
    return value[:64] == test.operand[:64] if both else None


@with_comparison("EQ-5", "an instant equals its text", tree.Eq, capabilities=CORE)
def instants_equal_their_text(value, test):
    if isinstance(value, str) and isinstance(test.operand, datetime):
        return value == test.operand.isoformat()
    return None
