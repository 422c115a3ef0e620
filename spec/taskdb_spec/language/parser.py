"""From a query dict to its tree: all validation of queries, eager and by the spot.

Clauses QRY-*, the operand clauses of each operator, and CAP-*: what needs a capability that is
not claimed is refused here, so no store ever gives a wrong answer to it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from math import inf
from typing import Any

from taskdb_spec.capabilities import ALL, Capability, capability_set, refuse_str
from taskdb_spec.language import tree
from taskdb_spec.language.errors import (
    BadValue,
    MalformedOperand,
    QueryError,
    UnknownField,
    UnknownOperator,
    UnsupportedOperator,
)
from taskdb_spec.language.patterns import compile_regex
from taskdb_spec.records.domain import (
    INT_MAX,
    INT_MIN,
    MAX_DEPTH,
    TOO_DEEP,
    OutOfDomain,
    normalize,
    safe_repr,
)
from taskdb_spec.records.fields import TASK_FIELDS
from taskdb_spec.records.ordering import ValueClass, class_of

OPERAND_CAPABILITIES = {
    ValueClass.NUMBER: Capability.numbers,
    ValueClass.BOOL: Capability.numbers,
    ValueClass.DICT: Capability.documents,
    ValueClass.LIST: Capability.arrays,
    ValueClass.BYTES: Capability.bytes,
}
"""The kinds of operand that need a capability; str, datetime and None are CORE."""


def parse_query(
    check: object,
    fields: Collection[str] | None = TASK_FIELDS,
    capabilities: Collection[Capability | str] = ALL,
) -> tree.Query:
    """Parse a query dict, or raise the `QueryError` that names the spot at fault.

    `fields` are the root fields that records have (None: any); `capabilities` those claimed.
    """
    refuse_str("fields", fields)
    refuse_str("capabilities", capabilities)
    known = None if fields is None else tuple(fields)
    return _parser(known, frozenset(capabilities)).query(check, "check", 0)


@lru_cache
def _parser(fields: tuple[str, ...] | None, capabilities: frozenset[Capability | str]) -> _Parser:
    """Queries are parsed by the thousand for the same few sets of fields and capabilities."""
    return _Parser(fields, capability_set(capabilities))


def check_keys(keys: object) -> list[str] | None:
    """The projection that `keys` asks for, None for whole records (clauses KEYS-*).

    >>> check_keys(("header", "msg_id")), check_keys([])
    (['header', 'msg_id'], None)
    """
    if keys is None:
        return None
    if isinstance(keys, str | bytes) or not isinstance(keys, Iterable):
        raise MalformedOperand(
            f"keys: must be a list of field names, not {safe_repr(keys)}", "KEYS-5"
        )
    names = list(keys)
    for name in names:
        if not isinstance(name, str) or name not in TASK_FIELDS:
            raise UnknownField(
                f"keys: no such field {safe_repr(name)}{_hint(name, TASK_FIELDS)}", "KEYS-4"
            )
    return names or None


class _Parser:
    """Holds what is allowed; its methods follow the grammar from the query down."""

    def __init__(self, fields: Collection[str] | None, capabilities: frozenset[Capability]) -> None:
        self.fields = fields
        self.capabilities = capabilities
        self.logic: dict[str, Callable[[tuple[tree.Query, ...]], tree.Query]] = {
            "$and": tree.And,
            "$or": tree.Or,
            "$nor": tree.Nor,
        }
        self.values: dict[str, Callable[[Any], tree.Test]] = {
            "$eq": tree.Eq,
            "$ne": tree.Ne,
            "$lt": tree.Lt,
            "$lte": tree.Lte,
            "$gt": tree.Gt,
            "$gte": tree.Gte,
        }
        self.lists: dict[str, Callable[[tuple[Any, ...]], tree.Test]] = {
            "$in": tree.In,
            "$nin": tree.Nin,
        }
        self.others: dict[str, Callable[[Any, str, int], tree.Test]] = {
            "$exists": self.exists,
            "$mod": self.mod,
            "$size": self.size,
            "$elemMatch": self.elem_match,
            "$not": self.not_,
            "$glob": self.glob,
        }

    # Queries

    def query(self, check: object, where: str, depth: int) -> tree.Query:
        if not isinstance(check, dict):
            raise MalformedOperand(f"{where}: a query must be a dict, not {_name(check)}", "QRY-8")
        if depth > MAX_DEPTH:
            raise MalformedOperand(f"{where}: {TOO_DEEP}", "QRY-7")
        parts = tuple(self.part(key, check[key], where, depth) for key in check)
        return parts[0] if len(parts) == 1 else tree.And(parts)

    def part(self, key: object, operand: object, where: str, depth: int) -> tree.Query:
        if not isinstance(key, str):
            raise UnknownField(f"{where}: the key {safe_repr(key)} is not a field name", "QRY-5")
        if not key.startswith("$"):
            return self.field(key, operand, where, depth)
        if key not in self.logic:
            raise self.unknown(key, where, self.logic)
        self.claimed(Capability.logic, key, where)
        where = f"{where}[{key!r}]"
        if not isinstance(operand, list | tuple) or not operand:
            raise MalformedOperand(f"{where}: must be a non-empty list of queries", "LOG-1")
        return self.logic[key](
            tuple(self.query(q, f"{where}[{i}]", depth + 1) for i, q in enumerate(operand))
        )

    def field(self, key: str, operand: object, where: str, depth: int) -> tree.Field:
        path = self.path(key, where)
        where = f"{where}[{key!r}]"
        if isinstance(operand, dict) and _has_operators(operand, where):
            return tree.Field(path, self.tests(operand, where, depth))
        return tree.Field(path, (tree.Eq(self.operand(operand, where)),))

    def path(self, key: str, where: str) -> tree.Path:
        try:
            normalize(key)
        except OutOfDomain as error:
            raise BadValue(f"{where}: the key {key!r}: {error}", "QRY-7") from None
        root, *rest = key.split(".")
        if self.fields is not None and root not in self.fields:
            raise UnknownField(
                f"{where}: no such field {root!r}{_hint(root, self.fields)}", "QRY-5"
            )
        if rest:
            self.claimed(Capability.paths, f"the path {key!r}", where)
        return tree.Path(root, tuple(rest))

    # Tests

    def tests(self, operators: dict[str, object], where: str, depth: int) -> tuple[tree.Test, ...]:
        if depth > MAX_DEPTH:
            raise MalformedOperand(f"{where}: {TOO_DEEP}", "QRY-7")
        tests = [
            self.test(name, operand, where, depth)
            for name, operand in operators.items()
            if name not in ("$regex", "$options")
        ]
        if "$regex" in operators or "$options" in operators:
            tests.append(self.regex(operators, where))
        return tuple(tests)

    def test(self, name: str, operand: object, where: str, depth: int) -> tree.Test:
        at = f"{where}[{name!r}]"
        if name in self.values:
            return self.values[name](self.operand(operand, at))
        if name == "$all":
            self.claimed(Capability.arrays, name, where)
            return tree.All(self.operand_list(operand, at, "ALL-3", "ALL-3"))
        if name in self.lists:
            return self.lists[name](self.operand_list(operand, at, "IN-5", "IN-6"))
        if name in self.others:
            return self.others[name](operand, at, depth)
        raise self.unknown(name, where, {*self.values, *self.lists, *self.others, "$all", "$regex"})

    def operand(self, operand: object, where: str) -> Any:
        try:
            value = normalize(_listed(operand, where), where)
        except OutOfDomain as error:
            raise BadValue(str(error), "QRY-7") from None
        value_class = class_of(value)
        if value_class in OPERAND_CAPABILITIES:
            kind = f"an operand of class {value_class.name.lower()}"
            self.claimed(OPERAND_CAPABILITIES[value_class], kind, where)
        return value

    def operand_list(self, operand: object, where: str, clause: str, inner: str) -> tuple[Any, ...]:
        if not isinstance(operand, list | tuple):
            raise MalformedOperand(f"{where}: must be a list, not {_name(operand)}", clause)
        for i, item in enumerate(operand):
            if isinstance(item, dict) and any(_is_operator(key) for key in item):
                raise MalformedOperand(f"{where}[{i}]: operators have no place here", inner)
        return tuple(self.operand(item, f"{where}[{i}]") for i, item in enumerate(operand))

    def exists(self, operand: object, where: str, depth: int) -> tree.Exists:
        self.claimed(Capability.presence, "$exists", where)
        if not isinstance(operand, bool):
            raise MalformedOperand(
                f"{where}: must be True or False, not {safe_repr(operand)}", "EXI-2"
            )
        return tree.Exists(operand)

    def mod(self, operand: object, where: str, depth: int) -> tree.Mod:
        self.claimed(Capability.arith, "$mod", where)
        if not isinstance(operand, list | tuple) or len(operand) != 2:
            raise MalformedOperand(f"{where}: must be [divisor, remainder]", "MOD-2")
        divisor, remainder = (_int64(item, f"{where}[{i}]") for i, item in enumerate(operand))
        if divisor == 0:
            raise MalformedOperand(f"{where}[0]: the divisor must not be 0", "MOD-2")
        return tree.Mod(divisor, remainder)

    def size(self, operand: object, where: str, depth: int) -> tree.Size:
        self.claimed(Capability.arrays, "$size", where)
        if isinstance(operand, bool) or not isinstance(operand, int | float):
            raise MalformedOperand(
                f"{where}: must be a whole number, not {_name(operand)}", "SIZE-2"
            )
        if not 0 <= operand <= INT_MAX or operand != int(operand):
            raise MalformedOperand(f"{where}: must be a whole number in [0, 2**63)", "SIZE-2")
        return tree.Size(int(operand))

    def regex(self, operators: dict[str, object], where: str) -> tree.Regex:
        self.claimed(Capability.regex, "$regex", where)
        pattern, options = operators.get("$regex"), operators.get("$options", "")
        if "$regex" not in operators:
            raise MalformedOperand(f"{where}['$options']: needs a '$regex' beside it", "RGX-4")
        if not isinstance(options, str) or not set(options) <= set("ims"):
            raise MalformedOperand(
                f"{where}['$options']: must be made of 'i', 'm' and 's'", "RGX-4"
            )
        where = f"{where}['$regex']"
        pattern = self.text(pattern, where, "RGX-4")
        try:
            compile_regex(pattern, options)
        except (re.error, OverflowError, RecursionError, FutureWarning) as error:
            raise MalformedOperand(f"{where}: {error}", "RGX-4") from None
        return tree.Regex(pattern, "".join(sorted(set(options))))

    def glob(self, operand: object, where: str, depth: int) -> tree.Glob:
        self.claimed(Capability.glob, "$glob", where)
        return tree.Glob(self.text(operand, where, "GLB-8"))

    def text(self, operand: object, where: str, clause: str) -> str:
        if not isinstance(operand, str):
            raise MalformedOperand(f"{where}: must be a str, not {_name(operand)}", clause)
        return str(self.operand(operand, where))

    def not_(self, operand: object, where: str, depth: int) -> tree.Not:
        self.claimed(Capability.logic, "$not", where)
        if not isinstance(operand, dict) or not _has_operators(operand, where):
            raise MalformedOperand(f"{where}: must be a non-empty dict of operators", "LOG-1")
        return tree.Not(self.tests(operand, where, depth + 1))

    def elem_match(
        self, operand: object, where: str, depth: int
    ) -> tree.ElemMatch | tree.ElemQuery:
        self.claimed(Capability.arrays, "$elemMatch", where)
        if not isinstance(operand, dict):
            raise MalformedOperand(f"{where}: must be a dict, not {_name(operand)}", "ELEM-2")
        if any(_is_operator(key) and key not in self.logic for key in operand):
            _has_operators(operand, where, "ELEM-2")
            return tree.ElemMatch(self.tests(operand, where, depth + 1))
        inner = _parser(None, self.capabilities)
        return tree.ElemQuery(inner.query(operand, where, depth + 1))

    # Refusals

    def claimed(self, capability: Capability, what: str, where: str) -> None:
        if capability not in self.capabilities:
            raise UnsupportedOperator(
                f"{where}: {what} needs the capability {capability.value!r}, "
                "which this store does not claim",
                capability,
            )

    def unknown(self, name: str, where: str, here: Iterable[str]) -> QueryError:
        everywhere = {
            *self.logic,
            *self.values,
            *self.lists,
            "$all",
            *self.others,
            "$regex",
            "$options",
        }
        if name in everywhere:
            level = "a query" if name in self.logic else "a field"
            return UnknownOperator(f"{where}: {name!r} belongs at the level of {level}", "LOG-1")
        return UnknownOperator(f"{where}: unknown operator {name!r}{_hint(name, here)}", "QRY-4")


def _is_operator(key: object) -> bool:
    return isinstance(key, str) and key.startswith("$")


def _has_operators(operand: dict[Any, object], where: str, clause: str = "QRY-6") -> bool:
    """Whether a dict is one of operators; refused where it mixes them with plain keys."""
    operators = [key for key in operand if _is_operator(key)]
    if operators and len(operators) < len(operand):
        raise MalformedOperand(
            f"{where}: mixes operators ({operators[0]!r}) with plain keys; "
            "write {'$eq': {...}} for a document that has such keys",
            clause,
        )
    return bool(operators)


def _listed(operand: object, where: str, depth: int = 0) -> object:
    """Tuples in an operand stand for lists, as they do in pymongo."""
    if depth > MAX_DEPTH:  # at once: what holds itself twice has no end, even cut off here
        raise OutOfDomain(where, TOO_DEEP)
    if isinstance(operand, list | tuple):
        return [_listed(item, where, depth + 1) for item in operand]
    if isinstance(operand, dict):
        return {key: _listed(item, where, depth + 1) for key, item in operand.items()}
    return operand


def _int64(operand: object, where: str) -> int:
    if isinstance(operand, bool) or not isinstance(operand, int | float):
        raise MalformedOperand(f"{where}: must be a number, not {_name(operand)}", "MOD-2")
    if not -inf < operand < inf:
        raise MalformedOperand(f"{where}: must be a finite number, not {operand!r}", "MOD-2")
    if not INT_MIN <= int(operand) <= INT_MAX:
        raise MalformedOperand(f"{where}: must lie in [-2**63, 2**63)", "MOD-2")
    return int(operand)


def _name(operand: object) -> str:
    return type(operand).__name__


def _hint(name: object, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=1) if isinstance(name, str) else []
    return f"; did you mean {close[0]!r}?" if close else ""
