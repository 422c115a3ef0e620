"""The printed report: tables of ratios, omissions, and changes since the last run."""

from __future__ import annotations

from collections.abc import Iterator

from bench.contenders.stores import DICT, IPYPARALLEL_DICT, PLAIN_DICT
from bench.reporting.format import (
    MISSING,
    format_duration,
    format_exponent,
    format_ratio,
    format_share,
    format_table,
)
from bench.reporting.results import Measurement, Results, fit_growth
from bench.suites import durable_stores, memory_store, real_stores, suite_speed

MIN_CHANGE_FACTOR = 1.5
"""Smaller changes are not listed. On a machine in use, times vary by less than this."""
MAX_LISTED_CHANGES = 20
_DICTS = (DICT.name, IPYPARALLEL_DICT.name)


def format_report(results: Results, previous: Results | None) -> str:
    """Return all tables of a run as Markdown.

    Args:
        results: The results of this run.
        previous: Those of the last run with the same options, for comparison.
    """
    parts = [
        *_format_memory_store(results, previous),
        *_format_durable_stores(results),
        *_format_suite_speed(results),
        *_format_real_stores(results),
        *_format_omissions(results),
        *_format_changes(results, previous),
    ]
    return "\n\n".join(parts)


def compute_ratio(
    results: Results, group: str, call: str, contender: str, base: str, n: int
) -> float | None:
    """Return the time of `contender` divided by that of `base`; None without both times."""
    divisor, dividend = (results.select(group, call, name).get(n) for name in (base, contender))
    if divisor is None or dividend is None or not divisor.median:
        return None
    return dividend.median / divisor.median


def list_compared_sizes(results: Results, calls: list[str]) -> list[int]:
    """Return the numbers of records at which ipyparallel's DictDB was measured, in order."""
    measured = (results.select(memory_store.GROUP, call, IPYPARALLEL_DICT.name) for call in calls)
    return sorted({n for by_size in measured for n in by_size})


def _format_memory_store(results: Results, previous: Results | None) -> Iterator[str]:
    calls, _ = results.list_names(memory_store.GROUP)
    sizes = list_compared_sizes(results, calls)
    if not sizes:
        return
    yield f"## {DICT.name} and {IPYPARALLEL_DICT.name}"
    yield (
        f"The time of a call with {IPYPARALLEL_DICT.name}, divided by that with {DICT.name}. The "
        "last columns show how CPU time and bytecodes grow with n: the exponent of n."
    )
    head = [f"{n:,} records" for n in sizes]
    growths = ["time ours", "theirs", "bytecodes ours", "theirs"]
    before = ["before"] if previous else []
    rows = [_make_memory_store_row(results, previous, call, sizes) for call in calls]
    yield format_table(["call", *head, *before, f"{sizes[-1]:,}: ours", *growths], rows)
    yield from _format_upper_bound(results, calls, sizes, head)
    memory = [results.select(memory_store.MEMORY, "a record", name) for name in _DICTS]
    yield format_table(
        ["memory per record", *(f"{n:,} records" for n in memory[0])],
        [
            [name, *(f"{each.median:,.0f} bytes" for each in by_size.values())]
            for name, by_size in zip(_DICTS, memory, strict=True)
        ],
    )


def _make_memory_store_row(
    results: Results, previous: Results | None, call: str, sizes: list[int]
) -> list[str]:
    def format_ratios(run: Results) -> list[str]:
        group, theirs, ours = memory_store.GROUP, IPYPARALLEL_DICT.name, DICT.name
        return [format_ratio(compute_ratio(run, group, call, theirs, ours, n)) for n in sizes]

    largest = results.select(memory_store.GROUP, call, DICT.name).get(sizes[-1])
    growths = [
        format_exponent(fit_growth(results.select(group, call, name)))
        for group in (memory_store.GROUP, memory_store.COUNTS)
        for name in _DICTS
    ]
    before = [" / ".join(format_ratios(previous))] if previous else []
    duration = format_duration(largest.median) if largest else MISSING
    return [call, *format_ratios(results), *before, duration, *growths]


def _format_upper_bound(
    results: Results, calls: list[str], sizes: list[int], head: list[str]
) -> Iterator[str]:
    """Compare with a plain dict, which does nothing but copy records."""

    def format_time(call: str, n: int) -> str:
        group = memory_store.GROUP
        return format_ratio(compute_ratio(results, group, call, DICT.name, PLAIN_DICT.name, n))

    compared = [call for call in calls if results.select(memory_store.GROUP, call, PLAIN_DICT.name)]
    if compared:
        yield f"The time of a call with {DICT.name}, divided by that with a {PLAIN_DICT.name}:"
        rows = [[call, *(format_time(call, n) for n in sizes)] for call in compared]
        yield format_table(["call", *head], rows)


def _format_durable_stores(results: Results) -> Iterator[str]:
    for group in (durable_stores.DURABLE, durable_stores.UNSAFE):
        calls, contenders = results.list_names(group)
        if not calls:
            continue
        n = max(each.n for each in results.measurements if each.group == group)
        yield f"## {group.capitalize()}: {n:,} records"
        yield f"The time of a call, and its ratio to that of {durable_stores.REFERENCE}."
        rows = [
            [call, *(_format_store_cell(results, group, call, name, n) for name in contenders)]
            for call in calls
        ]
        yield format_table(["call", *contenders], rows)


def _format_store_cell(results: Results, group: str, call: str, contender: str, n: int) -> str:
    measurement = results.select(group, call, contender).get(n)
    if measurement is None:
        return MISSING
    if contender == durable_stores.REFERENCE:
        return format_duration(measurement.median)
    ratio = compute_ratio(results, group, call, contender, durable_stores.REFERENCE, n)
    return f"{format_duration(measurement.median)} ({format_ratio(ratio)})"


def _format_suite_speed(results: Results) -> Iterator[str]:
    _, profiles = results.list_names(suite_speed.SPEED)
    if not profiles:
        return
    yield "## The suite, on DictDB"
    head = ["profile", "operations", "CPU s", "operations a CPU s", "the calls alone", "of the run"]
    yield format_table(head, [_make_suite_row(results, profile) for profile in profiles])
    profiles, workers = results.list_names(suite_speed.BY_WORKERS)
    if profiles:
        rows = [_make_workers_row(results, profile, workers) for profile in profiles]
        yield format_table(["wall-clock seconds at", *workers, "times as fast"], rows)


def _make_suite_row(results: Results, name: str) -> list[str]:
    run, speed = (
        _get_only(results, suite_speed.SPEED, call, name)
        for call in (suite_speed.SECONDS, suite_speed.OPERATIONS)
    )
    row = [name, f"{run.n:,}", f"{run.median:.1f}", f"{speed.median:,.0f}"]
    replayed = results.select(suite_speed.SPEED, suite_speed.CALLS_ALONE, name).get(run.n)
    if replayed is None:  # The calls of the naive state machine are not replayed.
        return [*row, MISSING, MISSING]
    share = replayed.median / run.median
    return [*row, f"{replayed.median:.1f} s", format_share(share)]


def _make_workers_row(results: Results, profile: str, workers: list[str]) -> list[str]:
    runs = [_get_only(results, suite_speed.BY_WORKERS, profile, each).median for each in workers]
    return [profile, *map(format_duration, runs), format_ratio(runs[0] / runs[-1])]


def _get_only(results: Results, group: str, call: str, contender: str) -> Measurement:
    (measurement,) = results.select(group, call, contender).values()
    return measurement


def _format_real_stores(results: Results) -> Iterator[str]:
    calls, stores = results.list_names(real_stores.GROUP)
    if not stores:
        return
    yield "## The suite, on real stores"
    yield "Wall-clock seconds with one worker; in brackets the calls of the store."
    rows = [
        [store, *(_format_verdict_cell(results, call, store) for call in calls)] for store in stores
    ]
    yield format_table(["store", *calls], rows)
    groups = {
        each.group for each in results.measurements if each.group.startswith(real_stores.CALLS)
    }
    for group in sorted(groups):
        kinds, stores = results.list_names(group)
        yield f"### {group.capitalize()}: number of calls, and milliseconds for each"
        rows = [
            [kind, *(_format_calls_cell(results, group, kind, store) for store in stores)]
            for kind in kinds
        ]
        yield format_table(["call", *stores], rows)


def _format_verdict_cell(results: Results, call: str, store: str) -> str:
    each = _get_only(results, real_stores.GROUP, call, store)
    calls = "" if call == real_stores.FIRST_FAILURE else f" ({each.n:,})"
    return f"{each.median:.1f}{calls}"


def _format_calls_cell(results: Results, group: str, kind: str, store: str) -> str:
    for each in results.select(group, kind, store).values():
        return f"{each.n:,} x {each.median:.2f}"
    return MISSING


def _format_omissions(results: Results) -> Iterator[str]:
    if not results.omissions:
        return
    lines = [
        f"- {each.group}, {each.call}, {each.contender}: {each.reason}"
        for each in results.omissions
    ]
    yield "\n".join(["Left out:", *lines])


def _format_changes(results: Results, previous: Results | None) -> Iterator[str]:
    if previous is None:
        yield "There is no earlier run to compare with."
        return
    earlier = {each.key: each for each in previous.measurements}
    ratios = [
        (each.median / earlier[each.key].median, each)
        for each in results.measurements
        if each.key in earlier and earlier[each.key].median and each.median
    ]
    changes = [
        (max(ratio, 1 / ratio), ratio, each)
        for ratio, each in ratios
        if max(ratio, 1 / ratio) >= MIN_CHANGE_FACTOR
    ]
    changes.sort(key=lambda change: -change[0])
    lines = [
        f"Since the last run, {len(changes)} of {len(ratios)} measurements have changed by "
        f"a factor of {MIN_CHANGE_FACTOR:g} or more{':' if changes else '.'}",
        *(
            f"- {each.group}, {each.call}, {each.contender}, {each.n:,}: {format_ratio(ratio)}"
            for _, ratio, each in changes[:MAX_LISTED_CHANGES]
        ),
    ]
    if len(changes) > MAX_LISTED_CHANGES:
        lines.append(f"- and {len(changes) - MAX_LISTED_CHANGES} more")
    yield "\n".join(lines)
