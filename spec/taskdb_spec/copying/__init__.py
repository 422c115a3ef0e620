"""Copying records from one store to another, with proof that they arrived as they were."""

from taskdb_spec.copying.copying import copy_records
from taskdb_spec.copying.report import CopyReport, Problem

__all__ = ["CopyReport", "Problem", "copy_records"]
