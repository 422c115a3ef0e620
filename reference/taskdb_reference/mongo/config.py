"""A server, as a store names it."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

URL_VARIABLE = "TASKDB_MONGODB_URL"


class Server(NamedTuple):
    """Where a server is, and the seconds that it has for each call.

    >>> print(Server("mongodb://user:secret@127.0.0.1:27017/?replicaSet=main"))
    mongodb://127.0.0.1:27017/
    """

    url: str
    timeout: float = 30.0

    def __str__(self) -> str:
        return re.sub(r"//.*@", "//", self.url).partition("?")[
            0
        ]  # a log is no place for a password


def default_url() -> str:
    """The url that the environment names; empty where it names none."""
    return os.environ.get(URL_VARIABLE, "")
