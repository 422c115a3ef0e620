"""Copy records from one store to another, and verify the copy.

`transfer` copies, `digests` compares records, `report` has the result, and `store_urls` opens a
store by its name.
"""

from taskdb_spec.migration.report import CopyReport, Problem
from taskdb_spec.migration.transfer import copy_records

__all__ = ["CopyReport", "Problem", "copy_records"]
