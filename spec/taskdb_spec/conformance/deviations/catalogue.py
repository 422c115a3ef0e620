"""All deviations, by name."""

from __future__ import annotations

from taskdb_spec.conformance.deviations.comparisons import COMPARISONS
from taskdb_spec.conformance.deviations.deviant import Deviation
from taskdb_spec.conformance.deviations.serving import READS, REFUSALS
from taskdb_spec.conformance.deviations.shapes import OPERATORS, SHAPES
from taskdb_spec.conformance.deviations.sharing import SHARED
from taskdb_spec.conformance.deviations.writing import VALUES, WRITES

DEVIATIONS: dict[str, Deviation] = {
    deviation.name: deviation
    for part in (WRITES, VALUES, READS, COMPARISONS, OPERATORS, SHAPES, REFUSALS, SHARED)
    for deviation in part
}
