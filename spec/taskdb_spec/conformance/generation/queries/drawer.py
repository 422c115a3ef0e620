"""Draws queries of any shape over given records, for random programs and for the strategies.

Most operands are values that a record holds at the queried path, or similar values, so that most
queries match some records and not others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability
from taskdb_spec.conformance.generation.queries.registry import is_claimed
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS, ORDER_OPERATORS
from taskdb_spec.records.fields import BUFFER_FIELDS, DICT_FIELDS

GLOB_PATTERNS = (
    *("*", "a*", "*b", "?", "a?", "a*b*", "*a*b"),
    *("[ab]*", "[!a]*", "[a-c]", "*[/.]*", "[[]a]"),
)
REGEX_PATTERNS = ("a", "^a", "b$", "^a.b$", "[ab]", "^$", "A|b", "^[^a]", "a?b")
MAX_DEPTH = 3
"""Levels of nested values, and of combined queries: deeper ones show nothing new and cost more."""


class QueryDrawer:
    """Draws queries over records, with operands that are near what the records hold.

    Args:
        generator: where the choices come from. No query needs an unclaimed operator.
        records: the records: operands are taken from them.
        scalars: operands that perhaps no record holds.
        paths: the root fields and paths that may be queried.
        max_depth: how deep queries may be combined.
    """

    def __init__(
        self,
        generator: ValueGenerator,
        records: Sequence[dict[str, Any]],
        scalars: Sequence[Any],
        paths: Sequence[str],
        *,
        max_depth: int = MAX_DEPTH,
    ) -> None:
        self.generator, self.records, self.scalars = generator, records, scalars
        self.paths, self.max_depth = paths, max_depth
        capabilities = generator.capabilities
        self.operators = [*_OPERAND_DRAWERS]
        for name, capability in _REQUIRED_CAPABILITIES.items():
            if capability not in capabilities:
                self.operators.remove(name)
        self.has_logic = Capability.logic in capabilities

    def query(self, depth: int) -> dict[str, Any]:
        """Draw a query on one to four paths, or a combination of queries."""
        if depth < self.max_depth and self.has_logic and self.generator.chance(0.2):
            name = self.generator.choice(LOGICAL_OPERATORS)
            parts = [self.query(depth + 1) for _ in range(self.generator.integer(1, 3))]
            return {
                name: parts,
                **(self.query(self.max_depth) if self.generator.chance(0.2) else {}),
            }
        # Mostly one path: with each further condition, fewer queries match any record.
        paths = self.generator.choices(self.paths, 1, self.generator.choice((1, 1, 1, 2, 4)))
        return {path: self.condition(path) for path in paths}

    def condition(self, path: str) -> Any:
        """Draw an operand, or operators, some under `$not`."""
        if self.generator.randbelow(10) < 3:
            return self.operand(path)
        condition = self.operator_condition(path)
        if self.has_logic and self.generator.chance(0.2):
            beside = self.operator_condition(path) if self.generator.chance(0.3) else {}
            return {"$not": condition, **beside}
        return condition

    def operator_condition(self, path: str) -> dict[str, Any]:
        """Draw a condition of one to three operators."""
        names = self.generator.choices(self.operators, 1, self.generator.choice((1, 1, 2, 3)))
        condition = {name: _OPERAND_DRAWERS[name](self, path) for name in names}
        if "$regex" in condition and self.generator.chance(0.2):
            condition["$options"] = self.generator.choice(("i", "", "im"))
        return condition

    def operand(self, path: str) -> Any:
        """Draw a value that a record holds at the path or inside it, or a similar or random one."""
        record = self.generator.choice(self.records)
        value: Any = record.get(path.partition(".")[0])
        for part in path.split(".")[1:]:
            value = _get_part(value, part)
        while isinstance(value, dict | list) and value and self.generator.chance(0.6):
            value = self.generator.choice(
                list(value.values() if isinstance(value, dict) else value)
            )
        if self.generator.chance(0.2):
            value = self.generator.similar_value(value)
        elif self.generator.chance(0.1):
            value = self.generator.choice(self.scalars)
        return value if self._is_claimed(value) else "a"

    def _is_claimed(self, value: Any) -> bool:
        # Most backends claim everything; then no value has to be parsed.
        return self.generator.capabilities >= QUERY_CAPABILITIES or is_claimed(
            {"label": {"$eq": value}}, self.generator.capabilities
        )

    def operands(self, path: str) -> list[Any]:
        """Draw up to four operands, some lists with a repeated operand and None."""
        operands = [self.operand(path) for _ in range(self.generator.randbelow(5))]
        return [*operands, *operands[:1], None] if self.generator.chance(0.2) else operands

    def element_condition(self, path: str) -> dict[str, Any]:
        """Draw a condition on an element, or on a member of it."""
        element = f"{path}.0"
        condition = self.operator_condition(element)
        if self.generator.chance(0.2) and self.has_logic:
            condition = {"$not": condition}
        return self.generator.choice(
            (condition, condition, {"y": condition}, {"y": self.operand(element)})
        )


def find_paths(records: Iterable[dict[str, Any]], capabilities: frozenset[Capability]) -> list[str]:
    """Return the fields that hold a value, and the paths into them, that a query may use."""
    paths = (
        path
        for record in records
        for name, value in record.items()
        if value is not None
        for path in _find_paths_from(name, value, capabilities)
    )
    return list(dict.fromkeys(paths))


def _find_paths_from(
    path: str, value: Any, capabilities: frozenset[Capability], depth: int = 0
) -> Iterator[str]:
    is_root_dict, is_root_list = path in DICT_FIELDS, path in BUFFER_FIELDS
    if not (is_root_dict and Capability.documents not in capabilities) and not (
        is_root_list and Capability.arrays not in capabilities
    ):
        yield path
    if Capability.paths not in capabilities or depth == MAX_DEPTH:
        return
    members: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        # A dotted key is not reached by a path (PATH-4).
        members = ((key, item) for key, item in value.items() if key and "." not in key)
    elif isinstance(value, list) and Capability.arrays in capabilities:
        members = enumerate(value)
    for key, item in members:
        yield from _find_paths_from(f"{path}.{key}", item, capabilities, depth + 1)


def _get_part(value: Any, part: str) -> Any:
    """Return the value at a part of a path; of a list, always the first element."""
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and value:
        return value[0] if part.isdigit() else _get_part(value[0], part)
    return None


_OPERAND_DRAWERS: dict[str, Callable[[QueryDrawer, str], Any]] = {
    **dict.fromkeys(("$eq", "$ne", *ORDER_OPERATORS), QueryDrawer.operand),
    **dict.fromkeys(("$in", "$nin", "$all"), QueryDrawer.operands),
    "$exists": lambda drawer, _path: drawer.generator.choice((True, False)),
    "$size": lambda drawer, _path: drawer.generator.randbelow(4),
    "$elemMatch": QueryDrawer.element_condition,
    "$mod": lambda drawer, _path: [
        drawer.generator.choice((2, 3, 10)),
        drawer.generator.randbelow(3),
    ],
    "$glob": lambda drawer, _path: drawer.generator.choice(GLOB_PATTERNS),
    "$regex": lambda drawer, _path: drawer.generator.choice(REGEX_PATTERNS),
}
_REQUIRED_CAPABILITIES = {
    "$all": Capability.arrays,
    "$size": Capability.arrays,
    "$elemMatch": Capability.arrays,
    "$exists": Capability.presence,
    "$mod": Capability.arith,
    "$glob": Capability.glob,
    "$regex": Capability.regex,
}
"""The capability that an operator needs; the others are part of CORE."""
