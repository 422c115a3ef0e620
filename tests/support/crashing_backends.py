"""Backends that do not only answer wrongly: they hang, or end or burden the process."""

from __future__ import annotations

import ctypes
import os
import sys
import time

from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance.core.config import ResourceBudget
from taskdb_spec.model import Model

SHORT = ResourceBudget(call=0.6, probe=0.4, script=5, memory=300 << 20)
"""What these backends may cost a run of the tests."""


def hang():
    while True:
        time.sleep(60)


class HangsInFind(Model):
    def find_records(self, check, keys=None):
        hang()


class HangsInGlob(Model):
    def find_records(self, check, keys=None):
        if "$glob" in repr(check):
            hang()
        return super().find_records(check, keys)


class HangsAfterFive(Model):
    def add_record(self, msg_id, rec, /):
        if len(self.records) >= 5:
            hang()
        super().add_record(msg_id, rec)


class HangsInClose(Model):
    def close(self):
        hang()


class ExitsInUpdate(Model):
    def update_record(self, msg_id, rec, /):
        if "label" in rec:
            sys.exit(3)
        super().update_record(msg_id, rec)


class EndsInDrop(Model):
    def drop_record(self, msg_id, /):
        os._exit(0)


class CrashesInFind(Model):
    def find_records(self, check, keys=None):
        ctypes.string_at(0)


class EndsInHistory(Model):
    def get_history(self):
        os._exit(1)


class TakesAllMemory(Model):
    def get_history(self):
        taken = []
        while True:
            taken.append(bytes(10**8))


class RaisesKeyboardInterrupt(Model):
    def find_records(self, check, keys=None):
        if "$glob" in repr(check):
            raise KeyboardInterrupt
        return super().find_records(check, keys)


class RaisesGeneratorExit(Model):
    def find_records(self, check, keys=None):
        if "$regex" in repr(check):
            raise GeneratorExit
        return super().find_records(check, keys)


class Floods(Model):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        print("added\n" * 50, flush=True)
        os.write(1, b"added\n" * 50)
        os.write(2, b"added\n" * 50)


def _hangs(folder):
    hang()


def _ends(folder):
    os._exit(4)


def _exits(folder):
    sys.exit(5)


def _declared(store):
    """The store, with a fault of another kind beside: it takes an id that is there."""

    class Store(store):
        def add_record(self, msg_id, rec, /):
            if msg_id in self.records:
                return
            super().add_record(msg_id, rec)

    return Backend(store.__name__, lambda folder: Store(), QUERY_CAPABILITIES)


hangs_in_find = _declared(HangsInFind)
hangs_in_glob = _declared(HangsInGlob)
hangs_after_five = _declared(HangsAfterFive)
hangs_in_close = _declared(HangsInClose)
exits_in_update = _declared(ExitsInUpdate)
ends_in_drop = _declared(EndsInDrop)
crashes_in_find = _declared(CrashesInFind)
ends_in_history = _declared(EndsInHistory)
takes_all_memory = _declared(TakesAllMemory)
raises_keyboard_interrupt = _declared(RaisesKeyboardInterrupt)
raises_generator_exit = _declared(RaisesGeneratorExit)
floods = Backend("floods", lambda folder: Floods(), QUERY_CAPABILITIES)
hangs_in_open = Backend("hangs", _hangs)
ends_in_open = Backend("ends", _ends)
exits_in_open = Backend("exits", _exits)
