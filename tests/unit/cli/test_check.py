"""Tests of ``taskdb check``: the options, the exit status, and the files."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from taskdb_spec.conformance.engine.workers import available_cores
from taskdb_spec.conformance.execution.session import StoreNotOpened
from tests.support.fake_reports import Engine, conforming, failing, incomplete, report, script

Taskdb = Callable[..., Result]
MYDB, OTHER = "made_stores:mydb", "made_stores:other"


def error(result: Result) -> str:
    """The one line that is said where no run was made."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.mark.parametrize(
    ("mydb", "other", "status"),
    [
        (conforming(), conforming("other"), 0),
        (conforming(), failing("other"), 1),
        (incomplete(), failing("other"), 1),
        (conforming(), incomplete("other"), 3),
        (incomplete(), incomplete("other"), 3),
        (failing(), StoreNotOpened("other could not be opened"), 2),
        (conforming(), StoreNotOpened("other could not be opened"), 2),
    ],
)
def test_the_worst_run_decides_the_status(
    taskdb: Taskdb, engine: Engine, mydb: object, other: object, status: int
) -> None:
    engine.outcomes.update({"mydb": mydb, "other": other})  # type: ignore[dict-item]
    assert taskdb("check", MYDB, OTHER).exit_code == status


def test_a_should_clause_counts_only_with_strict(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = report(ADD_1="pass", ERR_5="fail")
    assert taskdb("check", MYDB).exit_code == 0
    engine.outcomes["mydb"] = report(ADD_1="pass", ERR_5="fail", strict=True)
    assert taskdb("check", MYDB, "--strict").exit_code == 1


def test_the_options_reach_the_engine(taskdb: Taskdb, engine: Engine) -> None:
    taskdb("check", MYDB)
    options = ["--only", "gt-1, IN-*", "--seconds", "2.5", "-x", "--openings=shared"]
    taskdb("check", "dict", "--profile=deep", "--seed=7", "--strict", "--workers=4", *options)
    first, second = engine.calls
    assert first.pop("backend").name == "mydb"
    assert first == {
        "profile": "default",
        "seed": 0,
        "strict": False,
        "workers": available_cores(),
        "target": MYDB,
        "only": (),
        "seconds": None,
        "fail_fast": False,
        "openings": None,
    }
    assert second.pop("backend").name == "dict"
    assert second == {
        "profile": "deep",
        "seed": 7,
        "strict": True,
        "workers": 4,
        "target": "taskdb_reference.backends.builtin:dict_backend",
        "only": ("gt-1", "IN-*"),
        "seconds": 2.5,
        "fail_fast": True,
        "openings": "shared",
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "GT-9"], "--only: no clause matches 'GT-9'; `taskdb clauses` lists them"),
        (["--only", ","], "--only: name one clause at least, such as GT-1 or IN-*"),
        (["--only", "GT-1", "--cluster"], "do not work with --cluster"),
    ],
)
def test_a_wrong_selection_is_refused(taskdb: Taskdb, options: list[str], message: str) -> None:
    assert message in error(taskdb("check", MYDB, *options))


@pytest.mark.parametrize(
    ("given", "claimed"),
    [("", set()), (" ", set()), ("logic", {"logic"}), ("logic, paths,", {"logic", "paths"})],
)
def test_capabilities_replace_the_claimed_ones(
    taskdb: Taskdb, engine: Engine, given: str, claimed: set[str]
) -> None:
    assert taskdb("check", "made_stores:Nested.inner", "--capabilities", given).exit_code == 0
    assert engine.calls[0]["backend"].capabilities == claimed


def test_unknown_capabilities(taskdb: Taskdb, engine: Engine) -> None:
    text = error(taskdb("check", MYDB, "--capabilities", "logic,nonsense"))
    assert "no such capability: nonsense; there are: presence, glob" in text
    text = error(taskdb("check", MYDB, "--capabilities", "culling"))
    assert "mydb" in text
    assert "needs open_limited" in text
    assert engine.calls == []


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--profile", "wrong"),
        ("--seed", "x"),
        ("--workers", "0"),
        ("--no-such-option",),
    ],
)
def test_bad_usage(taskdb: Taskdb, engine: Engine, args: tuple[str, ...]) -> None:
    result = taskdb("check", *([MYDB] if args else []), *args)
    assert (result.exit_code, result.stdout, engine.calls) == (2, "", [])


def test_no_run_starts_unless_every_target_exists(taskdb: Taskdb, engine: Engine) -> None:
    assert "did you mean 'dict'" in error(taskdb("check", MYDB, "dcit"))
    assert engine.calls == []


def test_a_target_named_twice_is_checked_once(taskdb: Taskdb, engine: Engine) -> None:
    taskdb("check", MYDB, MYDB)
    assert len(engine.calls) == 1


def test_backends_with_the_same_name_get_different_names(taskdb: Taskdb, engine: Engine) -> None:
    taskdb("check", "made_stores:a_twin", "made_stores:b_twin", MYDB)
    names = [call["backend"].name for call in engine.calls]
    assert names == ["made_stores:a_twin", "made_stores:b_twin", "mydb"]


def test_the_other_backends_are_checked_if_a_store_does_not_open(
    taskdb: Taskdb, engine: Engine
) -> None:
    engine.outcomes["mydb"] = StoreNotOpened("mydb could not be opened: OSError: no\ndisk")
    result = taskdb("check", MYDB, OTHER, "--json", "r.json")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: mydb was not checked: mydb could not be opened: OSError: no disk\n"
    )
    assert "NOT RUN" in result.stdout
    assert [run["backend"] for run in json.loads(Path("r.json").read_text())["results"]] == [
        "other"
    ]


def test_a_bug_of_the_suite_is_not_a_failure_of_the_store(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = LookupError("lost")
    text = error(taskdb("check", MYDB))
    assert "the suite itself failed with LookupError: lost" in text
    assert "Traceback" in taskdb("check", MYDB, "--verbose").stderr


def test_an_interrupted_run_is_not_a_failing_store(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = KeyboardInterrupt()
    assert "interrupted" in error(taskdb("check", MYDB))


def test_all_reports_are_written(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = failing()
    files = ("--json", "r.json", "--junit", "r.xml", "--html", "r.html")
    assert taskdb("check", MYDB, *files).exit_code == 1
    assert json.loads(Path("r.json").read_text())["results"][0]["verdict"] == "fails"
    assert Path("r.xml").read_text().startswith("<?xml")
    assert Path("r.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize("option", ["--json", "--junit", "--html"])
def test_a_report_on_stdout_is_the_only_text_there(
    taskdb: Taskdb, engine: Engine, option: str
) -> None:
    taskdb("check", MYDB, OTHER, option, "file")
    result = taskdb("check", MYDB, OTHER, option, "-")
    assert result.stdout == Path("file").read_text()
    assert "mydb CONFORMS" in result.stderr
    assert not Path("-").exists()


def test_output_of_a_store_is_not_part_of_a_report(
    taskdb: Taskdb, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Loud(Engine):
        def __call__(self, *args: object, **options: object) -> object:  # type: ignore[override]
            print("a word from the store")
            return super().__call__(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("taskdb_spec.cli.runs.check_backend", Loud())
    result = taskdb("check", MYDB, "--json", "-")
    assert json.loads(result.stdout)["schema"] == 1
    assert "a word from the store" in result.stderr


@pytest.mark.parametrize("option", ["--json", "--junit", "--html"])
@pytest.mark.parametrize(
    ("file", "why"), [("no/such/r", "No such file or directory"), (".", "Is a directory")]
)
def test_files_are_checked_before_the_run(
    taskdb: Taskdb, engine: Engine, option: str, file: str, why: str
) -> None:
    text = error(taskdb("check", MYDB, option, file))
    assert f"{option} {file}: cannot be written: {why}" in text
    assert engine.calls == []


def test_checking_a_file_does_not_change_it(taskdb: Taskdb) -> None:
    Path("old").write_text("as it was")
    error(taskdb("check", MYDB, "--json", "new", "--junit", "old", "--html", "no/such"))
    assert Path("old").read_text() == "as it was"
    assert not Path("new").exists()


@pytest.mark.parametrize(("file", "place"), [("-", "stdout"), ("same", "same")])
def test_two_reports_cannot_go_to_the_same_file(taskdb: Taskdb, file: str, place: str) -> None:
    text = error(taskdb("check", MYDB, "--json", file, "--html", file))
    assert f"--json and --html cannot both be written to {place}" in text


@pytest.mark.parametrize(
    ("option", "module", "package"),
    [("--junit", "junit", "junitparser"), ("--html", "html", "jinja2")],
)
def test_optional_packages_are_checked_before_the_run(
    taskdb: Taskdb,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    module: str,
    package: str,
) -> None:
    monkeypatch.delitem(sys.modules, f"taskdb_spec.conformance.reporting.{module}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    text = error(taskdb("check", MYDB, option, "r"))
    assert f"{option} needs {package}" in text
    assert "pip install 'taskdb-spec[reports]'" in text
    assert engine.calls == []


def test_a_script_is_saved_for_each_failing_clause(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = failing()
    engine.outcomes["a/b c"] = failing("a/b c")
    result = taskdb("check", MYDB, "made_stores:strange", OTHER, "--out", "deep/down")
    saved = sorted(path.name for path in Path("deep/down").iterdir() if "test" not in path.name)
    assert saved == ["a_b_c-ADD-2.py", "a_b_c-GET-2.py", "mydb-ADD-2.py", "mydb-GET-2.py"]
    assert Path("deep/down/mydb-ADD-2.py").read_text() == script("ADD-2")
    assert "saved 4 scripts; run one again with: taskdb replay deep/down/mydb-" in result.stderr
    assert taskdb("replay", "deep/down/mydb-ADD-2.py").exit_code == 1


@pytest.mark.parametrize("strict", [False, True])
def test_the_saved_pytest_module_runs_the_enforced_scripts(
    taskdb: Taskdb, engine: Engine, strict: bool
) -> None:
    engine.outcomes["mydb"] = report(strict=strict, GET_2="fail", ERR_5="fail")
    taskdb("check", MYDB, "--out", "out")
    assert {path.name for path in Path("out").glob("mydb-*")} == {"mydb-GET-2.py", "mydb-ERR-5.py"}
    test = Path("out/test_counterexamples.py").read_text()
    assert "'mydb-GET-2.py'" in test
    assert ("'mydb-ERR-5.py'" in test) == strict


def test_nothing_is_printed_about_scripts_without_failures(taskdb: Taskdb, engine: Engine) -> None:
    result = taskdb("check", MYDB, "--out", "out")
    assert (result.exit_code, result.stderr) == (0, "")
    assert list(Path("out").iterdir()) == []


def test_the_folder_of_scripts_is_checked_before_the_run(taskdb: Taskdb, engine: Engine) -> None:
    Path("file").write_text("")
    assert "--out file" in error(taskdb("check", MYDB, "--out", "file"))
    assert "--out file/x" in error(taskdb("check", MYDB, "--out", "file/x"))
    assert engine.calls == []


def test_the_help_explains_the_exit_status(taskdb: Taskdb) -> None:
    text = " ".join(taskdb("check", "--help").stdout.split())
    assert "0 all conform; 1 some fail; 3 none fails" in text
    assert "2 the run could not be made" in text
