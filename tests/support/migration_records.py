"""Records to copy, and stores that hold them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2024, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)
RECORDS: dict[str, Any] = {
    f"r{number:02}": {
        "submitted": NOON + timedelta(seconds=number),
        "header": {"n": number, "x": float(number), "dates": [NOON]},
        "buffers": [bytes([number])],
    }
    for number in range(25)
}


def filled(store: Any, ids: int = len(RECORDS)) -> Any:
    for msg_id in list(RECORDS)[:ids]:
        store.add_record(msg_id, RECORDS[msg_id])
    return store
