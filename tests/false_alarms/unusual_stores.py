"""Stores that are sound though unusual: each does what the specification leaves open.

A clause that fails on one of them is a false alarm.
"""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from taskdb_spec import Backend, Capability, QueryError
from tests.false_alarms.minimal_culling_store import frugal
from tests.support.second_implementation.store import QUERYING, Store, independent_backend
from tests.support.second_implementation.values import BUFFERS, DATES, DOCUMENTS, FIELDS, key

FIVE_EAST = timezone(timedelta(hours=5, minutes=30))


def mapped(value: Any, change: Callable[[datetime], datetime]) -> Any:
    """The value with every datetime in it changed."""
    if isinstance(value, datetime):
        return change(value)
    if isinstance(value, list):
        return [mapped(item, change) for item in value]
    if isinstance(value, dict):
        return {name: mapped(item, change) for name, item in value.items()}
    return value


class OneOffset(Store):
    """Every timestamp comes back with the same offset, whatever it came with."""

    def copied(self, record: dict[str, Any]) -> dict[str, Any]:
        return mapped(super().copied(record), to_five_east)


def to_five_east(moment: datetime) -> datetime:
    return moment.astimezone(FIVE_EAST)


class SameOffset(Store):
    """Every timestamp comes back as it was given, with its own offset."""

    def accepted(self, msg_id: str, rec: dict[str, Any]) -> dict[str, Any]:
        return {name: given_back(rec[name], v) for name, v in super().accepted(msg_id, rec).items()}

    def copied(self, record: dict[str, Any]) -> dict[str, Any]:
        return {name: given_back(v, v) for name, v in record.items()}


def given_back(given: Any, taken: Any) -> Any:
    """What was taken, with the datetimes that were given."""
    if isinstance(taken, dict):
        return {name: given_back(given[name], item) for name, item in taken.items()}
    if isinstance(taken, list):
        return [given_back(one, item) for one, item in zip(given, taken, strict=True)]
    return given if isinstance(taken, datetime) else taken


class Reversed(Store):
    """What has no order comes in the reverse of the usual one: fields, records found."""

    def copied(self, record: dict[str, Any]) -> dict[str, Any]:
        return dict(reversed(super().copied(record).items()))

    def find_records(self, check: dict[str, Any], keys: Any = None) -> dict[str, dict[str, Any]]:
        return dict(reversed(super().find_records(check, keys).items()))


class TiesReversed(Store):
    """Of records submitted at the same instant, the last added comes first."""

    def get_history(self) -> list[str]:
        ids = list(self.kept)[::-1]
        return sorted(ids, key=lambda msg_id: key(self.kept[msg_id]["submitted"]))


class TiesById(Store):
    """Records submitted at the same instant come in descending order of id, as from an index."""

    def get_history(self) -> list[str]:
        ids = sorted(self.kept, reverse=True)
        return sorted(ids, key=lambda msg_id: key(self.kept[msg_id]["submitted"]))


class PlainErrors(Store):
    """Python's own errors in place of the named classes, taking turns where several are allowed."""

    def __init__(self, claims: frozenset[Capability] = QUERYING) -> None:
        super().__init__(claims)
        self.turns = itertools.cycle([0, 1])

    def plainly(self, method: Callable[..., Any], *args: Any) -> Any:
        try:
            return method(*args)
        except (KeyError, ValueError) as error:
            bases = [c for c in type(error).__mro__ if c in (KeyError, ValueError, TypeError)]
            raise bases[next(self.turns) % len(bases)](str(error)) from None

    def add_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        self.plainly(super().add_record, msg_id, rec)

    def get_record(self, msg_id: str) -> dict[str, Any]:
        return self.plainly(super().get_record, msg_id)

    def update_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        self.plainly(super().update_record, msg_id, rec)

    def drop_record(self, msg_id: str) -> None:
        self.plainly(super().drop_record, msg_id)

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        self.plainly(super().drop_matching_records, check)

    def find_records(self, check: dict[str, Any], keys: Any = None) -> dict[str, dict[str, Any]]:
        return self.plainly(super().find_records, check, keys)


class Unsupported(KeyError):
    """What a store of its own may raise for what it does not do."""


class CoreOnly(Store):
    """Nothing beyond the core, and a plain KeyError for all else, malformed or not."""

    def __init__(self) -> None:
        super().__init__(frozenset())

    def selected(self, check: dict[str, Any]) -> list[str]:
        try:
            return super().selected(check)
        except QueryError as error:
            if type(check) is dict and all(type(name) is str for name in check):
                raise Unsupported("not here") from error
            raise


class Narrow(Store):
    """No more than is claimed, to the letter: dicts and lists of a record cannot be queried."""

    def selected(self, check: dict[str, Any]) -> list[str]:
        found = super().selected(check)
        out_of_reach = [] if Capability.documents in self.claims else DOCUMENTS
        out_of_reach = [*out_of_reach, *([] if Capability.arrays in self.claims else BUFFERS)]
        if any(name in out_of_reach for name in fields_of(check)):
            raise Unsupported("no such field can be queried")
        return found


def fields_of(query: dict[str, Any]) -> Iterator[str]:
    for name, condition in query.items():
        if not name.startswith("$"):
            yield name
        else:
            for part in condition:
                yield from fields_of(part)


class Milliseconds(Store):
    """Timestamps are cut to the millisecond, in records and in queries."""

    def accepted(self, msg_id: str, rec: dict[str, Any]) -> dict[str, Any]:
        return mapped(super().accepted(msg_id, rec), cut)

    def selected(self, check: dict[str, Any]) -> list[str]:
        super().selected(check)
        return super().selected(mapped(check, cut))


def cut(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class InFile(Store):
    """All records in one file, written anew after each write."""

    def __init__(self, workdir: Path) -> None:
        super().__init__()
        self.file = workdir / "tasks.pickle"
        if self.file.exists():
            self.kept = pickle.loads(self.file.read_bytes())

    def saved(self) -> None:
        self.file.write_bytes(pickle.dumps(self.kept))

    def add_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        super().add_record(msg_id, rec)
        self.saved()

    def update_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        super().update_record(msg_id, rec)
        self.saved()

    def drop_record(self, msg_id: str) -> None:
        super().drop_record(msg_id)
        self.saved()

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        super().drop_matching_records(check)
        self.saved()


class OnClose(InFile):
    """All records in one file, written on close only: durable, though not safe from a crash."""

    def saved(self) -> None:
        """Later."""

    def close(self) -> None:
        self.file.write_bytes(pickle.dumps(self.kept))


class ChecksFirst(Store):
    """A bad record is refused before the id is looked up."""

    def update_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        fields = self.accepted(msg_id, rec)
        self.there(msg_id).update(fields)


class LooksUpFirst(Store):
    """The id is looked up before the record is checked; keys after the query."""

    def add_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        if type(msg_id) is str and msg_id in self.kept:
            super().add_record(msg_id, {})
        super().add_record(msg_id, rec)

    def find_records(self, check: dict[str, Any], keys: Any = None) -> dict[str, dict[str, Any]]:
        self.selected(check)
        return super().find_records(check, keys)


class TakesMappings(Store):
    """Any mapping is taken for a record, and sets of names for keys."""

    def accepted(self, msg_id: str, rec: Mapping[str, Any]) -> dict[str, Any]:
        return super().accepted(msg_id, dict(rec) if isinstance(rec, Mapping) else rec)

    def find_records(self, check: dict[str, Any], keys: Any = None) -> dict[str, dict[str, Any]]:
        if isinstance(keys, set | frozenset | Mapping):
            keys = list(keys)
        return super().find_records(check, keys)


class Pickles(Store):
    """Records are kept as pickles, and copied by that."""

    def copied(self, record: dict[str, Any]) -> dict[str, Any]:
        return pickle.loads(pickle.dumps(record))


class LooseFields(Pickles):
    """The class of a root field is not looked at, but for dates: that is a SHOULD."""

    def accepted(self, msg_id: str, rec: dict[str, Any]) -> dict[str, Any]:
        loose = {} if type(rec) is not dict else {n: v for n, v in rec.items() if is_loose(n, v)}
        strict = {n: v for n, v in rec.items() if n not in loose} if loose else rec
        held = super().accepted(msg_id, {"header": {"held": loose}})["header"]["held"]
        return {**super().accepted(msg_id, strict), **held}


def is_loose(name: Any, value: Any) -> bool:
    named = name in FIELDS and name != "msg_id" and name not in DATES
    return named and isinstance(value, str | int | bytes | dict)


class Subclassed(Store):
    """Answers are of a subclass of dict."""

    def copied(self, record: dict[str, Any]) -> dict[str, Any]:
        return Answer(super().copied(record))

    def find_records(self, check: dict[str, Any], keys: Any = None) -> dict[str, dict[str, Any]]:
        return Answer(super().find_records(check, keys))


class Answer(dict[str, Any]):
    """A dict of its own class, as many drivers return."""


class AllAtOnce(Reversed, OneOffset, TiesReversed, PlainErrors, ChecksFirst, TakesMappings):
    """Many of them in one store."""


class AllOtherwise(Milliseconds, OnClose, SameOffset, TiesById, LooksUpFirst, Subclassed):
    """Many others in one store."""


def made(
    name: str, store: Callable[[], Store], claims: frozenset[Capability] = QUERYING
) -> Backend:
    return Backend(name=name, open=lambda workdir: store(), capabilities=claims)


def alone(name: str) -> Backend:
    """A store that claims one capability and refuses what belongs to the others."""
    claims = frozenset({Capability(name)})
    return Backend(name=f"{name} alone", open=lambda workdir: Store(claims), capabilities=claims)


def narrow(name: str) -> Backend:
    """The same, of a store that refuses all fields that its claim does not reach."""
    claims = frozenset({Capability(name)})
    return Backend(name=f"narrow {name}", open=lambda workdir: Narrow(claims), capabilities=claims)


def all_but(name: str) -> Backend:
    """A store that claims all capabilities but one."""
    claims = QUERYING - {Capability(name)}
    return Backend(name=f"all but {name}", open=lambda workdir: Store(claims), capabilities=claims)


NO_CLAIMS: frozenset[Capability] = frozenset()
UNUSUAL = [
    made("one offset", OneOffset),
    made("same offset", SameOffset),
    made("reversed", Reversed),
    made("ties reversed", TiesReversed),
    made("ties by id", TiesById),
    made("plain errors", PlainErrors),
    made("core only", CoreOnly, NO_CLAIMS),
    made("narrow", lambda: Narrow(NO_CLAIMS), NO_CLAIMS),
    Backend("milliseconds", lambda workdir: Milliseconds(), QUERYING, "millisecond"),
    Backend("in a file", InFile, QUERYING | {Capability.durable}),
    Backend("written on close", OnClose, QUERYING | {Capability.durable}),
    made("checks first", ChecksFirst),
    made("looks up first", LooksUpFirst),
    made("takes mappings", TakesMappings),
    made("pickles", Pickles),
    made("loose fields", LooseFields),
    made("subclassed", Subclassed),
    frugal,
    made("all at once", AllAtOnce),
    Backend("all otherwise", AllOtherwise, QUERYING | {Capability.durable}, "millisecond"),
]
ALONE = [alone(name) for name in sorted(QUERYING)]
ALL_BUT = [all_but(name) for name in sorted(QUERYING)]
NARROW = [narrow(name) for name in sorted(QUERYING)]
SOUND = {
    backend.name: backend for backend in [independent_backend, *UNUSUAL, *ALONE, *NARROW, *ALL_BUT]
}
