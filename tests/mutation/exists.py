"""Mutants of `$exists`: clauses EXI."""

from __future__ import annotations

from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseSemantics
from taskdb_spec.language import tree
from taskdb_spec.records.ordering import MISSING
from tests.mutation.base import broken
from tests.mutation.decorators import with_condition, with_rewritten_operands


@with_condition("EXI-1", "a field that is None does not exist", tree.Exists)
def none_does_not_exist(test, found, holds):
    return (not test.present) if found.values == [None] else holds


@with_condition("EXI-1", "$exists False matches everything", tree.Exists)
def nothing_may_not_exist(test, found, holds):
    return holds or not test.present


@with_condition("EXI-1", "empty text does not exist", tree.Exists)
def empty_text_does_not_exist(test, found, holds):
    return (not test.present) if found.values == [""] else holds


@with_rewritten_operands("EXI-2", "$exists goes by the truth of its operand", "$exists")
def exists_goes_by_truth(operand):
    return bool(operand)


@with_rewritten_operands("EXI-2", "$exists takes 1 and 0", "$exists")
def exists_takes_ones(operand):
    return bool(operand) if type(operand) is int and operand in (0, 1) else operand


@with_rewritten_operands("EXI-2", "$exists takes None for False", "$exists")
def exists_takes_none(operand):
    return False if operand is None else operand


@broken("EXI-3", "a member that is None does not exist")
class NoneMembersDoNotExist(StepwiseSemantics):
    def walk_dict(self, value, rest):
        for found, opened in super().walk_dict(value, rest):
            yield (MISSING if found is None else found), opened


@with_condition("EXI-3", "a member that is missing exists", tree.Exists)
def missing_members_exist(test, found, holds):
    return test.present if found.values == [MISSING] else holds
