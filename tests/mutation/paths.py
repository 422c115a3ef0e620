"""Mutants of paths: clauses PATH."""

from __future__ import annotations

from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseSemantics
from taskdb_spec.language import tree
from taskdb_spec.records.ordering import MISSING
from tests.mutation.base import broken
from tests.mutation.decorators import with_condition


@broken("PATH-1", "a path ends at its second part")
class PathsHaveTwoParts(StepwiseSemantics):
    def resolve_path(self, record, path):
        return super().resolve_path(record, tree.Path(path.root, path.rest[:1]))


@broken("PATH-1", "a path is split at the first dot only")
class PathsSplitOnce(StepwiseSemantics):
    def resolve_path(self, record, path):
        rest = (".".join(path.rest),) if path.rest else ()
        return super().resolve_path(record, tree.Path(path.root, rest))


@broken("PATH-1", "empty parts of a path are left out")
class EmptyPartsAreSkipped(StepwiseSemantics):
    def resolve_path(self, record, path):
        return super().resolve_path(
            record, tree.Path(path.root, tuple(part for part in path.rest if part))
        )


@broken("PATH-1", "a path looks for its last part at any depth above")
class PathsSkipLevels(StepwiseSemantics):
    def resolve_path(self, record, path):
        found = super().resolve_path(record, path)
        if found.values == [MISSING] and len(path.rest) > 1:
            return super().resolve_path(record, tree.Path(path.root, path.rest[1:]))
        return found


@broken("PATH-1", "the members of a dict are named in any case")
class MembersFoldCase(StepwiseSemantics):
    def walk_dict(self, value, rest):
        folded = {key.casefold(): key for key in value}
        key = rest[0] if rest[0] in value else folded.get(rest[0].casefold(), rest[0])
        yield from super().walk_dict(value, (key, *rest[1:]))


@broken("PATH-2", "a path through a dict without the member finds nothing")
class MissingMembersAreNothing(StepwiseSemantics):
    def walk_dict(self, value, rest):
        if rest[0] in value:
            yield from super().walk_dict(value, rest)


@with_condition("PATH-2", "what is missing does not equal None", tree.Eq)
def missing_is_not_none(test, found, holds):
    return holds and found.candidates != [MISSING]


@broken("PATH-2", "a path through a scalar finds the scalar")
class ScalarsEndPaths(StepwiseSemantics):
    def walk_scalar(self, value, rest):
        yield (MISSING if value is None else value), True


@broken("PATH-2", "a path through a scalar raises")
class ScalarsHaveNoMembers(StepwiseSemantics):
    def walk_scalar(self, value, rest):
        if value is not None and value is not MISSING:
            raise TypeError(f"{type(value).__name__!r} object is not subscriptable")
        yield MISSING, True


@with_condition("PATH-2", "$lte None does not match what is missing", tree.Lte, tree.Gte)
def missing_is_not_lte_none(test, found, holds):
    return holds and found.candidates != [MISSING]


@with_condition("PATH-2", "what is missing equals empty text", tree.Eq)
def missing_is_empty_text(test, found, holds):
    return holds or (found.candidates == [MISSING] and test.operand == "")


@with_condition("PATH-3", "$ne leaves out what is missing", tree.Ne)
def ne_leaves_missing_out(test, found, holds):
    return holds and found.values != [MISSING]


@with_condition("PATH-3", "$nin leaves out what is missing", tree.Nin)
def nin_leaves_missing_out(test, found, holds):
    return holds and (found.values != [MISSING] or not test.operands)


@broken("PATH-3", "$not leaves out what is missing")
class NotLeavesMissingOut(StepwiseSemantics):
    def not_(self, test):
        check = super().not_(test)
        return lambda found: check(found) and found.values != [MISSING]


@with_condition("PATH-3", "$ne None matches what is missing", tree.Ne)
def ne_none_matches_missing(test, found, holds):
    return holds or (test.operand is None and found.values == [MISSING])


@broken("PATH-4", "a key with a dot in it is reached by a path")
class DottedKeysAreReached(StepwiseSemantics):
    def walk_dict(self, value, rest):
        whole = ".".join(rest)
        if len(rest) > 1 and whole in value and rest[0] not in value:
            yield from self.walk(value[whole], (), by_index=False)
        else:
            yield from super().walk_dict(value, rest)


@broken("PATH-4", "documents are flattened, and a key with a dot wins")
class DottedKeysWin(StepwiseSemantics):
    def walk_dict(self, value, rest):
        whole = ".".join(rest)
        found = (whole,) if len(rest) > 1 and whole in value else rest
        yield from super().walk_dict(value, found)


@broken("PATH-5", "a path looks at the first dict of a list only")
class FirstDictOfAList(StepwiseSemantics):
    def walk_list(self, value, rest):
        dicts = [item for item in value if isinstance(item, dict)]
        others = [item for item in value if not isinstance(item, dict)]
        yield from super().walk_list(dicts[:1] + others if not rest[0].isdigit() else value, rest)


@broken("PATH-5", "a path does not go through the dicts in a list")
class ListsEndPaths(StepwiseSemantics):
    def walk_list(self, value, rest):
        yield from super().walk_list([] if not rest[0].isdigit() else value, rest)


@broken("PATH-5", "a dict in a list without the member counts for nothing")
class MissingInListsIsNothing(StepwiseSemantics):
    def walk_list(self, value, rest):
        for found, opened in super().walk_list(value, rest):
            if found is not MISSING:
                yield found, opened


@broken("PATH-5", "a path goes through the lists in a list as well")
class PathsOpenInnerLists(StepwiseSemantics):
    def walk_list(self, value, rest):
        inner = [i for item in value if isinstance(item, list) for i in item if isinstance(i, dict)]
        yield from super().walk_list(value, rest)
        for item in inner:
            yield from self.walk(item, rest, by_index=False)


@broken("PATH-6", "00 names the first element")
class IndicesHaveLeadingZeros(StepwiseSemantics):
    def parse_index(self, part):
        return int(part) if part.isascii() and part.isdigit() else None


@broken("PATH-6", "-1 names the last element")
class IndicesMayBeNegative(StepwiseSemantics):
    def walk_list(self, value, rest):
        if rest[0] == "-1" and value:
            yield from self.walk(value[-1], rest[1:], by_index=True)
        yield from super().walk_list(value, rest)


@broken("PATH-6", "+1 names the element 1")
class IndicesMayHaveASign(StepwiseSemantics):
    def parse_index(self, part):
        return super().parse_index(part.removeprefix("+"))


@broken("PATH-6", "an index names no element")
class IndicesAreIgnored(StepwiseSemantics):
    def parse_index(self, part):
        return None


@broken("PATH-6", "indices count from 1")
class IndicesCountFromOne(StepwiseSemantics):
    def parse_index(self, part):
        index = super().parse_index(part)
        return index - 1 if index else None


@broken("PATH-6", "an index does not name the members of that name")
class IndicesAreNoKeys(StepwiseSemantics):
    def walk_list(self, value, rest):
        index = self.parse_index(rest[0])
        if index is None:
            yield from super().walk_list(value, rest)
        elif index < len(value) and (len(rest) == 1 or isinstance(value[index], dict | list)):
            yield from self.walk(value[index], rest[1:], by_index=True)


@broken("PATH-6", "an index names a character of text")
class TextHasElements(StepwiseSemantics):
    def walk_scalar(self, value, rest):
        index = self.parse_index(rest[0]) if isinstance(value, str) else None
        if index is not None and index < len(value) and len(rest) == 1:
            yield value[index], True
        else:
            yield MISSING, True


@broken("PATH-6", "indices have one digit")
class IndicesHaveOneDigit(StepwiseSemantics):
    def parse_index(self, part):
        return super().parse_index(part) if len(part) == 1 else None


@broken("PATH-7", "an element that is a list is opened if it is named by its index")
class IndexedElementsAreOpened(StepwiseSemantics):
    def walk(self, value, rest, *, by_index):
        yield from super().walk(value, rest, by_index=False)


@broken("PATH-7", "an element that is a list, named by its index, is only opened")
class IndexedElementsAreNotWhole(StepwiseSemantics):
    def walk(self, value, rest, *, by_index):
        if rest or not by_index or not isinstance(value, list):
            yield from super().walk(value, rest, by_index=by_index)
        else:
            yield from ((item, False) for item in value)


@broken("PATH-7", "an element that is a list, named by its index, is not found")
class IndexedListsAreNotFound(StepwiseSemantics):
    def walk(self, value, rest, *, by_index):
        if rest or not by_index or not isinstance(value, list):
            yield from super().walk(value, rest, by_index=by_index)


@broken("PATH-8", "a path finds 'missing' in the scalars of a list")
class ScalarsInListsAreMissing(StepwiseSemantics):
    def walk_list(self, value, rest):
        yield from super().walk_list(value, rest)
        if self.parse_index(rest[0]) is None and any(not isinstance(i, dict | list) for i in value):
            yield MISSING, True


@broken("PATH-8", "a path finds 'missing' in []")
class EmptyListsAreMissing(StepwiseSemantics):
    def walk_list(self, value, rest):
        yield from super().walk_list(value, rest)
        if not value:
            yield MISSING, True


@with_condition("PATH-8", "what a path does not find at all equals None", tree.Eq)
def nothing_is_none(test, found, holds):
    return holds or (not found.candidates and test.operand is None)


@broken("PATH-2", "a path below a root field of text finds the text itself")
class PathsEndAtTexts(StepwiseSemantics):
    def resolve_path(self, record, path):
        rest = () if isinstance(record.get(path.root), str) else path.rest
        return super().resolve_path(record, tree.Path(path.root, rest))
