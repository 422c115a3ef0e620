"""Tests of targets: a name yields a backend, or an error of one sentence."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from taskdb_spec.targets import ENTRY_POINT_GROUP, TargetError, known_names, resolve


def refusal(name: str) -> str:
    with pytest.raises(TargetError) as refused:
        resolve(name)
    text = str(refused.value)
    assert text.startswith(f"{name}: ")
    assert "\n" not in text
    return text


def test_resolve_returns_the_module_of_a_registered_name() -> None:
    backend, text = resolve("dict")
    assert backend.name == "dict"
    assert text == "taskdb_reference.backends.builtin:dict_backend"


@pytest.mark.parametrize("name", ["dict", "none", "ipyparallel-dict", "ipyparallel-sqlite"])
def test_every_built_in_name_is_known(name: str) -> None:
    assert name in known_names()
    assert resolve(name)[0].name == name


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("made_stores:mydb", "mydb"),
        ("made_stores:Store", "Store"),
        ("made_stores:Nested.inner", "nested"),
    ],
)
def test_a_module_in_the_current_folder(target: str, name: str) -> None:
    backend, text = resolve(target)
    assert (backend.name, text) == (name, target)


def test_the_current_folder_is_importable_once(stores: Path) -> None:
    resolve("made_stores:mydb")
    resolve("made_stores:Store")
    assert sys.path.count(str(stores)) == 1


def test_the_error_for_an_unknown_name_lists_the_known_ones() -> None:
    text = refusal("dcit")
    assert "did you mean 'dict'?" in text
    assert ", ".join(known_names()) in text
    assert "module:attribute" in text


def test_an_unknown_module() -> None:
    assert "there is no module 'no_such'" in refusal("no_such:store")
    assert "there is no module 'no_such'" in refusal("no_such.deeper:store")
    assert "there is no module 'made_stores.x'" in refusal("made_stores.x:store")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", "at made_bad.py, line 2, with ZeroDivisionError: division by zero"),
        ("import no_such", "line 2, with ModuleNotFoundError: No module named 'no_such'"),
        ("raise SystemExit(3)", "line 2, with SystemExit: 3"),
        ("assert False", "line 2, with AssertionError;"),
        ("raise ValueError('two\\nlines')", "with ValueError: two lines"),
        ("def :", "failed with SyntaxError: invalid syntax (made_bad.py, line 2)"),
    ],
)
def test_a_module_that_does_not_import(stores: Path, source: str, message: str) -> None:
    (stores / "made_bad.py").write_text(f"import sys\n{source}\n")
    text = refusal("made_bad:store")
    assert "importing 'made_bad' failed" in text
    assert message in text


def test_a_registered_backend_whose_module_does_not_import(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Registered:
        names = frozenset({"remote"})

        def __getitem__(self, name: str) -> EntryPoint:
            return EntryPoint(name, "no_such.stores:backend", ENTRY_POINT_GROUP)

    monkeypatch.setattr("taskdb_spec.targets.entry_points", lambda group: Registered())
    assert "there is no module 'no_such'" in refusal("remote")


def test_an_unknown_attribute() -> None:
    assert "'made_stores' has no attribute 'store'; did you mean 'Store'?" in refusal(
        "made_stores:store"
    )
    assert "'Nested' has no attribute 'outer'" in refusal("made_stores:Nested.outer")


def test_an_attribute_that_raises(stores: Path) -> None:
    (stores / "made_lazy.py").write_text("def __getattr__(name): 1 / 0")
    assert "failed with ZeroDivisionError" in refusal("made_lazy:store")


@pytest.mark.parametrize(
    ("attribute", "message"),
    [("not_a_store", "7 is neither a Backend"), ("needs_an_argument", "without arguments")],
)
def test_an_attribute_that_is_not_a_backend(attribute: str, message: str) -> None:
    assert message in refusal(f"made_stores:{attribute}")


@pytest.mark.parametrize("target", ["made_stores:", ":mydb", ":", "a b:c", "a:b..c", "a:b:c"])
def test_a_name_that_is_not_module_and_attribute(target: str) -> None:
    assert "this is not module:attribute" in refusal(target)


@pytest.mark.parametrize("target", ["made_stores.py:mydb", "./made_stores:mydb"])
def test_a_file_is_not_a_module(target: str) -> None:
    assert "is a file, and a target names a module" in refusal(target)
