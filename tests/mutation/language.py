"""The query language over the public tree, in methods small enough to be broken one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import compile_condition
from taskdb_spec.language.paths import PathMatches, single_match
from taskdb_spec.records.ordering import MISSING

Check = Callable[[PathMatches], bool]
Selector = Callable[[Mapping[str, Any]], bool]
Steps = Iterator[tuple[Any, bool]]


class Language:
    """What `taskdb_spec.compile_query` does, as it should be done."""

    # Queries

    def selector(self, query: tree.Query) -> Selector:
        if isinstance(query, tree.Field):
            return self.field(query)
        parts = [self.selector(part) for part in query.parts]
        if isinstance(query, tree.And):
            return self.and_(parts)
        return self.or_(parts) if isinstance(query, tree.Or) else self.nor(parts)

    def field(self, query: tree.Field) -> Selector:
        path, check = query.path, self.all_of(query.tests)
        return lambda record: check(self.find(record, path))

    def and_(self, parts: list[Selector]) -> Selector:
        return lambda record: all(part(record) for part in parts)

    def or_(self, parts: list[Selector]) -> Selector:
        return lambda record: any(part(record) for part in parts)

    def nor(self, parts: list[Selector]) -> Selector:
        return lambda record: not any(part(record) for part in parts)

    # Tests

    def all_of(self, tests: tuple[tree.Test, ...]) -> Check:
        checks = [self.check(test) for test in tests]
        return lambda found: all(check(found) for check in checks)

    def check(self, test: tree.Test) -> Check:
        if isinstance(test, tree.Not):
            return self.not_(test)
        if isinstance(test, tree.ElemMatch):
            return self.elem_match(test)
        if isinstance(test, tree.ElemQuery):
            return self.elem_query(test)
        return self.leaf(test)

    def leaf(self, test: tree.Test) -> Check:
        return compile_condition(test)

    def not_(self, test: tree.Not) -> Check:
        check = self.all_of(test.tests)
        return lambda found: not check(found)

    def elem_match(self, test: tree.ElemMatch) -> Check:
        check = self.all_of(test.tests)
        return lambda found: any(check(single_match(item)) for item in elements(found))

    def elem_query(self, test: tree.ElemQuery) -> Check:
        selects = self.selector(test.query)
        return lambda found: any(
            selects(item) for item in map(document, elements(found)) if isinstance(item, dict)
        )

    # Paths

    def find(self, record: Mapping[str, Any], path: tree.Path) -> PathMatches:
        found = PathMatches([], [])
        for value, opened in self.walk(record.get(path.root, MISSING), path.rest, by_index=False):
            found.values.append(value)
            if opened and isinstance(value, list):
                found.candidates.extend(value)
            found.candidates.append(value)
        return found

    def walk(self, value: Any, rest: tuple[str, ...], by_index: bool) -> Steps:
        if not rest:
            yield value, not by_index
        elif isinstance(value, dict):
            yield from self.through_dict(value, rest)
        elif isinstance(value, list):
            yield from self.through_list(value, rest)
        else:
            yield from self.through_scalar(value, rest)

    def through_dict(self, value: dict[str, Any], rest: tuple[str, ...]) -> Steps:
        yield from self.walk(value.get(rest[0], MISSING), rest[1:], by_index=False)

    def through_list(self, value: list[Any], rest: tuple[str, ...]) -> Steps:
        for item in value:
            if isinstance(item, dict):
                yield from self.walk(item, rest, by_index=False)
        index = self.index(rest[0])
        if index is not None and index < len(value):
            item = value[index]
            if len(rest) == 1 or isinstance(item, dict | list):
                yield from self.walk(item, rest[1:], by_index=True)

    def through_scalar(self, value: Any, rest: tuple[str, ...]) -> Steps:
        yield MISSING, True

    def index(self, part: str) -> int | None:
        return int(part) if re.fullmatch("0|[1-9][0-9]*", part, re.ASCII) else None


def elements(found: PathMatches) -> Iterator[Any]:
    """The elements of the lists that a path found."""
    return (item for value in found.values if isinstance(value, list) for item in value)


def document(item: Any) -> Any:
    """A list inside a list, as the document that `$elemMatch` takes it for."""
    return {str(i): value for i, value in enumerate(item)} if isinstance(item, list) else item
