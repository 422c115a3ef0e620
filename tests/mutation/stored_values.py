"""Mutants that change values when they store them: clauses VAL."""

from __future__ import annotations

import json
import re
import struct
import unicodedata
from datetime import UTC, datetime

from taskdb_spec import RecordError
from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.fields import BUFFER_FIELDS, DICT_FIELDS
from taskdb_spec.records.ordering import EPOCH
from taskdb_spec.records.traversal import iter_paths, map_values
from tests.mutation.base import broken
from tests.mutation.decorators import (
    with_stored_fields,
    with_stored_members,
    with_stored_values,
)


def change_keys(value, change):
    """Return a dict with other keys, and any other value as it is."""
    return {change(k): v for k, v in value.items()} if isinstance(value, dict) else value


@with_stored_values("VAL-1", "text ends at the first NUL", capabilities=CORE)
def text_ends_at_nul(value):
    return value.partition("\0")[0] if isinstance(value, str) else value


@with_stored_values("VAL-1", "blanks at the end of text are cut", capabilities=CORE)
def blanks_are_cut(value):
    return value.rstrip() if isinstance(value, str) else value


@with_stored_values("VAL-1", "text is stored in the normal form C", capabilities=CORE)
def text_is_normalised(value):
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


@with_stored_values("VAL-1", "characters beyond the BMP become question marks", capabilities=CORE)
def beyond_the_bmp_is_lost(value):
    if not isinstance(value, str):
        return value
    return "".join(c if ord(c) < 0x10000 else "?" for c in value)


@with_stored_values("VAL-1", "quotes are doubled", capabilities=CORE)
def quotes_are_doubled(value):
    return value.replace("'", "''") if isinstance(value, str) else value


@with_stored_values("VAL-9", "a key ends at the first NUL", capabilities=CORE)
def keys_end_at_nul(value):
    return change_keys(value, lambda key: key.partition("\0")[0])


@with_stored_values("VAL-9", "keys are stored in the normal form C", capabilities=CORE)
def keys_are_normalised(value):
    return change_keys(value, lambda key: unicodedata.normalize("NFC", key))


@with_stored_members("VAL-2", "text that reads like a date becomes a datetime", capabilities=CORE)
def date_text_becomes_a_date(value):
    if not isinstance(value, str):
        return value
    try:
        instant = datetime.fromisoformat(value)
        return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return value


@with_stored_members("VAL-2", "text that reads like an int becomes one", capabilities=CORE)
def digits_become_an_int(value):
    short = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19
    return int(value) if short else value


@with_stored_members("VAL-2", "text that reads like a float becomes one", capabilities=CORE)
def number_text_becomes_a_float(value):
    if not isinstance(value, str) or "." not in value:
        return value
    try:
        return float(value)
    except ValueError:
        return value


@with_stored_values("VAL-2", "the text 'null' becomes None", capabilities=CORE)
def null_text_becomes_none(value):
    return None if value in ("null", "None", "NULL") else value


@with_stored_members("VAL-2", "text that reads like JSON is decoded", capabilities=CORE)
def json_text_is_decoded(value):
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


@with_stored_fields(
    "VAL-3", "an empty list of buffers becomes None", *BUFFER_FIELDS, capabilities=CORE
)
def no_buffers_become_none(value):
    return value or None


@with_stored_members("VAL-3", "an empty list inside of a document becomes None", capabilities=CORE)
def inner_empty_list_becomes_none(value):
    return None if value == [] else value


@with_stored_members("VAL-3", "an empty dict inside of a document becomes []", capabilities=CORE)
def inner_empty_dict_becomes_a_list(value):
    return [] if value == {} else value


@with_stored_fields("VAL-3", "an empty header becomes None", "header", "content", capabilities=CORE)
def empty_header_becomes_none(value):
    return value or None


@with_stored_values("VAL-3", "empty text becomes None", capabilities=CORE)
def empty_text_becomes_none(value):
    return None if value == "" else value


@with_stored_members("VAL-3", "empty bytes become empty text", capabilities=CORE)
def empty_bytes_become_text(value):
    return "" if value == b"" else value


@with_stored_members("VAL-4", "True and False become 1 and 0", capabilities=CORE)
def bools_become_ints(value):
    return int(value) if isinstance(value, bool) else value


@with_stored_members("VAL-4", "1 and 0 become True and False", capabilities=CORE)
def ones_become_bools(value):
    return bool(value) if type(value) is int and value in (0, 1) else value


@with_stored_members("VAL-4", "bools inside of lists become ints", capabilities=CORE)
def bools_in_lists_become_ints(value):
    if not isinstance(value, list):
        return value
    return [int(item) if isinstance(item, bool) else item for item in value]


@with_stored_members("VAL-5", "ints pass through a float", capabilities=CORE)
def ints_pass_through_a_float(value):
    exact = type(value) is not int or abs(value) >= 2**63 - 1024
    return value if exact else int(float(value))


@with_stored_members("VAL-5", "ints become floats", capabilities=CORE)
def ints_become_floats(value):
    return float(value) if type(value) is int else value


@with_stored_members("VAL-5", "ints wrap around at 32 bits", capabilities=CORE)
def ints_wrap_at_32_bits(value):
    return (value + 2**31) % 2**32 - 2**31 if type(value) is int else value


@with_stored_members("VAL-5", "the least int, -2**63, is clipped by one", capabilities=CORE)
def least_int_is_clipped(value):
    return max(value, 1 - 2**63) if type(value) is int else value


@with_stored_members("VAL-6", "whole floats become ints", capabilities=CORE)
def whole_floats_become_ints(value):
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return int(value) if whole else value


@with_stored_members("VAL-6", "NaN becomes None", capabilities=CORE)
def nan_becomes_none(value):
    return None if value != value else value


@with_stored_members("VAL-6", "the infinities become the largest floats", capabilities=CORE)
def infinities_are_clipped(value):
    return max(-1.7e308, min(1.7e308, value)) if value in (float("inf"), -float("inf")) else value


@with_stored_members("VAL-6", "floats are cut to single precision", capabilities=CORE)
def floats_are_single(value):
    if not isinstance(value, float) or not abs(value) < 1e38:
        return value
    return struct.unpack("f", struct.pack("f", value))[0]


@with_stored_members("VAL-6", "floats keep six digits", capabilities=CORE)
def floats_keep_six_digits(value):
    return float(f"{value:.6g}") if isinstance(value, float) else value


@with_stored_members("VAL-7", "bytes become text", capabilities=CORE)
def bytes_become_text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value


@with_stored_members("VAL-7", "bytes lose the zeros at their end", capabilities=CORE)
def bytes_lose_zeros(value):
    return value.rstrip(b"\0") if isinstance(value, bytes) else value


@with_stored_members("VAL-7", "bytes inside of lists become lists of ints", capabilities=CORE)
def bytes_in_lists_become_ints(value):
    if not isinstance(value, list):
        return value
    return [list(item) if isinstance(item, bytes) else item for item in value]


@with_stored_members("VAL-8", "a datetime inside of a document becomes text", capabilities=CORE)
def inner_instants_become_text(value):
    return value.isoformat() if isinstance(value, datetime) else value


@broken("VAL-8", "a datetime inside of a document reads back naive", CORE)
class InnerInstantsReadBackNaive(StepwiseModel):
    def copy_record(self, record, names=None):
        copy = super().copy_record(record, names)
        return {
            name: map_values(value, drop_zone) if name in DICT_FIELDS else value
            for name, value in copy.items()
        }


def drop_zone(value):
    """Return a datetime without its time zone, and any other value as it is."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


@with_stored_members(
    "VAL-8", "a datetime inside of a document loses its microseconds", capabilities=CORE
)
def inner_instants_lose_microseconds(value):
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


@with_stored_members("VAL-8", "a datetime inside of a list becomes a number", capabilities=CORE)
def instants_in_lists_become_numbers(value):
    if not isinstance(value, list):
        return value
    return [(i - EPOCH).total_seconds() if isinstance(i, datetime) else i for i in value]


@with_stored_values("VAL-9", "keys are sorted", capabilities=CORE)
def keys_are_sorted(value):
    return dict(sorted(value.items())) if isinstance(value, dict) else value


@with_stored_members("VAL-9", "keys of inner dicts are sorted", capabilities=CORE)
def inner_keys_are_sorted(value):
    return dict(sorted(value.items())) if isinstance(value, dict) else value


@with_stored_values("VAL-9", "dots in keys become underscores", capabilities=CORE)
def dots_in_keys_are_replaced(value):
    return change_keys(value, lambda key: key.replace(".", "_"))


@with_stored_values("VAL-9", "keys that begin with a dollar are dropped", capabilities=CORE)
def dollar_keys_are_dropped(value):
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if not key.startswith("$")}


@with_stored_values("VAL-9", "the empty key is dropped", capabilities=CORE)
def empty_key_is_dropped(value):
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if key}


@with_stored_values("VAL-9", "keys are stored in lower case", capabilities=CORE)
def keys_are_lowered(value):
    return change_keys(value, str.lower)


@with_stored_members("VAL-10", "lists inside of lists are flattened", capabilities=CORE)
def lists_are_flattened(value):
    if not isinstance(value, list):
        return value
    return [one for item in value for one in (item if isinstance(item, list) else [item])]


@with_stored_members("VAL-10", "dicts inside of lists become lists of pairs", capabilities=CORE)
def dicts_in_lists_become_pairs(value):
    if not isinstance(value, list):
        return value
    return [[[k, v] for k, v in i.items()] if isinstance(i, dict) else i for i in value]


@with_stored_members("VAL-10", "a list of one list becomes that list", capabilities=CORE)
def single_lists_are_unwrapped(value):
    one = isinstance(value, list) and len(value) == 1 and isinstance(value[0], list)
    return value[0] if one else value


@with_stored_fields(
    "VAL-10", "what is nested four deep is lost", "header", "content", capabilities=CORE
)
def deep_values_are_lost(value):
    return empty_below(value, 3)


def empty_below(value, depth):
    """Return a copy of a value in which lists and dicts that are nested deeper are empty."""
    if isinstance(value, dict):
        return {key: empty_below(item, depth - 1) for key, item in value.items() if depth}
    if isinstance(value, list):
        return [empty_below(item, depth - 1) for item in value if depth]
    return value


@with_stored_members("VAL-1", "CR LF becomes LF", capabilities=CORE)
def line_ends_are_unified(value):
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


@with_stored_members("VAL-1", "texts end at 65,535 characters", capabilities=CORE)
def texts_are_cut(value):
    return value[:65_535] if isinstance(value, str) else value


@with_stored_fields("VAL-1", "labels end at 255 characters", "label", "queue", capabilities=CORE)
def labels_are_cut(value):
    return value[:255]


@with_stored_members("VAL-2", "percent escapes are decoded", capabilities=CORE)
def percent_is_an_escape(value):
    if not isinstance(value, str):
        return value
    return re.sub("%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), value)


@with_stored_members("VAL-6", "large whole floats become ints", capabilities=CORE)
def large_floats_are_ints(value):
    return int(value) if isinstance(value, float) and 1e16 <= abs(value) < 2**63 else value


@with_stored_members("VAL-9", "a full-width full stop in a key is a dot", capabilities=CORE)
def full_stops_are_dots(value):
    return change_keys(value, lambda key: key.replace("\uff0e", "."))


@with_stored_members("VAL-9", "{'$date': text} is read as an instant", capabilities=CORE)
def tagged_dates_are_dates(value):
    tagged = isinstance(value, dict) and list(value) == ["$date"]
    return datetime(2020, 1, 1, tzinfo=UTC) if tagged else value


def is_nested_deeper(value, levels):
    """Return whether dicts and lists are nested in more than so many levels."""
    return any(
        len(position) >= levels
        for position, item in iter_paths(value)
        if isinstance(item, dict | list)
    )


@broken("VAL-10", "what is nested deeper than 64 levels is refused", CORE)
class DeepValuesAreRefused(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        fields = super().normalize_record(msg_id, rec)
        if any(is_nested_deeper(value, 64) for value in fields.values()):
            raise RecordError("too deep")
        return fields


@with_stored_values("VAL-1", "U+0001 is kept as U+0000", capabilities=CORE)
def escape_character_becomes_nul(value):
    return value.replace("\x01", "\0") if isinstance(value, str) else value
