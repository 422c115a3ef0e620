"""Mutants that answer queries that need a capability they do not claim: clauses CAP."""

from __future__ import annotations

from taskdb_spec import Backend, Capability, parse_query
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.language.tree import LOGICAL_OPERATORS
from taskdb_spec.records.fields import TASK_FIELDS
from tests.mutation.base import Mutant, snake_case
from tests.mutation.decorators import has_operators, rewrite_operators


class AnswersAll(StepwiseModel):
    """A store that answers every query correctly, also those that it does not claim."""

    def parse_query(self, check):
        return parse_query(check, TASK_FIELDS, QUERY_CAPABILITIES)


class RewritesQueries(StepwiseModel):
    """A store that replaces queries, by `rewrite`, before it parses them."""

    def rewrite(self, check):
        return check

    def parse_query(self, check):
        return super().parse_query(self.rewrite(check) if isinstance(check, dict) else check)


def broken_gate(clause, why, lacking):
    """Make a class of stores the mutant of its name, which does not claim one capability."""

    def decorate(store):
        return unclaiming_mutant(snake_case(store.__name__), clause, why, lacking, store)

    return decorate


def unclaiming_mutant(name, clause, why, lacking, store):
    """Return the mutant that claims all but one of the capabilities of queries."""
    claimed = QUERY_CAPABILITIES - {Capability(lacking)}
    backend = Backend(name=name, open=lambda workdir: store(claimed), capabilities=claimed)
    return Mutant(name, clause, why, backend)


NUMBERS = {
    "presence": 1, "glob": 2, "arith": 3, "logic": 4, "paths": 5,
    "documents": 6, "arrays": 7, "bytes": 8, "numbers": 9, "regex": 10,
}  # fmt: skip

ANSWERED = [
    unclaiming_mutant(
        f"{lacking}_is_not_claimed",
        f"CAP-{number}",
        f"answers queries that need {lacking}, which it does not claim",
        lacking,
        AnswersAll,
    )
    for lacking, number in NUMBERS.items()
]


def without_operators(check, *operators):
    """Return a query without some operators on its fields."""
    return rewrite_operators(
        check, lambda name, operand: None if name in operators else (name, operand)
    )


@broken_gate("CAP-1", "leaves $exists out of the query", "presence")
class ExistsIsIgnored(RewritesQueries):
    def rewrite(self, check):
        return without_operators(check, "$exists")


@broken_gate("CAP-1", "takes $exists True for $ne None, and refuses $exists False", "presence")
class ExistsIsNotNone(RewritesQueries):
    def rewrite(self, check):
        return rewrite_operators(
            check, lambda n, o: ("$ne", None) if n == "$exists" and o is True else (n, o)
        )


@broken_gate("CAP-2", "takes $glob for $eq", "glob")
class GlobIsEquality(RewritesQueries):
    def rewrite(self, check):
        return rewrite_operators(check, lambda n, o: ("$eq" if n == "$glob" else n, o))


@broken_gate("PURGE-3", "refuses $glob in find, and leaves it out in drop_matching_records", "glob")
class PurgeIgnoresGlob(StepwiseModel):
    def select_ids_to_drop(self, check):
        return super().select_ids_to_drop(without_operators(check, "$glob"))


@broken_gate("CAP-3", "leaves $mod out of the query", "arith")
class ModIsIgnored(RewritesQueries):
    def rewrite(self, check):
        return without_operators(check, "$mod")


@broken_gate("CAP-4", "takes $or for a field that no record has", "logic")
class OrIsAField(RewritesQueries):
    def rewrite(self, check):
        if not any(operator in check for operator in LOGICAL_OPERATORS):
            return check
        return {**{k: v for k, v in check.items() if k not in LOGICAL_OPERATORS}, "msg_id": None}


@broken_gate("CAP-4", "leaves $not out of the query", "logic")
class NotIsLeftOut(RewritesQueries):
    def rewrite(self, check):
        return without_operators(check, "$not")


@broken_gate("CAP-4", "answers $and, and refuses the others", "logic")
class AndIsAnswered(RewritesQueries):
    def parse_query(self, check):
        if isinstance(check, dict) and list(check) == ["$and"]:
            return parse_query(check, TASK_FIELDS, QUERY_CAPABILITIES)
        return super().parse_query(check)


@broken_gate("CAP-5", "takes a dotted name for a field that is None in every record", "paths")
class DottedNameIsNone(RewritesQueries):
    def rewrite(self, check):
        dotted = [k for k in check if isinstance(k, str) and k.partition(".")[0] in TASK_FIELDS
                  and "." in k]  # fmt: skip
        plain = {k: v for k, v in check.items() if k not in dotted}
        all_none = all(check[name] is None for name in dotted)
        return plain if all_none else {**plain, "msg_id": None}


@broken_gate("CAP-5", "takes a dotted name for its root field", "paths")
class DottedNameIsTheRoot(RewritesQueries):
    def rewrite(self, check):
        return {(k.partition(".")[0] if isinstance(k, str) else k): v for k, v in check.items()}


@broken_gate("CAP-6", "takes {} for a dict of operators that all hold", "documents")
class EmptyDocumentHoldsAlways(RewritesQueries):
    def rewrite(self, check):
        return {key: value for key, value in check.items() if value != {}}


@broken_gate("CAP-6", "answers a dict under an operator, and refuses a plain one", "documents")
class DictUnderAnOperatorIsAnswered(RewritesQueries):
    def parse_query(self, check):
        if isinstance(check, dict) and check and all(map(has_operators, check.values())):
            return parse_query(check, TASK_FIELDS, QUERY_CAPABILITIES)
        return super().parse_query(check)


@broken_gate("CAP-7", "answers $elemMatch, and refuses the others", "arrays")
class ElemMatchIsAnswered(RewritesQueries):
    def rewrite(self, check):
        return rewrite_operators(check, lambda n, o: ("$in", []) if n == "$elemMatch" else (n, o))


@broken_gate("CAP-7", "takes a list for its $in", "arrays")
class ListIsMembership(RewritesQueries):
    def rewrite(self, check):
        return {k: {"$in": v} if isinstance(v, list) else v for k, v in check.items()}


@broken_gate("CAP-7", "leaves $size out of the query", "arrays")
class SizeIsIgnored(RewritesQueries):
    def rewrite(self, check):
        return without_operators(check, "$size")


@broken_gate("CAP-8", "takes bytes for text", "bytes")
class BytesAreText(RewritesQueries):
    def rewrite(self, check):
        return {
            k: v.decode(errors="replace") if isinstance(v, bytes) else v for k, v in check.items()
        }


@broken_gate("CAP-8", "leaves bytes out of the operands of $in", "bytes")
class BytesAreLeftOutOfIn(RewritesQueries):
    def rewrite(self, check):
        def kept(name, operand):
            if name != "$in" or not isinstance(operand, list | tuple):
                return name, operand
            return name, [item for item in operand if not isinstance(item, bytes)]

        return rewrite_operators(check, kept)


@broken_gate("CAP-9", "takes bools, and refuses ints and floats", "numbers")
class BoolsAreAnswered(RewritesQueries):
    def rewrite(self, check):
        return {k: {"$in": []} if isinstance(v, bool) else v for k, v in check.items()}


@broken_gate("CAP-9", "takes numbers for text", "numbers")
class NumbersAreText(RewritesQueries):
    def rewrite(self, check):
        return {k: str(v) if isinstance(v, int | float) else v for k, v in check.items()}


@broken_gate("CAP-9", "a comparison with a number holds of nothing", "numbers")
class NumbersCompareWithNothing(RewritesQueries):
    def rewrite(self, check):
        def kept(name, operand):
            number = isinstance(operand, int | float) and name in ("$lt", "$lte", "$gt", "$gte")
            return ("$in", []) if number else (name, operand)

        return rewrite_operators(check, kept)


@broken_gate("CAP-10", "takes $regex for $eq", "regex")
class RegexIsEquality(RewritesQueries):
    def rewrite(self, check):
        return rewrite_operators(check, lambda n, o: ("$eq" if n == "$regex" else n, o))


@broken_gate("CAP-10", "leaves $regex out of the query", "regex")
class RegexIsIgnored(RewritesQueries):
    def rewrite(self, check):
        return without_operators(check, "$regex", "$options")


@broken_gate("CAP-2", "takes $glob '*' for everything that is text, and refuses the rest", "glob")
class StarIsAnswered(RewritesQueries):
    def rewrite(self, check):
        return rewrite_operators(
            check, lambda n, o: ("$gte", "") if (n, o) == ("$glob", "*") else (n, o)
        )


@broken_gate("CAP-3", "$mod matches nothing", "arith")
class ModMatchesNothing(RewritesQueries):
    def rewrite(self, check):
        return rewrite_operators(check, lambda n, o: ("$in", []) if n == "$mod" else (n, o))


@broken_gate("CAP-2", "a $glob without a wildcard is answered as equality", "glob")
class PlainGlobIsEqual(RewritesQueries):
    def rewrite(self, check):
        return {name: self.rewrite_condition(condition) for name, condition in check.items()}

    def rewrite_condition(self, condition):
        pattern = condition.get("$glob") if isinstance(condition, dict) else None
        plain = isinstance(pattern, str) and not set("*?[").intersection(pattern)
        return pattern if plain else condition
