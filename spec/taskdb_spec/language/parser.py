"""The parser: from a query dict to its syntax tree. All validation of queries happens here.

Clauses QRY-*, CAP-*, and those about the operand of each operator. The parser is eager: it reports
an error for any part of a query, also if no record reaches that part (QRY-10). It also rejects
everything that needs a capability which the store does not claim. Therefore a store never gives a
wrong answer to such a query. The text of an error starts with its location in the query.
`check_keys` validates the other argument of a search, the keys of a projection.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
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
from taskdb_spec.records.traversal import CONTAINERS, iter_paths, map_values

OPERAND_CAPABILITIES = {
    ValueClass.NUMBER: Capability.numbers,
    ValueClass.BOOL: Capability.numbers,
    ValueClass.DICT: Capability.documents,
    ValueClass.LIST: Capability.arrays,
    ValueClass.BYTES: Capability.bytes,
}
"""The classes of operands that need a capability; str, datetime and None are CORE."""


def parse_query(
    check: object,
    fields: Collection[str] | None = TASK_FIELDS,
    capabilities: Collection[Capability | str] = ALL,
) -> tree.Query:
    """Parse a query dict.

    Args:
        check: The query.
        fields: The root fields of the records; None allows any.
        capabilities: The capabilities that the query may use.

    Raises:
        UnsupportedOperator: The query needs a capability that is not in `capabilities`.
        QueryError: The specification does not allow the query.
    """
    refuse_str("fields", fields)
    refuse_str("capabilities", capabilities)
    known_fields = None if fields is None else tuple(fields)
    return _get_parser(known_fields, frozenset(capabilities)).parse_query(check, "check", 0)


@lru_cache
def _get_parser(
    fields: tuple[str, ...] | None, capabilities: frozenset[Capability | str]
) -> Parser:
    # Callers parse thousands of queries with the same few arguments.
    return Parser(fields, capability_set(capabilities))


def check_keys(keys: object) -> list[str] | None:
    """Validate the keys of a projection (KEYS-*), and return them as a list.

    None stands for complete records, also for empty keys.

    Raises:
        MalformedOperand: `keys` is not an iterable of names.
        UnknownField: A key is not a root field.

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
                f"keys: no such field {safe_repr(name)}{_suggest(name, TASK_FIELDS)}", "KEYS-4"
            )
    return names or None


@dataclass(frozen=True, slots=True)
class _ListOperator:
    """An operator whose operand is a list of values.

    Attributes:
        node: The class of its node in the tree.
        list_clause: The clause that refuses an operand that is not a list.
        item_clause: The clause that refuses an operator in the list.
        capability: What the operator needs, or None for CORE.
    """

    node: Callable[[tuple[Any, ...]], tree.Test]
    list_clause: str
    item_clause: str
    capability: Capability | None = None


class Parser:
    """A recursive descent parser for queries with certain fields and capabilities.

    The methods follow the grammar from the query down. Their argument `location` is the place in
    the query for messages, `depth` the nesting of queries and conditions, which `MAX_DEPTH` limits.
    """

    def __init__(self, fields: Collection[str] | None, capabilities: frozenset[Capability]) -> None:
        self._fields = fields
        self._capabilities = capabilities
        self._logical: dict[str, Callable[[tuple[tree.Query, ...]], tree.Query]] = {
            "$and": tree.And,
            "$or": tree.Or,
            "$nor": tree.Nor,
        }
        self._of_one_value: dict[str, Callable[[Any], tree.Test]] = {
            "$eq": tree.Eq,
            "$ne": tree.Ne,
            "$lt": tree.Lt,
            "$lte": tree.Lte,
            "$gt": tree.Gt,
            "$gte": tree.Gte,
        }
        self._of_a_list = {
            "$in": _ListOperator(tree.In, "IN-5", "IN-6"),
            "$nin": _ListOperator(tree.Nin, "IN-5", "IN-6"),
            "$all": _ListOperator(tree.All, "ALL-3", "ALL-3", Capability.arrays),
        }
        self._of_other_operands: dict[str, Callable[[Any, str, int], tree.Test]] = {
            "$exists": self._parse_exists,
            "$mod": self._parse_mod,
            "$size": self._parse_size,
            "$elemMatch": self._parse_elem_match,
            "$not": self._parse_not,
            "$glob": self._parse_glob,
        }
        # `$regex` is in no table, because it is one condition together with `$options`. `$options`
        # is left out, because it is of no use alone: a message must not suggest it.
        self._field_operators = {
            *self._of_one_value,
            *self._of_a_list,
            *self._of_other_operands,
            "$regex",
        }

    # Queries

    def parse_query(self, check: object, location: str, depth: int) -> tree.Query:
        """Parse the query at `location`."""
        if not isinstance(check, dict):
            raise MalformedOperand(
                f"{location}: a query must be a dict, not {_class_name(check)}", "QRY-8"
            )
        if depth > MAX_DEPTH:
            raise MalformedOperand(f"{location}: {TOO_DEEP}", "QRY-7")
        parts = tuple(self._parse_item(key, check[key], location, depth) for key in check)
        return parts[0] if len(parts) == 1 else tree.And(parts)

    def _parse_item(self, key: object, operand: object, location: str, depth: int) -> tree.Query:
        if not isinstance(key, str):
            raise UnknownField(f"{location}: the key {safe_repr(key)} is not a field name", "QRY-5")
        if not key.startswith("$"):
            return self._parse_field(key, operand, location, depth)
        if key not in self._logical:
            raise self._unknown_operator(key, location, self._logical)
        self._require(Capability.logic, key, location)
        location = f"{location}[{key!r}]"
        if not isinstance(operand, list | tuple) or not operand:
            raise MalformedOperand(f"{location}: must be a non-empty list of queries", "LOG-1")
        return self._logical[key](
            tuple(
                self.parse_query(query, f"{location}[{index}]", depth + 1)
                for index, query in enumerate(operand)
            )
        )

    def _parse_field(self, key: str, operand: object, location: str, depth: int) -> tree.Field:
        path = self._parse_path(key, location)
        location = f"{location}[{key!r}]"
        if isinstance(operand, dict) and _has_operators(operand):
            _refuse_mixed_keys(operand, location, "QRY-6")
            return tree.Field(path, self._parse_conditions(operand, location, depth))
        return tree.Field(path, (tree.Eq(self._parse_value(operand, location)),))

    def _parse_path(self, key: str, location: str) -> tree.Path:
        try:
            normalize(key)
        except OutOfDomain as error:
            raise BadValue(f"{location}: the key {key!r}: {error}", "QRY-7") from None
        root, *rest = key.split(".")
        if self._fields is not None and root not in self._fields:
            raise UnknownField(
                f"{location}: no such field {root!r}{_suggest(root, self._fields)}", "QRY-5"
            )
        if rest:
            self._require(Capability.paths, f"the path {key!r}", location)
        return tree.Path(root, tuple(rest))

    # Conditions

    def _parse_conditions(
        self, operators: dict[str, object], location: str, depth: int
    ) -> tuple[tree.Test, ...]:
        if depth > MAX_DEPTH:
            raise MalformedOperand(f"{location}: {TOO_DEEP}", "QRY-7")
        conditions = [
            self._parse_condition(name, operand, location, depth)
            for name, operand in operators.items()
            if name not in ("$regex", "$options")
        ]
        if "$regex" in operators or "$options" in operators:  # one condition of two operators
            conditions.append(self._parse_regex(operators, location))
        return tuple(conditions)

    def _parse_condition(
        self, name: str, operand: object, field_location: str, depth: int
    ) -> tree.Test:
        location = f"{field_location}[{name!r}]"
        if name in self._of_one_value:
            return self._of_one_value[name](self._parse_value(operand, location))
        if name in self._of_a_list:
            operator = self._of_a_list[name]
            if operator.capability is not None:
                self._require(operator.capability, name, field_location)
            return operator.node(self._parse_values(operand, location, operator))
        if name in self._of_other_operands:
            return self._of_other_operands[name](operand, location, depth)
        raise self._unknown_operator(name, field_location, self._field_operators)

    def _parse_value(self, operand: object, location: str) -> Any:
        try:
            value = normalize(_replace_tuples(operand, location), location)
        except OutOfDomain as error:
            raise BadValue(str(error), "QRY-7") from None
        value_class = class_of(value)
        if value_class in OPERAND_CAPABILITIES:
            kind = f"an operand of class {value_class.name.lower()}"
            self._require(OPERAND_CAPABILITIES[value_class], kind, location)
        return value

    def _parse_values(
        self, operand: object, location: str, operator: _ListOperator
    ) -> tuple[Any, ...]:
        if not isinstance(operand, list | tuple):
            raise MalformedOperand(
                f"{location}: must be a list, not {_class_name(operand)}", operator.list_clause
            )
        for index, item in enumerate(operand):
            if isinstance(item, dict) and any(_is_operator(key) for key in item):
                raise MalformedOperand(
                    f"{location}[{index}]: operators have no place here", operator.item_clause
                )
        return tuple(
            self._parse_value(item, f"{location}[{index}]") for index, item in enumerate(operand)
        )

    def _parse_exists(self, operand: object, location: str, _depth: int) -> tree.Exists:
        self._require(Capability.presence, "$exists", location)
        if not isinstance(operand, bool):
            raise MalformedOperand(
                f"{location}: must be True or False, not {safe_repr(operand)}", "EXI-2"
            )
        return tree.Exists(operand)

    def _parse_mod(self, operand: object, location: str, _depth: int) -> tree.Mod:
        self._require(Capability.arith, "$mod", location)
        if not isinstance(operand, list | tuple) or len(operand) != 2:
            raise MalformedOperand(f"{location}: must be [divisor, remainder]", "MOD-2")
        divisor, remainder = (
            _parse_int64(item, f"{location}[{index}]") for index, item in enumerate(operand)
        )
        if divisor == 0:
            raise MalformedOperand(f"{location}[0]: the divisor must not be 0", "MOD-2")
        return tree.Mod(divisor, remainder)

    def _parse_size(self, operand: object, location: str, _depth: int) -> tree.Size:
        self._require(Capability.arrays, "$size", location)
        if isinstance(operand, bool) or not isinstance(operand, int | float):
            raise MalformedOperand(
                f"{location}: must be a whole number, not {_class_name(operand)}", "SIZE-2"
            )
        if not 0 <= operand <= INT_MAX or operand != int(operand):
            raise MalformedOperand(f"{location}: must be a whole number in [0, 2**63)", "SIZE-2")
        return tree.Size(int(operand))

    def _parse_regex(self, operators: dict[str, object], location: str) -> tree.Regex:
        self._require(Capability.regex, "$regex", location)
        pattern, options = operators.get("$regex"), operators.get("$options", "")
        if "$regex" not in operators:
            raise MalformedOperand(f"{location}['$options']: needs a '$regex' beside it", "RGX-4")
        if not isinstance(options, str) or not set(options) <= set("ims"):
            raise MalformedOperand(
                f"{location}['$options']: must be made of 'i', 'm' and 's'", "RGX-4"
            )
        location = f"{location}['$regex']"
        pattern = self._parse_str(pattern, location, "RGX-4")
        try:
            compile_regex(pattern, options)
        except (re.error, OverflowError, RecursionError, FutureWarning) as error:
            raise MalformedOperand(f"{location}: {error}", "RGX-4") from None
        return tree.Regex(pattern, "".join(sorted(set(options))))

    def _parse_glob(self, operand: object, location: str, _depth: int) -> tree.Glob:
        self._require(Capability.glob, "$glob", location)
        return tree.Glob(self._parse_str(operand, location, "GLB-8"))

    def _parse_str(self, operand: object, location: str, clause: str) -> str:
        if not isinstance(operand, str):
            raise MalformedOperand(f"{location}: must be a str, not {_class_name(operand)}", clause)
        return str(self._parse_value(operand, location))

    def _parse_not(self, operand: object, location: str, depth: int) -> tree.Not:
        self._require(Capability.logic, "$not", location)
        if not isinstance(operand, dict) or not _has_operators(operand):
            raise MalformedOperand(f"{location}: must be a non-empty dict of operators", "LOG-1")
        _refuse_mixed_keys(operand, location, "QRY-6")
        return tree.Not(self._parse_conditions(operand, location, depth + 1))

    def _parse_elem_match(
        self, operand: object, location: str, depth: int
    ) -> tree.ElemMatch | tree.ElemQuery:
        self._require(Capability.arrays, "$elemMatch", location)
        if not isinstance(operand, dict):
            raise MalformedOperand(
                f"{location}: must be a dict, not {_class_name(operand)}", "ELEM-2"
            )
        # Operators such as $gt make it a list of conditions. Plain keys and $and, $or, $nor make it
        # a query on the elements, whose fields may have any name.
        if any(_is_operator(key) and key not in self._logical for key in operand):
            _refuse_mixed_keys(operand, location, "ELEM-2")
            return tree.ElemMatch(self._parse_conditions(operand, location, depth + 1))
        parser = _get_parser(None, self._capabilities)
        return tree.ElemQuery(parser.parse_query(operand, location, depth + 1))

    # Errors

    def _require(self, capability: Capability, what: str, location: str) -> None:
        if capability not in self._capabilities:
            raise UnsupportedOperator(
                f"{location}: {what} needs the capability {capability.value!r}, "
                "which this store does not claim",
                capability,
            )

    def _unknown_operator(
        self, name: str, location: str, allowed_here: Iterable[str]
    ) -> QueryError:
        if name in {*self._logical, *self._field_operators, "$options"}:
            level = "a query" if name in self._logical else "a field"
            return UnknownOperator(f"{location}: {name!r} belongs at the level of {level}", "LOG-1")
        return UnknownOperator(
            f"{location}: unknown operator {name!r}{_suggest(name, allowed_here)}", "QRY-4"
        )


def _is_operator(key: object) -> bool:
    return isinstance(key, str) and key.startswith("$")


def _has_operators(operand: dict[Any, object]) -> bool:
    return any(map(_is_operator, operand))


def _refuse_mixed_keys(operand: dict[Any, object], location: str, clause: str) -> None:
    """Refuse a dict with operators if other keys are no operators.

    Raises:
        MalformedOperand: The error of `clause`.
    """
    operators = [key for key in operand if _is_operator(key)]
    if operators and len(operators) < len(operand):
        raise MalformedOperand(
            f"{location}: mixes operators ({operators[0]!r}) with plain keys; "
            "write {'$eq': {...}} for a document that has such keys",
            clause,
        )


def _replace_tuples(operand: object, location: str) -> object:
    """Return a copy of an operand with lists in place of tuples, which pymongo also accepts."""
    if not isinstance(operand, CONTAINERS):
        return operand
    # First, because map_values does not end for an operand that contains itself.
    if any(len(position) > MAX_DEPTH for position, _ in iter_paths(operand)):
        raise OutOfDomain(location, TOO_DEEP)
    return map_values(operand, lambda item: list(item) if isinstance(item, tuple) else item)


def _parse_int64(operand: object, location: str) -> int:
    if isinstance(operand, bool) or not isinstance(operand, int | float):
        raise MalformedOperand(f"{location}: must be a number, not {_class_name(operand)}", "MOD-2")
    if not -inf < operand < inf:
        raise MalformedOperand(f"{location}: must be a finite number, not {operand!r}", "MOD-2")
    if not INT_MIN <= int(operand) <= INT_MAX:
        raise MalformedOperand(f"{location}: must lie in [-2**63, 2**63)", "MOD-2")
    return int(operand)


def _class_name(operand: object) -> str:
    return type(operand).__name__


def _suggest(name: object, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1) if isinstance(name, str) else []
    return f"; did you mean {close[0]!r}?" if close else ""
