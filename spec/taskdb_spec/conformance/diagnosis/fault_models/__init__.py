"""What is wrong, in words: stores that are wrong in one known way each, to compare failures with.

A failure of a backend is explained by a deviation if the same program fails on the store that has
it, with the same answer.
"""

from taskdb_spec.conformance.diagnosis.explanation import Trial, candidates, explain
from taskdb_spec.conformance.diagnosis.fault_models.base import Deviation
from taskdb_spec.conformance.diagnosis.fault_models.catalogue import DEVIATIONS

__all__ = ["DEVIATIONS", "Deviation", "Trial", "candidates", "explain"]
