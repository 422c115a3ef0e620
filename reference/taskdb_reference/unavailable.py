"""The error of a store whose server, or file, cannot be reached."""

from __future__ import annotations


class StoreUnavailable(ConnectionError):
    """The server does not answer, or the file is locked; the text says which, and what to do.

    What was asked for may be asked again. A write may have been done before the answer was lost.
    """
