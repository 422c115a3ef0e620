"""Copying records from one store to another, with proof that they arrived as they were."""

from taskdb_spec.migration.report import CopyReport, Problem
from taskdb_spec.migration.transfer import copy_records

__all__ = ["CopyReport", "Problem", "copy_records"]
