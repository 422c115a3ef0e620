"""Each kind of change gives exactly the expected source."""

from __future__ import annotations

import ast

import pytest

from tests.mechanical.changes import find_changes

CASES: list[tuple[str, str, list[str]]] = [
    ("comparison", "y = a < b", ["y = a <= b", "y = a >= b"]),
    ("comparison", "y = a <= (b)", ["y = a < (b)", "y = a > (b)"]),
    ("comparison", "y = a == b", ["y = a != b"]),
    ("comparison", "y = a in b", ["y = a not in b"]),
    ("comparison", "y = a not  in b", ["y = a in b"]),
    ("comparison", "y = a is None", ["y = a is not None"]),
    ("comparison", "y = a is not None", ["y = a is None"]),
    (
        "comparison",
        "y = 'é' != b < c",
        ["y = 'é' == b < c", "y = 'é' != b <= c", "y = 'é' != b >= c"],
    ),
    ("boolean", "y = a and b and c", ["y = a or b or c"]),
    ("boolean", "y = (a or b)", ["y = (a and b)"]),
    ("condition", "y = a and b", ["y = True and b", "y = a and True"]),
    ("condition", "y = a or b", ["y = False or b", "y = a or False"]),
    ("not", "y = not any(a)", ["y = any(a)"]),
    ("not", "y = not (a)", ["y = (a)"]),
    ("constant", "y = 5", ["y = 6", "y = 4"]),
    ("constant", "y = 0.5", ["y = 1.5", "y = -0.5"]),
    ("constant", "y = True", ["y = False"]),
    ("constant", "y = 'a'", ['y = ""']),
    ("constant", "y = ''", ['y = "changed"']),
    ("constant", "y = b'a'", ['y = b""']),
    ("constant", "f(None)", ['f("")']),
    ("constant", "def f(a=1): g()", ["def f(a=2): g()", "def f(a=0): g()"]),
    ("condition", "if a: f()", ["if True: f()", "if False: f()"]),
    ("condition", "while a: f()", ["while False: f()"]),
    ("condition", "y = a if b else c", ["y = a if True else c", "y = a if False else c"]),
    (
        "condition",
        "y = [a for a in b if c]",
        ["y = [a for a in b if True]", "y = [a for a in b if False]"],
    ),
    ("branches", "y = a if b else c", ["y = c if b else a"]),
    (
        "branches",
        "y = a if b else c if d else e",
        ["y = (c if d else e) if b else a", "y = a if b else e if d else c"],
    ),
    ("branches", "if a:\n    f()\nelse:\n    g()", ["if not (a):"]),
    ("deleted", "a.b = c", ["pass"]),
    ("deleted", "a[b] = c", ["pass"]),
    ("deleted", "a += b", ["pass"]),
    ("deleted", "del a[b]", ["pass"]),
    ("deleted", "f(a)", ["pass"]),
    ("deleted", "for a in b: continue", ["for a in b: pass"]),
    ("deleted", "for a in b: break", ["for a in b: pass"]),
    ("deleted", "try:\n    f()\nexcept E:\n    raise", ["pass", "pass"]),
    ("return", "def f(): return a", ["def f(): return None"]),
    ("argument", "y = f(a, b=c, d=e)", ["y = f(a, d=e)", "y = f(a, b=c)"]),
    ("argument", "y = f(b=c, d=e)", ["y = f(d=e)", "y = f(b=c)"]),
    ("argument", "y = f(b=c)", ["y = f()"]),
    ("arithmetic", "y = a + b", ["y = a - b"]),
    ("arithmetic", "y = a // b", ["y = a * b"]),
    ("arithmetic", "y = -a", ["y = a"]),
    ("arithmetic", "y |= a", ["y &= a"]),
    ("type", "isinstance(a, b | c)", ["isinstance(a, b)", "isinstance(a, c)"]),
    ("unwrapped", "y = copied(a)", ["y = a"]),
    ("unwrapped", "y = 1 + f(a or b)", ["y = 1 + (a or b)"]),
    ("element", "Y, Z = a, b", []),
    ("element", "Y = {\n    a: b,\n    c: d,\n}", ["c: d,", ""]),
    ("element", "Y = [a, b]", ["Y = [b,]", "Y = [a, ]"]),
    ("element", "Y = {a: b, **c}", ["Y = {**c}", "Y = {a: b, }"]),
    (
        "element",
        "def f(): return a in (b, c)",
        ["def f(): return a in (c,)", "def f(): return a in (b, )"],
    ),
    ("sql", "f('SELECT a WHERE b = ?')", ["f('SELECT a WHERE b <> ?')"]),
    ("sql", "f(f'{a} IS NOT NULL')", ["f(f'{a} IS NULL')"]),
]


@pytest.mark.parametrize(("kind", "before", "after"), CASES)
def test_a_change_gives_the_expected_line(kind: str, before: str, after: list[str]) -> None:
    changes = [change for change in find_changes(before) if change.kind == kind]
    assert [change.changed_line for change in changes] == after
    for change in changes:
        ast.parse(change.text)


@pytest.mark.parametrize(
    "text",
    [
        '"""A docstring."""',
        "__all__ = ['a']",
        "Alias: TypeAlias = dict[str, int] | None",
        "def f(a: 'int' = b) -> None: ...",
        "def __repr__(self): return f(1)",
        "if TYPE_CHECKING: f(1)",
        "log.info('text', 1)",
        "class A(B, c=1): ...",
        "if a < b: raise E(f'text', 'text')",
    ],
)
def test_what_nobody_can_observe_stays(text: str) -> None:
    kinds = {change.kind for change in find_changes(text)}
    assert kinds <= ({"comparison", "condition"} if "raise" in text else set())


def test_a_name_does_not_depend_on_the_number_of_the_line() -> None:
    before = "class A:\n    def f(self, a):\n        return a < 5 < 6"
    names = [change.name for change in find_changes(before)]
    assert names == [change.name for change in find_changes(f"import b\n\n\n{before}")]
    assert names[0] == "A.f:return:1: return a < 5 < 6"
    assert len(set(names)) == len(names) == 9


def test_a_change_of_several_lines_shows_the_first() -> None:
    [change] = find_changes("def f():\n    f(\n        a,\n    )")
    assert (change.number, change.line, change.changed_line) == (2, "f(", "pass")
    assert change.text == "def f():\n    pass"
