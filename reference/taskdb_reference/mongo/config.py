"""The url and the timeout of a MongoDB server."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

URL_VARIABLE = "TASKDB_MONGODB_URL"


class Server(NamedTuple):
    """The url of a server, and the timeout of each call in seconds.

    As text, it has neither the password nor the options, so it may be logged.

    >>> print(Server("mongodb://user:secret@127.0.0.1:27017/?replicaSet=main"))
    mongodb://127.0.0.1:27017/
    """

    url: str
    timeout: float = 30.0

    def __str__(self) -> str:
        without_password = re.sub(r"//.*@", "//", self.url)
        return without_password.partition("?")[0]


def read_default_url() -> str:
    """Return the url in the environment, or an empty text."""
    return os.environ.get(URL_VARIABLE, "")
