"""`BaseDB`, the traitlets base class of the stores."""

from __future__ import annotations

from traitlets import Unicode
from traitlets.config import LoggingConfigurable


class BaseDB(LoggingConfigurable):
    """Base class of the task stores: traits, a log and a session. It stores nothing itself.

    A controller creates a store as ``Store(session=str, parent=configurable, log=logger)``.

    >>> db = BaseDB(session="5cc8e5ff")
    >>> db.session
    '5cc8e5ff'
    >>> db.close()
    """

    session = Unicode("", help="The name of the session whose tasks the store holds.")

    def close(self) -> None:
        """Release the resources of the store. A second call does nothing."""
