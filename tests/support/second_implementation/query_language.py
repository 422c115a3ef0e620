"""The query language read straight from the raw dict: first all of it is checked, then matched."""

from __future__ import annotations

import fnmatch
import math
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from taskdb_spec import (
    BadValue,
    Capability,
    MalformedOperand,
    UnknownField,
    UnknownOperator,
    UnsupportedOperator,
)
from tests.support.second_implementation.values import FIELDS, Bad, key, kind_of, taken

Claims = frozenset[Capability]
JOINING = ("$and", "$or", "$nor")
NEEDS = {
    "$exists": "presence",
    "$glob": "glob",
    "$mod": "arith",
    "$not": "logic",
    "$all": "arrays",
    "$size": "arrays",
    "$elemMatch": "arrays",
    "$regex": "regex",
    "$options": "regex",
}
KIND_NEEDS = {1: "numbers", 3: "documents", 4: "arrays", 5: "bytes", 6: "numbers"}


# First pass: everything is looked at, whatever the store holds.


def check_query(query: Any, claims: Claims, root: bool = True) -> None:
    if type(query) is not dict:
        raise MalformedOperand(f"a query is a dict, not {query!r}", "")
    for name, condition in query.items():
        if type(name) is not str:
            raise BadValue(f"{name!r} is no name of a field", "")
        if name in JOINING:
            need("logic", name, claims)
            if type(condition) not in (list, tuple) or not condition:
                raise MalformedOperand(f"{name} takes a list of queries", "")
            for part in condition:
                check_query(part, claims, root)
        elif name.startswith("$"):
            raise UnknownOperator(f"{name} is no operator of a query", "")
        else:
            check_path(name, claims, root)
            check_condition(condition, claims)


def check_path(path: str, claims: Claims, root: bool) -> None:
    in_domain(path)
    if root and path.partition(".")[0] not in FIELDS:
        raise UnknownField(f"records have no field {path!r}", "")
    if "." in path:
        need("paths", path, claims)


def check_condition(condition: Any, claims: Claims) -> None:
    if operators_in(condition):
        check_operators(condition, claims)
    else:
        check_operand(condition, claims)


def operators_in(value: Any) -> bool:
    """Whether a dict has keys with a dollar; refused if it has others as well."""
    if type(value) is not dict:
        return False
    dollars = [type(name) is str and name.startswith("$") for name in value]
    if any(dollars) and not all(dollars):
        raise MalformedOperand(f"{list(value)!r} mixes operators and plain keys", "")
    return any(dollars)


def check_operators(operators: dict[str, Any], claims: Claims) -> None:
    for name, operand in operators.items():
        if name not in CHECKS:
            raise UnknownOperator(f"{name} is no operator of a field", "")
        if name in NEEDS:
            need(NEEDS[name], name, claims)
        CHECKS[name](operand, claims)
    if "$options" in operators and "$regex" not in operators:
        raise MalformedOperand("$options without $regex", "")


def check_operand(operand: Any, claims: Claims) -> None:
    in_domain(operand)
    if kind_of(operand) in KIND_NEEDS:
        need(KIND_NEEDS[kind_of(operand)], repr(operand), claims)


def check_operands(operands: Any, claims: Claims) -> None:
    if type(operands) not in (list, tuple):
        raise MalformedOperand(f"a list is needed, not {operands!r}", "")
    for operand in operands:
        if type(operand) is dict and operators_in(operand):
            raise MalformedOperand(f"an operator among operands: {operand!r}", "")
        check_operand(operand, claims)


def check_exists(operand: Any, claims: Claims) -> None:
    wanted(type(operand) is bool, "$exists", operand)


def check_mod(operand: Any, claims: Claims) -> None:
    wanted(type(operand) in (list, tuple) and len(operand) == 2, "$mod", operand)
    for number in operand:
        wanted(kind_of(number) == 1 and math.isfinite(number), "$mod", operand)
        wanted(-(2**63) <= math.trunc(number) < 2**63, "$mod", operand)
    wanted(math.trunc(operand[0]) != 0, "$mod", operand)


def check_size(operand: Any, claims: Claims) -> None:
    wanted(kind_of(operand) == 1 and math.isfinite(operand), "$size", operand)
    wanted(operand >= 0 and operand == math.trunc(operand), "$size", operand)


def check_elem(operand: Any, claims: Claims) -> None:
    wanted(type(operand) is dict, "$elemMatch", operand)
    if is_subquery(operand):
        check_query(operand, claims, root=False)
    else:
        check_condition(operand, claims)


def is_subquery(operand: dict[str, Any]) -> bool:
    return all(not str(name).startswith("$") or name in JOINING for name in operand)


def check_not(operand: Any, claims: Claims) -> None:
    wanted(operators_in(operand), "$not", operand)
    check_operators(operand, claims)


def check_regex(operand: Any, claims: Claims) -> None:
    wanted(type(operand) is str, "$regex", operand)
    in_domain(operand)
    try:
        pattern(operand, "")
    except (re.error, OverflowError, RecursionError):
        raise MalformedOperand(f"{operand!r} is no pattern", "") from None


def check_options(operand: Any, claims: Claims) -> None:
    wanted(type(operand) is str and set(operand) <= set("ims"), "$options", operand)


def check_glob(operand: Any, claims: Claims) -> None:
    wanted(type(operand) is str, "$glob", operand)
    in_domain(operand)


CHECKS: dict[str, Callable[[Any, Claims], None]] = {
    **dict.fromkeys(("$eq", "$ne", "$lt", "$lte", "$gt", "$gte"), check_operand),
    **dict.fromkeys(("$in", "$nin", "$all"), check_operands),
    "$exists": check_exists,
    "$mod": check_mod,
    "$size": check_size,
    "$elemMatch": check_elem,
    "$not": check_not,
    "$regex": check_regex,
    "$options": check_options,
    "$glob": check_glob,
}


def need(name: str, what: str, claims: Claims) -> None:
    if name not in claims:
        raise UnsupportedOperator(f"{what} needs {name}", Capability(name))


def wanted(fine: bool, name: str, operand: Any) -> None:
    if not fine:
        raise MalformedOperand(f"{name} does not take {operand!r}", "")


def in_domain(operand: Any) -> None:
    try:
        taken(operand, tuples=True)
    except Bad as error:
        raise BadValue(str(error), "") from None


def check_keys(keys: Any) -> list[str] | None:
    if keys is None:
        return None
    if type(keys) not in (list, tuple):
        raise MalformedOperand(f"keys: a list of names, not {keys!r}", "")
    for name in keys:
        if type(name) is not str or name not in FIELDS:
            raise UnknownField(f"keys: records have no field {name!r}", "")
    return list(keys) or None


# Second pass: what was checked holds of a dict, or not.


class Nothing:
    """What a path finds where there is nothing."""


MISSING = Nothing()
Spot = tuple[Any, bool]  # what a path leads to, and whether it is opened if it is a list


def matches(document: dict[str, Any], query: dict[str, Any]) -> bool:
    for name, condition in query.items():
        if name in JOINING:
            found = [matches(document, part) for part in condition]
            holds = {"$and": all(found), "$or": any(found), "$nor": not any(found)}[name]
        else:
            spots = list(walk(document, name.split(".")))
            holds = holds_at(spots, condition)
        if not holds:
            return False
    return True


def walk(value: Any, parts: list[str]) -> Iterator[Spot]:
    if not parts:
        yield value, True
    elif type(value) is dict:
        if parts[0] in value:
            yield from walk(value[parts[0]], parts[1:])
        else:
            yield MISSING, True
    elif type(value) is list:
        yield from walk_list(value, parts)
    else:
        yield MISSING, True


def walk_list(items: list[Any], parts: list[str]) -> Iterator[Spot]:
    for i, item in enumerate(items):
        if type(item) is dict:
            yield from walk(item, parts)
        if str(i) == parts[0]:
            if len(parts) == 1:
                yield item, False
            elif type(item) in (dict, list):
                yield from walk(item, parts[1:])


def holds_at(spots: list[Spot], condition: Any) -> bool:
    if not operators_in(condition):
        return some_equal(candidates(spots), condition)
    return all(applies(spots, name, condition) for name in condition)


def candidates(spots: list[Spot]) -> list[Any]:
    found = []
    for value, opened in spots:
        found.append(value)
        if opened and type(value) is list:
            found += value
    return found


def some_equal(values: list[Any], operand: Any) -> bool:
    wanted_key = key(operand)
    return any(key(None if value is MISSING else value) == wanted_key for value in values)


def applies(spots: list[Spot], name: str, operators: dict[str, Any]) -> bool:
    """Whether one operator of an operator document holds."""
    operand = operators[name]
    values = candidates(spots)
    match name:
        case "$eq":
            return some_equal(values, operand)
        case "$ne":
            return not some_equal(values, operand)
        case "$in":
            return any_of(values, operand)
        case "$nin":
            return not any_of(values, operand)
        case "$all":
            return bool(operand) and all(some_equal(values, item) for item in operand)
        case "$not":
            return not holds_at(spots, operand)
        case "$exists":
            return operand == any(value is not MISSING for value in values)
        case "$size":
            return any(type(value) is list and len(value) == operand for value, _ in spots)
        case "$elemMatch":
            return any(
                passes(item, operand) for value, _ in spots if type(value) is list for item in value
            )
        case "$mod":
            return any(leaves(value, operand) for value in values)
        case "$glob":
            return any(
                fnmatch.fnmatchcase(value, operand) for value in values if type(value) is str
            )
        case "$regex":
            expression = pattern(operand, operators.get("$options", ""))
            return any(expression.search(value) for value in values if type(value) is str)
        case "$options":
            return True
        case _:
            return any(compares(value, name, operand) for value in values)


def any_of(values: list[Any], operands: Any) -> bool:
    keys = set(map(key, operands))
    return any(key(None if value is MISSING else value) in keys for value in values)


def compares(value: Any, name: str, operand: Any) -> bool:
    if value is MISSING:
        value = None
    one, other = key(value), key(operand)
    if one == other:
        return name in ("$lte", "$gte")
    if one[0] != other[0] or operand is None:
        return False
    if one[:2] == (1, 0) or other[:2] == (1, 0):  # NaN
        return False
    return one < other if name in ("$lt", "$lte") else one > other


def passes(item: Any, operand: dict[str, Any]) -> bool:
    """Whether an element of a list passes an ``$elemMatch``."""
    if not is_subquery(operand):
        return holds_at([(item, False)], operand)
    if type(item) is list:
        item = {str(i): inner for i, inner in enumerate(item)}
    return type(item) is dict and matches(item, operand)


def leaves(value: Any, operand: Any) -> bool:
    if kind_of(value) != 1 or not math.isfinite(value):
        return False
    number, divisor, rest = (math.trunc(n) for n in (value, *operand))
    if not -(2**63) <= number < 2**63:
        return False
    left = abs(number) % abs(divisor)
    return rest == (-left if number < 0 else left)


FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


def pattern(source: str, options: str) -> re.Pattern[str]:
    flags = re.RegexFlag(0)
    for option in options:
        flags |= FLAGS[option]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(source, flags)
