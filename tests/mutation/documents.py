"""Mutants of dict operands: clauses DOC."""

from __future__ import annotations

from taskdb_spec.language import tree
from taskdb_spec.records.ordering import sort_key
from tests.mutation.comparison_operators import COMPARE, ORDERED
from tests.mutation.decorators import (
    has_operators,
    with_comparison,
    with_condition,
    with_rewritten_query,
)


def are_dicts(value, test):
    """Return whether a value and the operand of a test are both dicts."""
    return isinstance(value, dict) and isinstance(test.operand, dict)


@with_comparison("DOC-1", "a dict operand matches what holds its members", tree.Eq)
def document_is_a_subset(value, test):
    if not are_dicts(value, test) or not test.operand:
        return None
    common = {key: item for key, item in value.items() if key in test.operand}
    return sort_key(common) == sort_key(test.operand)


@with_comparison("DOC-1", "only the first member of a dict operand counts", tree.Eq)
def document_is_its_first_member(value, test):
    if not are_dicts(value, test) or not test.operand or not value:
        return None
    return sort_key(next(iter(value.items()))) == sort_key(next(iter(test.operand.items())))


@with_comparison("DOC-1", "two dicts are equal if their keys are", tree.Eq)
def document_is_its_keys(value, test):
    return list(value) == list(test.operand) if are_dicts(value, test) else None


@with_comparison("DOC-1", "dicts are compared as text", tree.Eq)
def document_is_its_text(value, test):
    def text(item):
        if isinstance(item, dict):
            return ",".join(f"{key}:{text(inner)}" for key, inner in item.items())
        return str(item)

    return text(value) == text(test.operand) if are_dicts(value, test) else None


@with_comparison("DOC-1", "dicts are compared two levels deep", tree.Eq)
def document_is_two_deep(value, test):
    def cut(item):
        return {key: bool(v) if isinstance(v, dict) else v for key, v in item.items()}

    return sort_key(cut(value)) == sort_key(cut(test.operand)) if are_dicts(value, test) else None


@with_comparison("DOC-2", "the order of keys does not count", tree.Eq)
def order_of_keys_is_ignored(value, test):
    def in_order(item):
        return {key: item[key] for key in sorted(item)}

    return (
        sort_key(in_order(value)) == sort_key(in_order(test.operand))
        if are_dicts(value, test)
        else None
    )


@with_comparison("DOC-2", "the order of keys does not count in inner dicts", tree.Eq)
def order_of_inner_keys_is_ignored(value, test):
    def in_order(item):
        return {k: dict(sorted(v.items())) if isinstance(v, dict) else v for k, v in item.items()}

    return (
        sort_key(in_order(value)) == sort_key(in_order(test.operand))
        if are_dicts(value, test)
        else None
    )


@with_condition("DOC-3", "the empty document matches everything", tree.Eq)
def empty_document_matches_everything(test, found, holds):
    return holds or test.operand == {}


@with_condition("DOC-3", "the empty document matches None", tree.Eq)
def empty_document_matches_none(test, found, holds):
    return holds or (test.operand == {} and None in found.values)


@with_comparison("DOC-3", "the empty document matches every document", tree.Eq)
def empty_document_matches_documents(value, test):
    return True if are_dicts(value, test) and not test.operand else None


@with_condition("DOC-3", "the empty document matches nothing", tree.Eq)
def empty_document_matches_nothing(test, found, holds):
    return holds and test.operand != {}


def has_operator_document(value, operator):
    """Return whether a condition is `operator` with a document of operators."""
    alone = isinstance(value, dict) and list(value) == [operator]
    return alone and has_operators(value[operator])


@with_rewritten_query("DOC-4", "operators in the operand of $eq are read")
def eq_reads_operators(check):
    return {k: v["$eq"] if has_operator_document(v, "$eq") else v for k, v in check.items()}


@with_comparison("DOC-4", "an operand of $eq with operators in it matches nothing", tree.Eq)
def eq_of_operators_matches_nothing(value, test):
    return False if has_operators(test.operand) else None


@with_rewritten_query("DOC-4", "operators in the operand of $ne are read")
def ne_reads_operators(check):
    return {
        k: {"$not": v["$ne"]} if has_operator_document(v, "$ne") else v for k, v in check.items()
    }


def compare_dicts_by(value, test, key):
    """Compare dicts by a key."""
    return COMPARE[type(test)](key(value), key(test.operand)) if are_dicts(value, test) else None


@with_comparison("DOC-5", "the shorter document is less", *ORDERED)
def documents_are_ordered_by_length(value, test):
    return compare_dicts_by(value, test, lambda item: (len(item), sort_key(item)))


@with_comparison("DOC-5", "documents are ordered by key before the class of the value", *ORDERED)
def documents_are_ordered_by_key(value, test):
    return compare_dicts_by(value, test, lambda item: [(k, sort_key(v)) for k, v in item.items()])


@with_comparison("DOC-5", "documents are ordered as if their keys were sorted", *ORDERED)
def documents_are_ordered_sorted(value, test):
    return compare_dicts_by(value, test, lambda item: sort_key(dict(sorted(item.items()))))


@with_comparison("DOC-5", "documents are ordered by their values, and not their keys", *ORDERED)
def documents_are_ordered_by_value(value, test):
    return compare_dicts_by(value, test, lambda item: [sort_key(inner) for inner in item.values()])


@with_comparison("DOC-5", "documents cannot be compared, and none is less", *ORDERED)
def documents_are_not_ordered(value, test):
    return False if are_dicts(value, test) and type(test) in (tree.Lt, tree.Gt) else None


@with_comparison("DOC-2", "blanks at the end of texts in documents do not count", tree.Eq)
def blanks_in_documents_do_not_count(value, test):
    def cut(document):
        return {k: v.rstrip(" ") if isinstance(v, str) else v for k, v in document.items()}

    both = isinstance(value, dict) and isinstance(test.operand, dict)
    return True if both and value != test.operand and cut(value) == cut(test.operand) else None
