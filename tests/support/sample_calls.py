"""A call of each kind, on a store that has a record ``a`` and none ``b``."""

from __future__ import annotations

from typing import Any

CALLS: dict[str, tuple[Any, ...]] = {
    "add_record": ("b", {}),
    "get_record": ("a",),
    "update_record": ("a", {"label": "lost"}),
    "drop_record": ("a",),
    "drop_matching_records": ({},),
    "find_records": ({},),
    "get_history": (),
}
