"""What is wrong, in words: stores that are wrong in one known way each, to compare failures with.

A failure of a backend is explained by a deviation if the same program fails on the store that has
it, with the same answer.
"""

from taskdb_spec.conformance.deviations.catalogue import DEVIATIONS
from taskdb_spec.conformance.deviations.deviant import Deviation
from taskdb_spec.conformance.deviations.explaining import Trial, candidates, explain

__all__ = ["DEVIATIONS", "Deviation", "Trial", "candidates", "explain"]
