"""Tests of records: their fields, default values, and which values they reject."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest

from taskdb_spec import (
    TASK_FIELDS,
    DuplicateRecord,
    EngineRecord,
    RecordCulled,
    RecordError,
    RecordNotFound,
    TaskRecord,
    checked_fields,
    new_record,
)
from taskdb_spec.records.domain import safe_repr
from taskdb_spec.records.fields import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    FIELD_CLASSES,
    TEXT_FIELDS,
    TIME_FIELDS,
    normalize_record,
)

NOON = datetime(2012, 3, 4, 12, tzinfo=UTC)
HUGE = 10**5000

SEED_FIELDS = [
    *("msg_id", "client_uuid", "engine_uuid", "header", "content", "buffers", "submitted"),
    *("started", "completed", "resubmitted", "result_header", "result_content", "result_buffers"),
]
LATER_FIELDS = [
    *("metadata", "result_metadata", "received", "arrived", "queue", "label", "execute_input"),
    *("execute_result", "display_data", "error", "stdout", "stderr"),
]
A_VALUE: dict[type, Any] = {str: "a", datetime: NOON, dict: {"a": 1}, list: [b"a"]}


def rejection(msg_id: object, fields: object) -> str:
    with pytest.raises(RecordError) as caught:
        checked_fields(msg_id, fields)
    assert isinstance(caught.value, ValueError)
    return str(caught.value)


def test_the_fields() -> None:
    assert list(TASK_FIELDS) == SEED_FIELDS + LATER_FIELDS
    assert len(TASK_FIELDS) == 25
    assert set(TaskRecord.__annotations__) == set(FIELD_CLASSES) == set(TASK_FIELDS)
    classed = [*TEXT_FIELDS, *TIME_FIELDS, *DICT_FIELDS, *BUFFER_FIELDS, "resubmitted"]
    assert sorted(classed) == sorted(TASK_FIELDS)
    assert set(EngineRecord.__annotations__) == {"eid", "uuid"}


def test_a_new_record_has_all_fields() -> None:
    filled = {"msg_id": "a", "stdout": "", "stderr": ""}
    assert new_record("a") == dict.fromkeys(TASK_FIELDS) | filled


def test_a_new_record_shares_nothing() -> None:
    header = {"a": [1]}
    record = new_record("a", header=header, buffers=[b"x"])
    header["a"].append(2)
    assert record["header"] == {"a": [1]}
    assert new_record("b")["header"] is None


def test_given_fields_are_kept() -> None:
    assert new_record("a", stdout=None, stderr="x")["stdout"] is None
    record = new_record("a", **{name: A_VALUE[FIELD_CLASSES[name][0]] for name in TASK_FIELDS[1:]})
    assert None not in record.values()


def test_new_record_accepts_a_complete_record() -> None:
    whole: Any = new_record("a", label="x")
    assert new_record(whole["msg_id"], **whole) == whole
    with pytest.raises(RecordError, match="the record says 'a', the call 'b'") as caught:
        new_record("b", **whole)
    assert caught.value.clause == "REC-5"


def test_an_update_has_only_the_given_fields() -> None:
    assert checked_fields("a", {}) == {"msg_id": "a"}
    assert checked_fields("a", {"label": None}) == {"msg_id": "a", "label": None}
    assert checked_fields("a", MappingProxyType({"queue": "q"})) == {"msg_id": "a", "queue": "q"}


@pytest.mark.parametrize("name", TASK_FIELDS[1:])
def test_a_field_accepts_none_and_its_class_only(name: str) -> None:
    assert checked_fields("a", {name: None})[name] is None
    for kind, value in A_VALUE.items():
        if kind in FIELD_CLASSES[name]:
            assert checked_fields("a", {name: value})[name] == value
        else:
            assert rejection("a", {name: value}).startswith(f"{name}: must be a ")
    for value in (True, 1, 1.5, b"a", NOON.date(), ("a",), {1}, object()):
        assert name in rejection("a", {name: value})


def test_resubmitted_may_be_an_id_or_a_timestamp() -> None:
    assert new_record("a", resubmitted="b")["resubmitted"] == "b"
    assert new_record("a", resubmitted=NOON)["resubmitted"] == NOON


@pytest.mark.parametrize("name", TIME_FIELDS)
def test_timestamps_become_utc(name: str) -> None:
    east = NOON.astimezone(timezone(timedelta(hours=5)))
    assert str(checked_fields("a", {name: east})[name]) == "2012-03-04 12:00:00+00:00"
    assert f"{name}: a datetime must have a time zone" in rejection(
        "a", {name: datetime(2012, 3, 4)}
    )
    assert rejection("a", {name: NOON.isoformat()}) == f"{name}: must be a datetime, not str"


@pytest.mark.parametrize("name", BUFFER_FIELDS)
def test_buffers_become_bytes(name: str) -> None:
    blob = bytearray(b"abcd")
    given = [b"x", blob, memoryview(blob), memoryview(blob)[::2], memoryview(blob).cast("H"), b""]
    copy = checked_fields("a", {name: given})[name]
    assert copy == [b"x", b"abcd", b"abcd", b"ac", b"abcd", b""]
    assert {type(item) for item in copy} == {bytes}
    blob[0] = 0
    assert copy[1:3] == [b"abcd", b"abcd"]
    assert checked_fields("a", {name: []})[name] == []


@pytest.mark.parametrize("name", BUFFER_FIELDS)
@pytest.mark.parametrize("item", ["x", None, 5, [b"x"], {}], ids=repr)
def test_buffers_contain_nothing_else(name: str, item: object) -> None:
    assert rejection("a", {name: [b"", item]}).startswith(
        f"{name}[1]: must be bytes, a bytearray or"
    )


@pytest.mark.parametrize("value", [b"ab", bytearray(b"ab"), memoryview(b"ab"), (b"ab",), "ab"])
def test_buffers_must_be_a_list(value: object) -> None:
    assert "buffers: must be a list" in rejection("a", {"buffers": value})


@pytest.mark.parametrize(
    "name", ["nope", "header.a", "Header", "", "$set", 5, None, (), HUGE], ids=safe_repr
)
def test_unknown_fields_are_rejected(name: object) -> None:
    text = rejection("a", {"label": "fine", name: 1})
    assert "no such field" in text
    assert "result_metadata" in text  # the text says which there are


@pytest.mark.parametrize(
    "msg_id", [None, 5, b"a", ["a"], HUGE, object()], ids=lambda msg_id: type(msg_id).__name__
)
def test_a_msg_id_must_be_a_str(msg_id: object) -> None:
    assert rejection(msg_id, {}).startswith("msg_id: must be a str")
    if msg_id is not HUGE:
        assert "msg_id" in rejection("a", {"msg_id": msg_id})


def test_a_msg_id_must_be_encodable() -> None:
    assert "lone surrogates" in rejection("\ud800", {})


def test_the_msg_id_of_the_record_must_be_that_of_the_call() -> None:
    assert checked_fields("a", {"msg_id": "a"}) == {"msg_id": "a"}
    assert rejection("a", {"msg_id": "b"}) == "msg_id: the record says 'b', the call 'a'"


@pytest.mark.parametrize("fields", [None, 5, "label", ["label"], [("label", "a")], {"label"}])
def test_fields_must_be_a_mapping(fields: object) -> None:
    assert rejection("a", fields).startswith("record: must be a dict, not ")


@pytest.mark.parametrize(
    ("value", "location"),
    [
        ({"a": {1}}, "header['a']: a set is not"),
        ({"a": [1, {"b": (2,)}]}, "header['a'][1]['b']: a tuple is not"),
        ({"a": bytearray()}, "header['a']: a bytearray is not"),
        ({"a": datetime(2012, 3, 4)}, "header['a']: a datetime must have a time zone"),
        ({"a": 2**63}, "header['a']: an int must lie in"),
        ({"a": "\udc80"}, "header['a']: a str must not hold lone surrogates"),
        ({5: 1}, "header: the key 5 is not a str"),
        ({HUGE: 1}, "header: the key an object of type int is not a str"),
        ({"a": {None: 1}}, "header['a']: the key None is not a str"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_values_outside_the_domain_are_rejected(value: object, location: str) -> None:
    assert rejection("a", {"header": value}).startswith(location)


def test_arguments_are_not_modified() -> None:
    given = {"header": {"a": [bytearray(b"x")]}, "label": "a"}
    rejection("a", given)
    assert given == {"header": {"a": [bytearray(b"x")]}, "label": "a"}
    checked_fields("a", {"label": "a"} | (fields := {"buffers": [bytearray(b"x")]}))
    assert type(fields["buffers"][0]) is bytearray


@pytest.mark.parametrize("kind", [DuplicateRecord, RecordNotFound, RecordCulled])
def test_the_text_of_a_key_error_is_its_message(kind: type[KeyError]) -> None:
    assert issubclass(kind, KeyError)
    assert str(kind("no record 'a'")) == "no record 'a'"
    assert issubclass(RecordCulled, RecordNotFound)


def test_normalize_record_omits_fields_that_are_none() -> None:
    empty = {"msg_id": "a", "stdout": "", "stderr": ""}
    assert normalize_record("a", {}) == empty
    assert normalize_record("a", {"label": None, "queue": ""}) == empty | {"queue": ""}
    assert normalize_record("a", MappingProxyType({"stdout": None})) == {
        "msg_id": "a",
        "stderr": "",
    }
    assert {**new_record("a"), **normalize_record("a", {"header": {}})} == new_record(
        "a", header={}
    )
    with pytest.raises(RecordError, match="msg_id: must be a str"):
        normalize_record("a", {"msg_id": None})


def test_subclasses_become_the_plain_class() -> None:
    class Text(str):
        pass

    class Buffers(list[Any]):
        pass

    class Document(dict[str, Any]):
        pass

    given = {"label": Text("x"), "header": Document(a=Text("y")), "buffers": Buffers([b"z"])}
    copy = checked_fields(Text("a"), given)
    assert copy == {"msg_id": "a", "label": "x", "header": {"a": "y"}, "buffers": [b"z"]}
    plain = {"msg_id": str, "label": str, "header": dict, "buffers": list}
    assert {name: type(value) for name, value in copy.items()} == plain
    assert type(copy["header"]["a"]) is str
