"""Mutants of `$and`, `$or`, `$nor` and `$not`: clauses AND, OR, NOR, NOT and LOG."""

from __future__ import annotations

from taskdb_spec import QueryError, parse_query
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel, StepwiseSemantics
from taskdb_spec.language import tree
from taskdb_spec.records.fields import TASK_FIELDS
from tests.mutation.base import broken
from tests.mutation.decorators import has_operators, with_rewritten_operators, with_rewritten_query


def change_parts(check, operator, change):
    """Return a query with another list of parts for a logical operator."""
    parts = check.get(operator)
    return {**check, operator: change(parts)} if isinstance(parts, list) and parts else check


@with_rewritten_query("AND-1", "$and looks at its first query only", strict=True)
def and_takes_the_first(check):
    return change_parts(check, "$and", lambda parts: parts[:1])


@with_rewritten_query("AND-1", "$and looks at its last query only", strict=True)
def and_takes_the_last(check):
    return change_parts(check, "$and", lambda parts: parts[-1:])


@with_rewritten_query(
    "AND-1", "in $and, conditions on the same field overwrite each other", strict=True
)
def and_merges_its_queries(check):
    return change_parts(
        check, "$and", lambda parts: [{k: v for part in parts for k, v in part.items()}]
    )


@with_rewritten_query("AND-1", "$and holds where some query does", strict=True)
def and_is_or(check):
    if "$and" not in check or "$or" in check:
        return check
    return {("$or" if key == "$and" else key): value for key, value in check.items()}


@with_rewritten_query("AND-1", "the third query of $and is ignored", strict=True)
def and_takes_two(check):
    return change_parts(check, "$and", lambda parts: parts[:2])


@broken("OR-1", "$or holds where the first query does")
class OrTakesTheFirst(StepwiseSemantics):
    def or_(self, parts):
        return parts[0]


@broken("OR-1", "$or holds where exactly one query does")
class OrIsExclusive(StepwiseSemantics):
    def or_(self, parts):
        return lambda record: sum(part(record) for part in parts) == 1


@broken("OR-1", "$or looks at its first two queries only")
class OrTakesTwo(StepwiseSemantics):
    def or_(self, parts):
        return super().or_(parts[:2])


@broken("OR-1", "beside $or, a field is one more of its queries")
class OrHasNoParentheses(StepwiseSemantics):
    def compile_selector(self, query):
        if isinstance(query, tree.And) and any(isinstance(p, tree.Or) for p in query.parts):
            return self.or_([self.compile_selector(part) for part in query.parts])
        return super().compile_selector(query)


@with_rewritten_query("OR-1", "beside a field, $or is ignored", strict=True)
def or_is_ignored_beside_a_field(check):
    return {k: v for k, v in check.items() if k != "$or"} if len(check) > 1 else check


@broken("NOR-1", "$nor holds where not all of its queries do")
class NorIsNand(StepwiseSemantics):
    def nor(self, parts):
        return lambda record: not all(part(record) for part in parts)


@broken("NOR-1", "$nor looks at its first query only")
class NorTakesTheFirst(StepwiseSemantics):
    def nor(self, parts):
        return super().nor(parts[:1])


@broken("NOR-1", "$nor is $or")
class NorIsOr(StepwiseSemantics):
    def nor(self, parts):
        return self.or_(parts)


@broken("NOR-1", "$nor leaves out records that were never completed")
class NorLeavesNoneOut(StepwiseSemantics):
    def nor(self, parts):
        holds = super().nor(parts)
        return lambda record: holds(record) and record["completed"] is not None


@broken("NOT-1", "several operators under $not are negated one by one")
class NotNegatesEach(StepwiseSemantics):
    def not_(self, test):
        checks = [self.compile_condition(inner) for inner in test.tests]
        return lambda found: not any(check(found) for check in checks)


@broken("NOT-1", "$not looks at its first operator only")
class NotTakesTheFirst(StepwiseSemantics):
    def not_(self, test):
        return super().not_(tree.Not(test.tests[:1]))


@broken("NOT-1", "$not of $not is $not")
class NotOfNotIsNot(StepwiseSemantics):
    def not_(self, test):
        inner = test.tests[0]
        return self.not_(inner) if isinstance(inner, tree.Not) else super().not_(test)


@broken("NOT-1", "$not is ignored")
class NotIsIgnored(StepwiseSemantics):
    def not_(self, test):
        return self.compile_conditions(test.tests)


@broken("NOT-1", "$not of $in looks at the first operand only")
class NotInTakesOne(StepwiseSemantics):
    def not_(self, test):
        def first(inner):
            return tree.In(inner.operands[:1]) if isinstance(inner, tree.In) else inner

        return super().not_(tree.Not(tuple(map(first, test.tests))))


@broken("NOT-2", "$not leaves None out")
class NotLeavesNoneOut(StepwiseSemantics):
    def not_(self, test):
        check, of_none = super().not_(test), excludes_none(self, test)
        return lambda found: check(found) and not (of_none and None in found.values)


def excludes_none(language, test):
    """Return whether no operand of a `$not` is None."""
    return all(getattr(inner, "operand", "") is not None for inner in test.tests)


@broken("NOT-2", "$not of a comparison leaves None out")
class NotOfAComparisonLeavesNoneOut(StepwiseSemantics):
    def not_(self, test):
        check = super().not_(test)
        compares = any(isinstance(t, tree.Lt | tree.Lte | tree.Gt | tree.Gte) for t in test.tests)
        return lambda found: check(found) and not (compares and None in found.values)


@with_rewritten_query("LOG-1", "$or [] matches nothing")
def empty_or_matches_nothing(check):
    return {**check, "$or": [{"msg_id": None}]} if check.get("$or") == [] else check


@with_rewritten_query("LOG-1", "$and [] matches everything")
def empty_and_matches_everything(check):
    return {**check, "$and": [{}]} if check.get("$and") == [] else check


@with_rewritten_query("LOG-1", "$nor [] matches everything")
def empty_nor_matches_everything(check):
    return {k: v for k, v in check.items() if k != "$nor" or v != []}


@with_rewritten_query("LOG-1", "$and takes a query that is in no list")
def and_takes_a_dict(check):
    alone = isinstance(check.get("$and"), dict)
    return {**check, "$and": [check["$and"]]} if alone else check


@with_rewritten_query("LOG-1", "$not is taken at the level of the query")
def not_is_taken_for_nor(check):
    if isinstance(check.get("$not"), dict) and "$nor" not in check:
        return {
            ("$nor" if k == "$not" else k): ([v] if k == "$not" else v) for k, v in check.items()
        }
    return check


@with_rewritten_operators("LOG-1", "$not {} is ignored")
def empty_not_is_ignored(name, operand):
    return None if name == "$not" and operand == {} else (name, operand)


@with_rewritten_operators("LOG-1", "$not takes a plain value")
def not_takes_a_value(name, operand):
    if name == "$not" and not isinstance(operand, dict | list | set):
        return name, {"$eq": operand}
    return name, operand


@with_rewritten_operators("LOG-1", "$or on a field is ignored")
def or_on_a_field_is_ignored(name, operand):
    return None if name == "$or" else (name, operand)


class Lazy(StepwiseModel):
    """A store that does not parse the parts after one that decides for every record."""

    operator = ""
    decides = True

    def parse_query(self, check):
        parts = check.get(self.operator) if isinstance(check, dict) else None
        if isinstance(parts, list) and self.records:
            check = {**check, self.operator: list(self.reached_parts(parts))}
        return super().parse_query(check)

    def reached_parts(self, parts):
        """Yield the parts up to the first that decides for every record."""
        for part in parts:
            yield part
            selects = self.semantics.compile_selector(
                parse_query(part, TASK_FIELDS, self.capabilities)
            )
            if all(selects(record) is self.decides for record in self.records.values()):
                return


@broken("LOG-2", "$or does not look at a query after one that holds of every record")
class OrIsLazy(Lazy):
    operator = "$or"


@broken("LOG-2", "$and does not look at a query after one that holds of no record")
class AndIsLazy(Lazy):
    operator = "$and"
    decides = False


@broken("LOG-2", "$nor does not look at a query after one that holds of every record")
class NorIsLazy(Lazy):
    operator = "$nor"


@broken("LOG-2", "malformed queries inside of $or are left out if another is well formed")
class OrForgives(StepwiseModel):
    def parse_query(self, check):
        parts = check.get("$or") if isinstance(check, dict) else None
        if isinstance(parts, list) and any(map(self.is_well_formed, parts)):
            check = {**check, "$or": list(filter(self.is_well_formed, parts))}
        return super().parse_query(check)

    def is_well_formed(self, part):
        try:
            return bool(parse_query(part, TASK_FIELDS, self.capabilities))
        except QueryError:
            return False


@broken("LOG-2", "an unknown operator under $not is ignored if there is a known one")
class NotForgives(StepwiseModel):
    def parse_query(self, check):
        if isinstance(check, dict):
            check = {name: keep_known_operators(value) for name, value in check.items()}
        return super().parse_query(check)


def keep_known_operators(value):
    """Return a condition with only `$eq`, `$gt` and `$in` under `$not`, if one of them is there."""
    if not has_operators(value) or not has_operators(value.get("$not")):
        return value
    known = {k: v for k, v in value["$not"].items() if k in ("$eq", "$gt", "$in")}
    return {**value, "$not": known or value["$not"]}


@with_rewritten_query(
    "OR-1", "`$or` of one part takes the place of what is said of its field", strict=True
)
def or_of_one_takes_its_place(check):
    parts = check.get("$or", ())
    replaced = parts[0] if len(parts) == 1 else {}
    return {name: condition for name, condition in check.items() if name not in replaced}


@with_rewritten_query("AND-1", "$and with a tuple of queries is ignored", strict=True)
def and_ignores_tuples(check):
    return {k: v for k, v in check.items() if k != "$and" or not isinstance(v, tuple)}
