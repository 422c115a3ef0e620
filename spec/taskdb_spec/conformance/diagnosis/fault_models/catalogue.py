"""All deviations, by name."""

from __future__ import annotations

from taskdb_spec.conformance.diagnosis.fault_models.aliasing import SHARED
from taskdb_spec.conformance.diagnosis.fault_models.base import Deviation
from taskdb_spec.conformance.diagnosis.fault_models.comparison_operators import COMPARISONS
from taskdb_spec.conformance.diagnosis.fault_models.operators import OPERATORS, SHAPES
from taskdb_spec.conformance.diagnosis.fault_models.reads import READS, REFUSALS
from taskdb_spec.conformance.diagnosis.fault_models.writes import VALUES, WRITES

DEVIATIONS: dict[str, Deviation] = {
    deviation.name: deviation
    for part in (WRITES, VALUES, READS, COMPARISONS, OPERATORS, SHAPES, REFUSALS, SHARED)
    for deviation in part
}
