"""What a run has measured, in tables, and what is different from the last run."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from bench.contenders.stores import BARE, DICT, IPYPARALLEL_DICT
from bench.reporting.format import NOTHING, duration, exponent, factor, share, table
from bench.reporting.results import Measurement, Results, growth
from bench.suites import durable_stores as stores
from bench.suites import memory_store as dictdbs
from bench.suites import suite_speed as suite
from bench.suites.detection_speed import curves

NOTABLE = 1.5
"""A change by less than this factor is not told of: a machine in use is not that steady."""
MOST_CHANGES = 20


def report(results: Results, before: Results | None) -> str:
    """All tables, and the changes since the run `before`."""
    parts = [
        *_dictdbs(results, before),
        *_stores(results),
        *_suite(results),
        *_kills(results),
        *_left_out(results),
        *_changes(results, before),
    ]
    return "\n\n".join(parts)


def ratio(
    results: Results, group: str, call: str, contender: str, over: str, n: int
) -> float | None:
    """How many times as long one contender takes as another; None where one was not measured."""
    ours, theirs = (results.of(group, call, name).get(n) for name in (over, contender))
    if ours is None or theirs is None or not ours.median:
        return None
    return theirs.median / ours.median


def compared_sizes(results: Results, calls: list[str]) -> list[int]:
    """The numbers of records at which both DictDBs were measured."""
    return sorted(
        {n for call in calls for n in results.of(dictdbs.GROUP, call, IPYPARALLEL_DICT.name)}
    )


def _dictdbs(results: Results, before: Results | None) -> Iterator[str]:
    calls, _ = results.names(dictdbs.GROUP)
    sizes = compared_sizes(results, calls)
    if not sizes:
        return
    yield f"## {DICT.name} and {IPYPARALLEL_DICT.name}"
    yield (
        f"How many times as long a call takes with {IPYPARALLEL_DICT.name}, and how the CPU time "
        "and the count of bytecodes grow: the exponent of n."
    )
    head = [f"{n:,} records" for n in sizes]
    growths = ["time ours", "theirs", "bytecodes ours", "theirs"]
    was = ["before"] if before else []
    rows = [_dictdb_row(results, before, call, sizes) for call in calls]
    yield table(["call", *head, *was, f"{sizes[-1]:,}: ours", *growths], rows)
    yield from _bound(results, calls, sizes, head)
    memory = [results.of(dictdbs.MEMORY, "a record", name) for name in _DICTS]
    yield table(
        ["memory per record", *(f"{n:,} records" for n in memory[0])],
        [
            [name, *(f"{each.median:,.0f} bytes" for each in held.values())]
            for name, held in zip(_DICTS, memory, strict=True)
        ],
    )


_DICTS = (DICT.name, IPYPARALLEL_DICT.name)


def _dictdb_row(results: Results, before: Results | None, call: str, sizes: list[int]) -> list[str]:
    def ratio_in(where: Results, n: int) -> str:
        return factor(ratio(where, dictdbs.GROUP, call, IPYPARALLEL_DICT.name, DICT.name, n))

    ours = results.of(dictdbs.GROUP, call, DICT.name).get(sizes[-1])
    growths = [
        exponent(growth(results.of(group, call, name)))
        for group in (dictdbs.GROUP, dictdbs.COUNTS)
        for name in _DICTS
    ]
    was = [" / ".join(ratio_in(before, n) for n in sizes)] if before else []
    now = [ratio_in(results, n) for n in sizes]
    return [call, *now, *was, duration(ours.median) if ours else NOTHING, *growths]


def _bound(results: Results, calls: list[str], sizes: list[int], head: list[str]) -> Iterator[str]:
    """How near the calls come to those of a dict that does nothing but copy."""

    def times(call: str, n: int) -> str:
        return factor(ratio(results, dictdbs.GROUP, call, DICT.name, BARE.name, n))

    copied = [call for call in calls if results.of(dictdbs.GROUP, call, BARE.name)]
    if copied:
        yield f"How many times as long a call takes with {DICT.name} as with a {BARE.name}:"
        yield table(["call", *head], [[call, *(times(call, n) for n in sizes)] for call in copied])


def _stores(results: Results) -> Iterator[str]:
    for group in (stores.DURABLE, stores.UNSAFE):
        calls, contenders = results.names(group)
        if not calls:
            continue
        n = max(each.n for each in results.measurements if each.group == group)
        yield f"## {group.capitalize()}: {n:,} records"
        yield f"The time of a call, and how many times that of {stores.REFERENCE} it is."
        rows = [
            [call, *(_store_cell(results, group, call, c, n) for c in contenders)] for call in calls
        ]
        yield table(["call", *contenders], rows)


def _store_cell(results: Results, group: str, call: str, contender: str, n: int) -> str:
    measured = results.of(group, call, contender).get(n)
    if measured is None:
        return NOTHING
    if contender == stores.REFERENCE:
        return duration(measured.median)
    times = ratio(results, group, call, contender, stores.REFERENCE, n)
    return f"{duration(measured.median)} ({factor(times)})"


def _suite(results: Results) -> Iterator[str]:
    _, profiles = results.names(suite.SPEED)
    if not profiles:
        return
    yield "## The suite, on DictDB"
    head = ["profile", "operations", "CPU s", "operations a CPU s", "the calls alone", "of the run"]
    yield table(head, [_suite_row(results, profile) for profile in profiles])
    profiles, workers = results.names(suite.SHARED)
    if profiles:
        rows = [_shared_row(results, profile, workers) for profile in profiles]
        yield table(["seconds of the clock at", *workers, "times as fast"], rows)


def _suite_row(results: Results, name: str) -> list[str]:
    run, speed = (
        _only(results, suite.SPEED, call, name) for call in (suite.SECONDS, suite.OPERATIONS)
    )
    row = [name, f"{run.n:,}", f"{run.median:.1f}", f"{speed.median:,.0f}"]
    bare = results.of(suite.SPEED, suite.SHARE, name).get(run.n)
    if bare is None:  # the plain design has none of its own
        return [*row, NOTHING, NOTHING]
    return [*row, f"{bare.median:.1f} s", share(bare.median / run.median)]


def _shared_row(results: Results, profile: str, workers: list[str]) -> list[str]:
    runs = [_only(results, suite.SHARED, profile, each).median for each in workers]
    return [profile, *map(duration, runs), factor(runs[0] / runs[-1])]


def _only(results: Results, group: str, call: str, contender: str) -> Measurement:
    (measurement,) = results.of(group, call, contender).values()
    return measurement


def _kills(results: Results) -> Iterator[str]:
    found = curves(results.kills)
    if not found:
        return
    mutants = len({kill.mutant for kill in results.kills})
    marks = (0.1, 1.0, 10.0)
    yield f"## {mutants} broken stores"
    rows = [
        [
            by,
            share(curve.share(float("inf"))),
            *(share(curve.share(mark)) for mark in marks),
            *(
                duration(median(each)) if each else NOTHING
                for each in (curve.seconds, curve.shrinking)
            ),
        ]
        for by, curve in found.items()
    ]
    within = [f"within {mark:g} CPU s" for mark in marks]
    yield table(["tested by", "killed", *within, "median of the killed", "to shrink"], rows)


def _left_out(results: Results) -> Iterator[str]:
    if not results.left_out:
        return
    lines = [
        f"- {each.group}, {each.call}, {each.contender}: {each.reason}" for each in results.left_out
    ]
    yield "\n".join(["Left out:", *lines])


def _changes(results: Results, before: Results | None) -> Iterator[str]:
    if before is None:
        yield "There is no earlier run to compare with."
        return
    earlier = {each.key: each for each in before.measurements}
    factors = [
        (each.median / earlier[each.key].median, each)
        for each in results.measurements
        if each.key in earlier and earlier[each.key].median and each.median
    ]
    notable = [(times, each) for times, each in factors if max(times, 1 / times) >= NOTABLE]
    notable.sort(key=lambda pair: -max(pair[0], 1 / pair[0]))
    lines = [
        f"Since the last run, {len(notable)} of {len(factors)} measurements have changed by "
        f"a factor of {NOTABLE:g} or more{':' if notable else '.'}",
        *(
            f"- {each.group}, {each.call}, {each.contender}, {each.n:,}: {factor(times)}"
            for times, each in notable[:MOST_CHANGES]
        ),
    ]
    if len(notable) > MOST_CHANGES:
        lines.append(f"- and {len(notable) - MOST_CHANGES} more")
    yield "\n".join(lines)
