"""`BaseDB`, the traitlets parent of the stores."""

from __future__ import annotations

from traitlets import Unicode
from traitlets.config import LoggingConfigurable


class BaseDB(LoggingConfigurable):
    """The parent of the task stores: traits, a log, and a session. It stores nothing itself.

    A controller makes a store as ``Store(session=str, parent=configurable, log=logger)``.

    >>> db = BaseDB(session="5cc8e5ff")
    >>> db.session
    '5cc8e5ff'
    >>> db.close()
    """

    session = Unicode("", help="The name of the session whose tasks the store holds.")

    def close(self) -> None:
        """Release what the store holds; here, nothing. Calling it again does nothing."""
