"""The plots: time by number of records, ratios as bars, and the stores side by side."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.contenders.stores import DICT, IPYPARALLEL_DICT
from bench.reporting.format import format_exponent, format_ratio
from bench.reporting.results import Results, fit_growth
from bench.reporting.tables import compute_ratio, list_compared_sizes
from bench.suites import durable_stores, memory_store

OUR_COLOR, THEIR_COLOR = "#0b6e99", "#c8553d"
PALETTE = (OUR_COLOR, "#4c956c", "#7b5ea7", THEIR_COLOR, "#e09f3e", "#8d99ae", "#3d405b")
MARKERS = "osD^vPX"
PANEL_COLUMNS = 4
STYLE: Any = {"axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True, "font.size": 9}


def write_plots(results: Results, folder: Path) -> list[Path]:
    """Write a plot for each part that was measured, and return the files."""
    written = []
    with mpl.rc_context(STYLE):
        for name, figure in _draw_figures(results):
            figure.savefig(folder / name, dpi=130)
            written.append(folder / name)
    return written


def _draw_figures(results: Results) -> Iterator[tuple[str, Figure]]:
    calls, _ = results.list_names(memory_store.GROUP)
    if calls:
        yield "dictdb-growth.png", _draw_growth(results, calls)
        if list_compared_sizes(results, calls):
            yield "dictdb-ratios.png", _draw_ratios(results, calls)
    for name, group in (("durable", durable_stores.DURABLE), ("unsafe", durable_stores.UNSAFE)):
        if results.list_names(group)[0]:
            yield f"stores-{name}.png", _draw_stores(results, group)


def _draw_growth(results: Results, calls: list[str]) -> Figure:
    rows = ceil(len(calls) / PANEL_COLUMNS)
    figure = Figure(figsize=(2.9 * PANEL_COLUMNS, 2.5 * rows + 0.8), layout="constrained")
    axes = figure.subplots(rows, PANEL_COLUMNS, sharex=True, sharey=True, squeeze=False)
    panels = list(axes.flat)
    for panel, call in zip(panels, calls, strict=False):
        for name, color in ((DICT.name, OUR_COLOR), (IPYPARALLEL_DICT.name, THEIR_COLOR)):
            _draw_line(panel, results, call, name, color)
        panel.set(xscale="log", yscale="log", title=call)
        panel.legend(title="growth", fontsize=8, title_fontsize=8)
    for panel in panels[len(calls) :]:
        panel.remove()
    figure.suptitle(f"Time of a call: {DICT.name} (blue) and {IPYPARALLEL_DICT.name} (red)")
    figure.supxlabel("records in the store")
    figure.supylabel("CPU microseconds per call")
    return figure


def _draw_line(panel: Any, results: Results, call: str, name: str, color: str) -> None:
    measurements = results.select(memory_store.GROUP, call, name)
    if measurements:
        times = [1e6 * each.median for each in measurements.values()]
        label = f"$n^{{{format_exponent(fit_growth(measurements))}}}$"
        panel.plot(list(measurements), times, marker="o", markersize=4, color=color, label=label)


def _draw_ratios(results: Results, calls: list[str]) -> Figure:
    sizes = list_compared_sizes(results, calls)
    figure = Figure(figsize=(9, 0.22 * len(calls) * (len(sizes) + 1) + 1.2), layout="constrained")
    axes = figure.subplots()
    bar_height = 0.8 / len(sizes)
    for position, n in enumerate(sizes):
        offset = (position - (len(sizes) - 1) / 2) * bar_height
        ratios = {
            row + offset: ratio
            for row, call in enumerate(calls)
            if (ratio := _compute_dict_ratio(results, call, n)) is not None
        }
        # A log scale has no zero. The bars start at 1, and go to the left where ours is slower.
        bars = axes.barh(
            list(ratios),
            [ratio - 1 for ratio in ratios.values()],
            bar_height,
            left=1,
            color=mpl.colormaps["Blues"](0.35 + 0.6 * (position + 1) / len(sizes)),
            label=f"{n:,} records",
        )
        labels = [format_ratio(ratio) for ratio in ratios.values()]
        axes.bar_label(bars, labels, fontsize=7, padding=2)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_yticks(range(len(calls)), calls)
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel=f"time with {IPYPARALLEL_DICT.name} / time with {DICT.name}")
    axes.margins(x=0.1)
    axes.set_title(f"To the right of 1, {DICT.name} is faster")
    axes.legend(loc="lower right")
    return figure


def _compute_dict_ratio(results: Results, call: str, n: int) -> float | None:
    return compute_ratio(results, memory_store.GROUP, call, IPYPARALLEL_DICT.name, DICT.name, n)


def _draw_stores(results: Results, group: str) -> Figure:
    calls, contenders = results.list_names(group)
    n = max(each.n for each in results.measurements if each.group == group)
    figure = Figure(figsize=(10, 0.42 * len(calls) + 1.8), layout="constrained")
    axes = figure.subplots()
    for name, color, marker in zip(contenders, PALETTE, MARKERS, strict=False):
        rows, times = [], []
        for row, call in enumerate(calls):
            measurement = results.select(group, call, name).get(n)
            if measurement:
                rows.append(row)
                times.append(1000 * measurement.median)
        axes.plot(times, rows, marker, color=color, label=name, markersize=7, alpha=0.85)
    axes.set_yticks(range(len(calls)), calls)
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel="milliseconds per call")
    axes.set_title(f"{group.capitalize()}: {n:,} records")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
