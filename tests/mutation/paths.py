"""Mutants of paths: clauses PATH."""

from __future__ import annotations

from taskdb_spec.language import tree
from taskdb_spec.records.ordering import MISSING
from tests.mutation.decorators import judging, with_language
from tests.mutation.language import Language


@with_language("PATH-1", "a path ends at its second part")
class PathsHaveTwoParts(Language):
    def find(self, record, path):
        return super().find(record, tree.Path(path.root, path.rest[:1]))


@with_language("PATH-1", "a path is split at the first dot only")
class PathsSplitOnce(Language):
    def find(self, record, path):
        rest = (".".join(path.rest),) if path.rest else ()
        return super().find(record, tree.Path(path.root, rest))


@with_language("PATH-1", "empty parts of a path are left out")
class EmptyPartsAreSkipped(Language):
    def find(self, record, path):
        return super().find(record, tree.Path(path.root, tuple(part for part in path.rest if part)))


@with_language("PATH-1", "a path looks for its last part at any depth above")
class PathsSkipLevels(Language):
    def find(self, record, path):
        found = super().find(record, path)
        if found.values == [MISSING] and len(path.rest) > 1:
            return super().find(record, tree.Path(path.root, path.rest[1:]))
        return found


@with_language("PATH-1", "the members of a dict are named in any case")
class MembersFoldCase(Language):
    def through_dict(self, value, rest):
        folded = {key.casefold(): key for key in value}
        key = rest[0] if rest[0] in value else folded.get(rest[0].casefold(), rest[0])
        yield from super().through_dict(value, (key, *rest[1:]))


@with_language("PATH-2", "a path through a dict without the member finds nothing")
class MissingMembersAreNothing(Language):
    def through_dict(self, value, rest):
        if rest[0] in value:
            yield from super().through_dict(value, rest)


@judging("PATH-2", "what is missing does not equal None", tree.Eq)
def missing_is_not_none(test, found, holds):
    return holds and found.candidates != [MISSING]


@with_language("PATH-2", "a path through a scalar finds the scalar")
class ScalarsEndPaths(Language):
    def through_scalar(self, value, rest):
        yield (MISSING if value is None else value), True


@with_language("PATH-2", "a path through a scalar raises")
class ScalarsHaveNoMembers(Language):
    def through_scalar(self, value, rest):
        if value is not None and value is not MISSING:
            raise TypeError(f"{type(value).__name__!r} object is not subscriptable")
        yield MISSING, True


@judging("PATH-2", "$lte None does not match what is missing", tree.Lte, tree.Gte)
def missing_is_not_lte_none(test, found, holds):
    return holds and found.candidates != [MISSING]


@judging("PATH-2", "what is missing equals empty text", tree.Eq)
def missing_is_empty_text(test, found, holds):
    return holds or (found.candidates == [MISSING] and test.operand == "")


@judging("PATH-3", "$ne leaves out what is missing", tree.Ne)
def ne_leaves_missing_out(test, found, holds):
    return holds and found.values != [MISSING]


@judging("PATH-3", "$nin leaves out what is missing", tree.Nin)
def nin_leaves_missing_out(test, found, holds):
    return holds and (found.values != [MISSING] or not test.operands)


@with_language("PATH-3", "$not leaves out what is missing")
class NotLeavesMissingOut(Language):
    def not_(self, test):
        check = super().not_(test)
        return lambda found: check(found) and found.values != [MISSING]


@judging("PATH-3", "$ne None matches what is missing", tree.Ne)
def ne_none_matches_missing(test, found, holds):
    return holds or (test.operand is None and found.values == [MISSING])


@with_language("PATH-4", "a key with a dot in it is reached by a path")
class DottedKeysAreReached(Language):
    def through_dict(self, value, rest):
        whole = ".".join(rest)
        if len(rest) > 1 and whole in value and rest[0] not in value:
            yield from self.walk(value[whole], (), by_index=False)
        else:
            yield from super().through_dict(value, rest)


@with_language("PATH-4", "documents are flattened, and a key with a dot wins")
class DottedKeysWin(Language):
    def through_dict(self, value, rest):
        whole = ".".join(rest)
        found = (whole,) if len(rest) > 1 and whole in value else rest
        yield from super().through_dict(value, found)


@with_language("PATH-5", "a path looks at the first dict of a list only")
class FirstDictOfAList(Language):
    def through_list(self, value, rest):
        dicts = [item for item in value if isinstance(item, dict)]
        others = [item for item in value if not isinstance(item, dict)]
        yield from super().through_list(
            dicts[:1] + others if not rest[0].isdigit() else value, rest
        )


@with_language("PATH-5", "a path does not go through the dicts in a list")
class ListsEndPaths(Language):
    def through_list(self, value, rest):
        yield from super().through_list([] if not rest[0].isdigit() else value, rest)


@with_language("PATH-5", "a dict in a list without the member counts for nothing")
class MissingInListsIsNothing(Language):
    def through_list(self, value, rest):
        for found, opened in super().through_list(value, rest):
            if found is not MISSING:
                yield found, opened


@with_language("PATH-5", "a path goes through the lists in a list as well")
class PathsOpenInnerLists(Language):
    def through_list(self, value, rest):
        inner = [i for item in value if isinstance(item, list) for i in item if isinstance(i, dict)]
        yield from super().through_list(value, rest)
        for item in inner:
            yield from self.walk(item, rest, by_index=False)


@with_language("PATH-6", "00 names the first element")
class IndicesHaveLeadingZeros(Language):
    def index(self, part):
        return int(part) if part.isascii() and part.isdigit() else None


@with_language("PATH-6", "-1 names the last element")
class IndicesMayBeNegative(Language):
    def through_list(self, value, rest):
        if rest[0] == "-1" and value:
            yield from self.walk(value[-1], rest[1:], by_index=True)
        yield from super().through_list(value, rest)


@with_language("PATH-6", "+1 names the element 1")
class IndicesMayHaveASign(Language):
    def index(self, part):
        return super().index(part.removeprefix("+"))


@with_language("PATH-6", "an index names no element")
class IndicesAreIgnored(Language):
    def index(self, part):
        return None


@with_language("PATH-6", "indices count from 1")
class IndicesCountFromOne(Language):
    def index(self, part):
        index = super().index(part)
        return index - 1 if index else None


@with_language("PATH-6", "an index does not name the members of that name")
class IndicesAreNoKeys(Language):
    def through_list(self, value, rest):
        index = self.index(rest[0])
        if index is None:
            yield from super().through_list(value, rest)
        elif index < len(value) and (len(rest) == 1 or isinstance(value[index], dict | list)):
            yield from self.walk(value[index], rest[1:], by_index=True)


@with_language("PATH-6", "an index names a character of text")
class TextHasElements(Language):
    def through_scalar(self, value, rest):
        index = self.index(rest[0]) if isinstance(value, str) else None
        if index is not None and index < len(value) and len(rest) == 1:
            yield value[index], True
        else:
            yield MISSING, True


@with_language("PATH-6", "indices have one digit")
class IndicesHaveOneDigit(Language):
    def index(self, part):
        return super().index(part) if len(part) == 1 else None


@with_language("PATH-7", "an element that is a list is opened if it is named by its index")
class IndexedElementsAreOpened(Language):
    def walk(self, value, rest, by_index):
        yield from super().walk(value, rest, by_index=False)


@with_language("PATH-7", "an element that is a list, named by its index, is only opened")
class IndexedElementsAreNotWhole(Language):
    def walk(self, value, rest, by_index):
        if rest or not by_index or not isinstance(value, list):
            yield from super().walk(value, rest, by_index)
        else:
            yield from ((item, False) for item in value)


@with_language("PATH-7", "an element that is a list, named by its index, is not found")
class IndexedListsAreNotFound(Language):
    def walk(self, value, rest, by_index):
        if rest or not by_index or not isinstance(value, list):
            yield from super().walk(value, rest, by_index)


@with_language("PATH-8", "a path finds 'missing' in the scalars of a list")
class ScalarsInListsAreMissing(Language):
    def through_list(self, value, rest):
        yield from super().through_list(value, rest)
        if self.index(rest[0]) is None and any(not isinstance(i, dict | list) for i in value):
            yield MISSING, True


@with_language("PATH-8", "a path finds 'missing' in []")
class EmptyListsAreMissing(Language):
    def through_list(self, value, rest):
        yield from super().through_list(value, rest)
        if not value:
            yield MISSING, True


@judging("PATH-8", "what a path does not find at all equals None", tree.Eq)
def nothing_is_none(test, found, holds):
    return holds or (not found.candidates and test.operand is None)
