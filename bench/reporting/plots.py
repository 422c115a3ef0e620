"""The plots: time against n, bars of ratios, the stores beside each other, kill curves."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.contenders.stores import DICT, IPYPARALLEL_DICT
from bench.reporting.format import exponent, factor
from bench.reporting.results import Results, growth
from bench.reporting.tables import compared_sizes, ratio
from bench.suites import durable_stores as stores
from bench.suites import memory_store as dictdbs
from bench.suites.detection_speed import curves

OURS, THEIRS = "#0b6e99", "#c8553d"
PALETTE = (OURS, "#4c956c", "#7b5ea7", THEIRS, "#e09f3e", "#8d99ae", "#3d405b")
MARKERS = "osD^vPX"
COLUMNS = 4
STYLE: Any = {"axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True, "font.size": 9}


def plot(results: Results, folder: Path) -> list[Path]:
    """Draw all that can be drawn of what was measured; the files that were written."""
    written = []
    with mpl.rc_context(STYLE):
        for name, figure in _figures(results):
            figure.savefig(folder / name, dpi=130)
            written.append(folder / name)
    return written


def _figures(results: Results) -> Iterator[tuple[str, Figure]]:
    calls, _ = results.names(dictdbs.GROUP)
    if calls:
        yield "dictdb-growth.png", _growth(results, calls)
        if compared_sizes(results, calls):
            yield "dictdb-ratios.png", _ratios(results, calls)
    for name, group in (("durable", stores.DURABLE), ("unsafe", stores.UNSAFE)):
        if results.names(group)[0]:
            yield f"stores-{name}.png", _stores(results, group)
    if results.kills:
        yield "kills.png", _kills(results)


def _growth(results: Results, calls: list[str]) -> Figure:
    rows = ceil(len(calls) / COLUMNS)
    figure = Figure(figsize=(2.9 * COLUMNS, 2.5 * rows + 0.8), layout="constrained")
    panels = list(figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).flat)
    for panel, call in zip(panels, calls, strict=False):
        for name, color in ((DICT.name, OURS), (IPYPARALLEL_DICT.name, THEIRS)):
            _line(panel, results, call, name, color)
        panel.set(xscale="log", yscale="log", title=call)
        panel.legend(title="growth", fontsize=8, title_fontsize=8)
    for panel in panels[len(calls) :]:
        panel.remove()
    figure.suptitle(f"Time of a call: {DICT.name} (blue) and {IPYPARALLEL_DICT.name} (red)")
    figure.supxlabel("records in the store")
    figure.supylabel("CPU microseconds a call")
    return figure


def _line(panel: Any, results: Results, call: str, name: str, color: str) -> None:
    measured = results.of(dictdbs.GROUP, call, name)
    if measured:
        times = [1e6 * each.median for each in measured.values()]
        label = f"$n^{{{exponent(growth(measured))}}}$"
        panel.plot(list(measured), times, marker="o", markersize=4, color=color, label=label)


def _ratios(results: Results, calls: list[str]) -> Figure:
    sizes = compared_sizes(results, calls)
    figure = Figure(figsize=(9, 0.22 * len(calls) * (len(sizes) + 1) + 1.2), layout="constrained")
    axes = figure.subplots()
    height = 0.8 / len(sizes)
    for position, n in enumerate(sizes):
        color = mpl.colormaps["Blues"](0.35 + 0.6 * (position + 1) / len(sizes))
        at = {
            row + (position - (len(sizes) - 1) / 2) * height: value
            for row, call in enumerate(calls)
            if (value := _ratio(results, call, n)) is not None
        }
        # On a log scale a bar needs a foot: it stands on 1, to the left where ours is slower.
        bars = axes.barh(
            list(at),
            [value - 1 for value in at.values()],
            height,
            left=1,
            color=color,
            label=f"{n:,} records",
        )
        axes.bar_label(bars, [factor(value) for value in at.values()], fontsize=7, padding=2)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_yticks(range(len(calls)), calls)
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel=f"time with {IPYPARALLEL_DICT.name} / time with {DICT.name}")
    axes.margins(x=0.1)
    axes.set_title(f"To the right of 1, {DICT.name} is faster")
    axes.legend(loc="lower right")
    return figure


def _ratio(results: Results, call: str, n: int) -> float | None:
    return ratio(results, dictdbs.GROUP, call, IPYPARALLEL_DICT.name, DICT.name, n)


def _stores(results: Results, group: str) -> Figure:
    calls, contenders = results.names(group)
    n = max(each.n for each in results.measurements if each.group == group)
    figure = Figure(figsize=(10, 0.42 * len(calls) + 1.8), layout="constrained")
    axes = figure.subplots()
    for name, color, marker in zip(contenders, PALETTE, MARKERS, strict=False):
        rows, times = [], []
        for row, call in enumerate(calls):
            measured = results.of(group, call, name).get(n)
            if measured:
                rows.append(row)
                times.append(1000 * measured.median)
        axes.plot(times, rows, marker, color=color, label=name, markersize=7, alpha=0.85)
    axes.set_yticks(range(len(calls)), calls)
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel="milliseconds a call")
    axes.set_title(f"{group.capitalize()}: {n:,} records")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def _kills(results: Results) -> Figure:
    figure = Figure(figsize=(8, 4.8), layout="constrained")
    axes = figure.subplots()
    found = curves(results.kills)
    start = min((curve.seconds[0] for curve in found.values() if curve.seconds), default=0.01)
    for (by, curve), color in zip(found.items(), PALETTE, strict=False):
        shares = [100 * (i + 1) / curve.mutants for i in range(len(curve.seconds))]
        last = shares[-1] if shares else 0
        label = f"{by}: {last:.0f} %"
        axes.step(
            [start, *curve.seconds, curve.tried],
            [0, *shares, last],
            where="post",
            color=color,
            label=label,
        )
    mutants = len({kill.mutant for kill in results.kills})
    axes.set(xscale="log", xlabel="CPU seconds", ylabel="mutants killed, %", ylim=(0, 103))
    axes.set_title(f"How soon {mutants} broken stores are found out")
    axes.legend(loc="upper left")
    return figure
