"""The mechanical changes of a module: each changes one thing in its source.

Input: the source of a module. Output: changes, each with the line before and after. What nobody
can observe through the interface of a store is left out: docstrings, annotations, aliases of
types, texts of errors, logging, and help texts.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.mechanical.source import Edit, Source

Edits: TypeAlias = tuple[Edit, ...]


@dataclass(frozen=True)
class Change:
    """One change of a module.

    Attributes:
        function: The qualified name of the function or class, or ``<module>``.
        kind: What was changed, for example ``comparison``.
        ordinal: The number among the changes of this kind in equal lines of the function.
        number: The number of the line.
        line: The line, without white space around it.
        changed_line: The same line after the change.
        text: The changed source of the module.
    """

    function: str
    kind: str
    ordinal: int
    number: int
    line: str
    changed_line: str
    text: str

    @property
    def name(self) -> str:
        """A name that stays the same when the line moves."""
        return f"{self.function}:{self.kind}:{self.ordinal}: {self.line}"


def find_changes(text: str) -> Iterator[Change]:
    """Yield all changes of a module, in the order of its lines.

    >>> [change.changed_line for change in find_changes("is_small = x < 5")]
    ['is_small = x <= 5', 'is_small = x >= 5', 'is_small = x < 6', 'is_small = x < 4']
    """
    source = Source(text)
    finder = _Finder(source)
    finder.visit(source.tree)
    lines = text.splitlines()
    counts: Counter[tuple[str, str, str]] = Counter()
    for function, kind, edits in sorted(finder.found, key=lambda found: found[2][0].start):
        number = source.line_number(edits[0].start)
        line, changed = lines[number - 1].strip(), source.apply(edits)
        counts[function, kind, line] += 1
        ordinal = counts[function, kind, line]
        after = changed.splitlines()[number - 1].strip()
        yield Change(function, kind, ordinal, number, line, after, changed)


# Which changes a node allows

_COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: (r"\bis\b", ("is not",)),
    ast.IsNot: (r"\bis\s+not\b", ("is",)),
    ast.In: (r"\bin\b", ("not in",)),
    ast.NotIn: (r"\bnot\s+in\b", ("in",)),  # codespell:ignore notin
}
_ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
}
_SQL = re.compile(
    r"\b(SELECT|DELETE|UPDATE|INSERT|CREATE|NULL|ORDER BY|IN)\b|\{column\}|submitted,"
)
_SQL_OPERATORS = {
    " AND ": " OR ",
    " OR ": " AND ",
    "IS NULL": "IS NOT NULL",
    "IS NOT NULL": "IS NULL",
    "IS NOT TRUE": "IS TRUE",
    " = ": " <> ",
    " <> ": " = ",
    " > ": " >= ",
    " + ": " - ",
    " - ": " + ",
    "NEW.": "OLD.",
    "OLD.": "NEW.",
    ", msg_id": "",
    "submitted, ": "",
    " ON CONFLICT DO NOTHING": "",
    "OR IGNORE ": "",
}
"""Operators in a statement, and what replaces them. Longer ones win at the same place."""
_SQL_OPERATOR = re.compile("|".join(map(re.escape, sorted(_SQL_OPERATORS, key=len, reverse=True))))
_LOG_NAMES = re.compile(r"\blog(ger|ging)?\b|_log_|write_to")
_UNOBSERVABLE_FUNCTIONS = {"__repr__", "__str__", "__dir__", "_explain", "write_to", "_log_culling"}


class _Finder(ast.NodeVisitor):
    """Collects the changes of a tree as (function, kind, edits)."""

    def __init__(self, source: Source) -> None:
        self.found: list[tuple[str, str, Edits]] = []
        self._source = source
        self._scopes: list[str] = []
        self._parents: list[ast.AST] = []
        self._is_in_raise = False
        self._rules: dict[type[ast.AST], Callable[[Any], None]] = {
            ast.Compare: self._change_comparison,
            ast.BoolOp: self._change_boolean,
            ast.UnaryOp: self._change_unary,
            ast.BinOp: self._change_arithmetic,
            ast.Constant: self._change_constant,
            ast.If: self._change_if,
            ast.While: self._change_while,
            ast.IfExp: self._change_conditional,
            ast.comprehension: self._change_filters,
            ast.Call: self._change_call,
            ast.Return: self._change_return,
            ast.JoinedStr: self._change_sql,
            **dict.fromkeys((ast.Tuple, ast.List, ast.Set), self._drop_elements),
            ast.Dict: self._drop_entries,
            **dict.fromkeys((ast.Continue, ast.Break, ast.Delete), self._delete),
            ast.AugAssign: self._change_augmented,
            ast.Assign: self._delete_assignment,
            ast.Expr: self._delete_call,
            ast.Raise: self._delete_raise,
        }

    def _add(self, kind: str, *edits: Edit) -> None:
        self.found.append((".".join(self._scopes) or "<module>", kind, edits))

    @property
    def _parent(self) -> ast.AST:
        return self._parents[-1]

    # The walk, which leaves out what cannot be observed

    def visit(self, node: ast.AST) -> None:
        if self._is_left_out(node):
            return
        if rule := self._rules.get(type(node)):
            rule(node)
        self._parents.append(node)
        super().visit(node)
        self._parents.pop()

    def _is_left_out(self, node: ast.AST) -> bool:
        match node:
            case ast.If():
                return "TYPE_CHECKING" in self._source.text(node.test)
            case ast.Expr(value=ast.Constant()):
                return True  # a docstring
            case ast.Expr(value=ast.Call(func=function)):
                return _LOG_NAMES.search(self._source.text(function)) is not None
            case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")]):
                return True
            case ast.keyword():
                return node.arg == "help"
            case ast.FunctionDef():
                return node.name in _UNOBSERVABLE_FUNCTIONS
        return False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._scopes.append(node.name)
        for part in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body):
            self.visit(part)
        self._scopes.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._scopes.append(node.name)
        for part in node.body:
            self.visit(part)
        self._scopes.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and "TypeAlias" not in self._source.text(node.annotation):
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Do not descend: before Python 3.12, nodes within have no correct position."""

    def visit_Raise(self, node: ast.Raise) -> None:
        self._is_in_raise = True
        self.generic_visit(node)
        self._is_in_raise = False

    # The changes of expressions

    def _change_comparison(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        for left, operator, right in zip(operands, node.ops, node.comparators, strict=False):
            token, others = _COMPARISONS[type(operator)]
            gap = self._source.end(left), self._source.start(right)
            for other in others:
                self._add("comparison", self._source.replace_token(*gap, token, other))

    def _change_boolean(self, node: ast.BoolOp) -> None:
        is_and = isinstance(node.op, ast.And)
        token, other, neutral = ("and", "or", "True") if is_and else ("or", "and", "False")
        source = self._source
        gaps = zip(map(source.end, node.values), map(source.start, node.values[1:]), strict=False)
        edits = [source.replace_token(*gap, rf"\b{token}\b", other) for gap in gaps]
        self._add("boolean", *edits)
        for operand in node.values:
            self._add("condition", source.replace(operand, neutral))

    def _change_unary(self, node: ast.UnaryOp) -> None:
        start = self._source.start(node)
        if isinstance(node.op, ast.Not):
            self._add("not", self._source.replace_token(start, start + 4, r"not\b ?", ""))
        elif isinstance(node.op, ast.USub):
            self._add("arithmetic", self._source.replace_token(start, start + 1, "-", ""))

    def _change_arithmetic(self, node: ast.BinOp) -> None:
        if self._is_type(node):
            for part in (node.left, node.right):
                self._add("type", self._source.replace(node, self._source.text(part)))
        elif type(node.op) in _ARITHMETIC:
            token, other = _ARITHMETIC[type(node.op)]
            gap = self._source.end(node.left), self._source.start(node.right)
            self._add("arithmetic", self._source.replace_token(*gap, re.escape(token), other))

    def _is_type(self, node: ast.BinOp) -> bool:
        """Return whether a node is part of the second argument of isinstance."""
        for above in reversed(self._parents):
            if isinstance(above, ast.Call):
                return self._source.text(above.func) == "isinstance"
            if not isinstance(above, ast.BinOp):
                return False
        return False

    def _change_constant(self, node: ast.Constant) -> None:
        value, replace = node.value, self._source.replace
        match value:
            case bool():
                self._add("constant", replace(node, str(not value)))
            case int() | float():
                self._add("constant", replace(node, repr(value + 1)))
                self._add("constant", replace(node, repr(value - 1)))
            case str() if _SQL.search(value):
                self._change_sql(node)
            case str() if not self._is_in_raise:
                self._add("constant", replace(node, '""' if value else '"changed"'))
            case bytes():
                self._add("constant", replace(node, 'b""' if value else 'b"changed"'))
            case None if not isinstance(self._parent, ast.Compare):
                self._add("constant", replace(node, '""'))

    def _change_sql(self, node: ast.Constant | ast.JoinedStr) -> None:
        text, start = self._source.text(node), self._source.start(node)
        if self._is_in_raise or not _SQL.search(text) or not text.isascii():
            return
        for match in _SQL_OPERATOR.finditer(text):
            edit = Edit(start + match.start(), start + match.end(), _SQL_OPERATORS[match[0]])
            self._add("sql", edit)

    def _replace_condition(self, test: ast.expr, *values: str) -> None:
        for value in values:
            self._add("condition", self._source.replace(test, value))

    def _change_conditional(self, node: ast.IfExp) -> None:
        self._replace_condition(node.test, "True", "False")
        replace, operand = self._source.replace, self._operand
        one = replace(node.body, operand(node.orelse))
        self._add("branches", one, replace(node.orelse, operand(node.body)))

    def _change_filters(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._replace_condition(test, "True", "False")

    def _change_call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            if keyword.arg not in (None, "help") and self._source.text(node.func)[-4:] != ".tag":
                self._add("argument", self._drop_part([*node.args, *node.keywords], keyword))
        match node:
            case ast.Call(func=ast.Name() | ast.Attribute(value=ast.Name(id="self")), args=[only]):
                is_plain = not isinstance(only, ast.Starred | ast.GeneratorExp)
                if is_plain and not node.keywords and not self._is_statement_or_raised():
                    self._add("unwrapped", self._source.replace(node, self._operand(only)))

    def _operand(self, node: ast.expr) -> str:
        """Return the source of an expression, in parentheses if operators could split it."""
        text = self._source.text(node)
        is_split = isinstance(node, ast.IfExp | ast.BoolOp | ast.Compare | ast.BinOp | ast.Lambda)
        return f"({text})" if is_split else text

    def _is_statement_or_raised(self) -> bool:
        return isinstance(self._parent, ast.Expr | ast.Raise)

    def _drop_part(self, parts: list[Any], part: ast.AST) -> Edit:
        """Return the edit that drops one of the parts that commas separate."""
        place = parts.index(part)
        source = self._source
        if place:
            return Edit(source.end(parts[place - 1]), source.end(part), "")
        if len(parts) > 1:
            return Edit(source.start(part), source.start(parts[1]), "")
        return source.replace(part, "")

    def _drop_element(self, node: ast.Tuple | ast.List | ast.Set, part: ast.expr) -> Edits:
        """Return the edits that drop an element. A comma stays, for a tuple of one element."""
        source, parts = self._source, node.elts
        if part is parts[-1]:
            return (Edit(source.start(part), source.end_with_comma(part), ""),)
        following = parts[parts.index(part) + 1]
        dropped = Edit(source.start(part), source.start(following), "")
        end = source.end(following)
        return (dropped, Edit(end, end, ",")) if len(parts) == 2 else (dropped,)

    def _drop_elements(self, node: ast.Tuple | ast.List | ast.Set) -> None:
        is_searched = isinstance(self._parent, ast.Compare)
        if len(node.elts) < 2 or not (is_searched or self._is_table()):
            return
        for element in node.elts:
            # A text is emptied instead, which has the same effect.
            if not isinstance(element, ast.Constant):
                self._add("element", *self._drop_element(node, element))

    def _is_table(self) -> bool:
        """Return whether the current node is a part of a constant of the module."""
        match self._parent:
            case ast.Assign(targets=[ast.Tuple()]) | ast.Subscript():
                return False  # the number of the elements is fixed
        return not self._scopes

    def _drop_entries(self, node: ast.Dict) -> None:
        if self._scopes or len(node.values) < 2:
            return
        # A key of None stands for **, which is before the value.
        keys = [key or value for key, value in zip(node.keys, node.values, strict=True)]
        starts = [
            self._source.start(part) - 2 * (key is None)
            for part, key in zip(keys, node.keys, strict=True)
        ]
        ends = [*starts[1:], self._source.end_with_comma(node.values[-1])]
        for start, end in zip(starts, ends, strict=True):
            self._add("element", Edit(start, end, ""))

    # The changes of statements

    def _change_if(self, node: ast.If) -> None:
        self._replace_condition(node.test, "True", "False")
        if node.orelse:
            text = f"not ({self._source.text(node.test)})"
            self._add("branches", self._source.replace(node.test, text))

    def _change_while(self, node: ast.While) -> None:
        self._replace_condition(node.test, "False")

    def _change_return(self, node: ast.Return) -> None:
        if node.value is not None and self._source.text(node.value) != "None":
            self._add("return", self._source.replace(node.value, "None"))

    def _delete(self, node: ast.stmt) -> None:
        self._add("deleted", self._source.replace(node, "pass"))

    def _change_augmented(self, node: ast.AugAssign) -> None:
        self._delete(node)
        if type(node.op) in _ARITHMETIC:
            token, other = _ARITHMETIC[type(node.op)]
            gap = self._source.end(node.target), self._source.start(node.value)
            self._add("arithmetic", self._source.replace_token(*gap, re.escape(token), other))

    def _delete_assignment(self, node: ast.Assign) -> None:
        if any(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            self._delete(node)

    def _delete_call(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self._delete(node)

    def _delete_raise(self, node: ast.Raise) -> None:
        above = self._parent
        # The condition of an if that only raises is replaced by False, which has the same effect.
        if not (isinstance(above, ast.If) and above.body == [node] and not above.orelse):
            self._delete(node)
