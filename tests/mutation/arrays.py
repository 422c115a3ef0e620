"""Mutants of lists: clauses LIST, SIZE, ALL and ELEM."""

from __future__ import annotations

from taskdb_spec.conformance.diagnosis.fault_models.base import (
    StepwiseSemantics,
    as_document,
    iter_elements,
)
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import compile_condition
from taskdb_spec.language.paths import PathMatches, single_match
from taskdb_spec.records.ordering import MISSING, sort_key
from tests.mutation.base import broken
from tests.mutation.comparison_operators import COMPARE, ORDERED
from tests.mutation.decorators import (
    has_operators,
    with_comparison,
    with_condition,
    with_path_matches,
    with_rewritten_condition,
    with_rewritten_operands,
)


def are_lists(value, test):
    """Return whether a value and the operand of a test are both lists."""
    return isinstance(value, list) and isinstance(test.operand, list)


@with_comparison("LIST-1", "the order of the elements does not count", tree.Eq)
def list_is_a_bag(value, test):
    both = are_lists(value, test)
    return sorted(map(sort_key, value)) == sorted(map(sort_key, test.operand)) if both else None


@with_comparison("LIST-1", "a list matches what begins with it", tree.Eq)
def list_takes_a_prefix(value, test):
    if not are_lists(value, test) or not test.operand:
        return None
    return sort_key(value[: len(test.operand)]) == sort_key(test.operand)


@with_condition("LIST-1", "[] equals None", tree.Eq)
def empty_list_equals_none(test, found, holds):
    return holds or (test.operand == [] and None in found.values)


@with_comparison("LIST-1", "[] equals every list", tree.Eq)
def empty_list_equals_lists(value, test):
    return True if are_lists(value, test) and not test.operand else None


@with_comparison("LIST-1", "lists are equal if their lengths are", tree.Eq)
def list_is_its_length(value, test):
    return len(value) == len(test.operand) if are_lists(value, test) else None


@with_comparison("LIST-2", "the shorter list is less", *ORDERED)
def lists_are_ordered_by_length(value, test):
    if not are_lists(value, test):
        return None
    return COMPARE[type(test)](
        (len(value), sort_key(value)), (len(test.operand), sort_key(test.operand))
    )


@with_comparison("LIST-2", "lists are ordered by their first elements", *ORDERED)
def lists_are_ordered_by_the_first(value, test):
    if not are_lists(value, test):
        return None
    return COMPARE[type(test)](sort_key(value[:1]), sort_key(test.operand[:1]))


@with_comparison("LIST-2", "a list is less than none that begins with it", *ORDERED)
def prefixes_are_equal(value, test):
    if not are_lists(value, test):
        return None
    length = min(len(value), len(test.operand))
    return COMPARE[type(test)](sort_key(value[:length]), sort_key(test.operand[:length]))


@with_condition("SIZE-1", "$size is the length of text and bytes as well", tree.Size)
def size_takes_text(test, found, holds):
    return holds or any(len(v) == test.length for v in found.values if isinstance(v, str | bytes))


@with_condition("SIZE-1", "None has the size 0", tree.Size)
def none_has_size_0(test, found, holds):
    return holds or (test.length == 0 and None in found.values)


@with_condition("SIZE-1", "[] has no size", tree.Size)
def empty_list_has_no_size(test, found, holds):
    return holds and test.length > 0


@with_condition("SIZE-1", "$size holds of longer lists", tree.Size)
def size_is_a_minimum(test, found, holds):
    return any(isinstance(v, list) and len(v) >= test.length for v in found.values)


@with_condition("SIZE-1", "$size is the number of members of a dict as well", tree.Size)
def size_takes_dicts(test, found, holds):
    return holds or any(len(v) == test.length for v in found.values if isinstance(v, dict))


@with_rewritten_operands("SIZE-2", "$size takes bools", "$size")
def size_takes_bools(operand):
    return int(operand) if isinstance(operand, bool) else operand


@with_rewritten_operands("SIZE-2", "$size takes negative numbers, and matches nothing", "$size")
def size_takes_negative_numbers(operand):
    return 10**9 if isinstance(operand, int) and operand < 0 else operand


@with_rewritten_operands("SIZE-2", "$size cuts 2.5 to 2", "$size")
def size_takes_fractions(operand):
    part = isinstance(operand, float) and 0 < operand < 2**53
    return int(operand) if part else operand


@with_rewritten_operands("SIZE-2", "$size refuses 2.0", "$size")
def size_refuses_floats(operand):
    return "a float" if isinstance(operand, float) else operand


@with_rewritten_condition("ALL-1", "$all holds where some operand is equal", tree.All)
def all_is_in(test):
    return tree.In(test.operands)


@with_condition("ALL-1", "$all holds where every element is among the operands", tree.All)
def all_is_swapped(test, found, holds):
    wanted = set(map(sort_key, test.operands))
    return bool(wanted) and all(
        sort_key(candidate) in wanted for candidate in found.candidates[:-1]
    )


@with_rewritten_condition("ALL-1", "$all looks at its first two operands only", tree.All)
def all_takes_two(test):
    return tree.All(test.operands[:2])


@with_rewritten_condition("ALL-1", "$all looks at its last operand only", tree.All)
def all_takes_the_last(test):
    return tree.All(test.operands[-1:])


@with_condition("ALL-1", "$all is False of what is no list", tree.All)
def all_takes_lists_only(test, found, holds):
    return holds and any(isinstance(value, list) for value in found.values)


@with_rewritten_condition("ALL-2", "$all [] matches everything", tree.All)
def all_of_nothing_matches_everything(test):
    return test if test.operands else tree.Nin(())


@with_rewritten_condition("ALL-2", "$all [] matches []", tree.All)
def all_of_nothing_matches_empty_lists(test):
    return test if test.operands else tree.Size(0)


@with_rewritten_operands("ALL-3", "$all takes a str for its characters", "$all")
def all_takes_a_str(operand):
    return list(operand) if isinstance(operand, str) else operand


@with_rewritten_operands("ALL-3", "$all takes a scalar for a list of it", "$all")
def all_takes_a_scalar(operand):
    return [operand] if isinstance(operand, int | float | str | None) else operand


@with_rewritten_operands("ALL-3", "an operator document inside of $all is ignored", "$all")
def all_ignores_operators(operand):
    if not isinstance(operand, list):
        return operand
    return [item for item in operand if not has_operators(item)]


@broken("ELEM-1", "each operator of $elemMatch may hold of another element")
class ElemMatchMixesElements(StepwiseSemantics):
    def elem_match(self, test):
        checks = [self.compile_condition(inner) for inner in test.tests]
        return lambda found: (
            bool(list(iter_elements(found)))
            and all(
                any(check(single_match(item)) for item in iter_elements(found)) for check in checks
            )
        )


@broken("ELEM-1", "$elemMatch looks at the first element only")
class ElemMatchTakesTheFirst(StepwiseSemantics):
    def elem_match(self, test):
        check = self.compile_conditions(test.tests)
        return lambda found: any(
            check(single_match(item)) for item in list(iter_elements(found))[:1]
        )


@broken("ELEM-1", "$elemMatch holds where all elements pass")
class ElemMatchTakesAll(StepwiseSemantics):
    def elem_match(self, test):
        check = self.compile_conditions(test.tests)
        return lambda found: (
            bool(list(iter_elements(found)))
            and all(check(single_match(item)) for item in iter_elements(found))
        )


@broken("ELEM-1", "$elemMatch looks at a value that is no list")
class ElemMatchTakesScalars(StepwiseSemantics):
    def elem_match(self, test):
        match, check = super().elem_match(test), self.compile_conditions(test.tests)
        return lambda found: (
            match(found)
            or any(
                check(single_match(v))
                for v in found.values
                if not isinstance(v, list) and v is not MISSING
            )
        )


@broken("ELEM-1", "$elemMatch opens an element that is a list")
class ElemMatchOpensElements(StepwiseSemantics):
    def elem_match(self, test):
        check = self.compile_conditions(test.tests)

        def opened(item):
            return PathMatches([item], [*item, item] if isinstance(item, list) else [item])

        return lambda found: any(check(opened(item)) for item in iter_elements(found))


@with_rewritten_operands("ELEM-2", "$elemMatch takes a plain value for equality", "$elemMatch")
def elem_match_takes_a_value(operand):
    return operand if isinstance(operand, dict) else {"$eq": operand}


@with_rewritten_operands(
    "ELEM-2", "$elemMatch leaves plain keys beside operators out", "$elemMatch"
)
def elem_match_ignores_plain_keys(operand):
    if not has_operators(operand):
        return operand
    return {name: item for name, item in operand.items() if str(name).startswith("$")}


@with_rewritten_operands("ELEM-2", "$elemMatch takes a list for all of its values", "$elemMatch")
def elem_match_takes_a_list(operand):
    return {"$in": operand} if isinstance(operand, list) else operand


@broken("ELEM-3", "conditions of $elemMatch may hold of different documents")
class ElemQueryMixesElements(StepwiseSemantics):
    def elem_query(self, test):
        query = test.query
        parts = query.parts if isinstance(query, tree.And) else (query,)
        checks = [StepwiseSemantics.elem_query(self, tree.ElemQuery(part)) for part in parts]
        if not checks:
            return super().elem_query(test)
        return lambda found: all(check(found) for check in checks)


@broken("ELEM-3", "a list inside of a list is no document for $elemMatch")
class ElemQueryTakesDictsOnly(StepwiseSemantics):
    def elem_query(self, test):
        selects = self.compile_selector(test.query)
        return lambda found: any(selects(i) for i in iter_elements(found) if isinstance(i, dict))


@broken("ELEM-3", "$elemMatch looks at the first document only")
class ElemQueryTakesTheFirst(StepwiseSemantics):
    def elem_query(self, test):
        selects = self.compile_selector(test.query)
        return lambda found: any(
            selects(i)
            for i in list(map(as_document, iter_elements(found)))[:1]
            if isinstance(i, dict)
        )


@broken("ELEM-3", "$elemMatch takes a scalar element for an empty document")
class ElemQueryTakesScalars(StepwiseSemantics):
    def elem_query(self, test):
        selects = self.compile_selector(test.query)
        return lambda found: any(
            selects(i if isinstance(i, dict) else {})
            for i in map(as_document, iter_elements(found))
        )


def without_elements(found):
    """Return the matches of a path without the elements of lists."""
    return PathMatches(found.values, list(found.values))


@with_path_matches("LIST-3", "lists are looked at as a whole only")
def lists_are_not_opened(found, path):
    # None stays a candidate, lest LIST-5 fail before
    return PathMatches(found.values, [*found.values, *(c for c in found.candidates if c is None)])


@with_path_matches("LIST-3", "only the first element of a list is looked at")
def first_elements_are_looked_at(found, path):
    if len(found.values) != 1 or not isinstance(found.values[0], list):
        return found
    return PathMatches(found.values, [*found.candidates[:1], *found.values])


@with_path_matches("LIST-3", "lists inside of lists are opened as well")
def inner_lists_are_opened(found, path):
    if len(found.candidates) < 2:
        return found
    inner = [i for c in found.candidates[:-1] if isinstance(c, list) for i in c]
    return PathMatches(found.values, [*found.candidates, *inner])


@broken("LIST-3", "one and the same element must pass all operators")
class OneElementPassesAll(StepwiseSemantics):
    def compile_conditions(self, tests):
        check = super().compile_conditions(tests)
        complements = (tree.Ne, tree.Nin, tree.Not, tree.Exists, tree.Size)
        if len(tests) < 2 or any(isinstance(t, complements) for t in tests):
            return check
        return lambda found: any(check(PathMatches(found.values, [c])) for c in found.candidates)


@with_condition("LIST-4", "$ne holds where some element is not equal", tree.Ne)
def ne_takes_any_element(test, found, holds):
    return holds or any(
        compile_condition(test)(single_match(item)) for item in iter_elements(found)
    )


@with_condition("LIST-4", "$nin holds where some element is not among the operands", tree.Nin)
def nin_takes_any_element(test, found, holds):
    return holds or any(
        compile_condition(test)(single_match(item)) for item in iter_elements(found)
    )


@broken("LIST-4", "$not holds where some element fails")
class NotTakesAnyElement(StepwiseSemantics):
    def not_(self, test):
        check = super().not_(test)
        return lambda found: (
            check(found) or any(check(single_match(item)) for item in iter_elements(found))
        )


@with_condition("LIST-4", "$ne looks at the list as a whole", tree.Ne)
def ne_takes_the_whole(test, found, holds):
    return compile_condition(test)(without_elements(found)) if test.operand is not None else holds


@with_condition("LIST-5", "None inside of a list does not count", tree.Eq)
def none_in_lists_is_ignored(test, found, holds):
    return compile_condition(test)(without_elements(found)) if test.operand is None else holds


@with_condition("LIST-5", "[] equals None as well", tree.Eq)
def none_equals_empty_lists(test, found, holds):
    return holds or (test.operand is None and [] in found.values)


@with_condition("LIST-5", "only a list of nothing but None equals None", tree.Eq)
def none_must_be_alone(test, found, holds):
    some = any(item is not None for item in iter_elements(found))
    return holds and not (test.operand is None and some)


@with_condition("LIST-5", "None counts only as the first element of a list", tree.Eq)
def none_must_come_first(test, found, holds):
    if test.operand is not None or len(found.values) != 1 or not isinstance(found.values[0], list):
        return holds
    return found.values[0][:1] == [None]


@with_rewritten_operands("ALL-3", "only the first operand of `$all` is looked at", "$all")
def later_operands_may_be_operators(operand):
    if not isinstance(operand, list):
        return operand
    return [*operand[:1], *(item for item in operand[1:] if not has_operators(item))]


@broken("ELEM-3", "`$elemMatch` inside another looks at the elements of the outer")
class InnerElemMatchLooksOutside(StepwiseSemantics):
    def elem_query(self, test):
        match test.query:
            case tree.Field(tests=(tree.ElemQuery() as inner,)):
                return super().elem_query(inner)
        return super().elem_query(test)
