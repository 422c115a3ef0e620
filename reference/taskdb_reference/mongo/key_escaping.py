"""Names of members, as a document may have them: BSON has no place for NUL in a name.

Names are written so that they stay different and keep their order, as dicts are compared by them.
"""

from __future__ import annotations

REFERENCE = "$ref"  # a dict with this member and $id would be read back as a DBRef
ESCAPE = "\x01"
AS_REFERENCE, AS_NUL, AS_ESCAPE = f"{REFERENCE}{ESCAPE}\x01", f"{ESCAPE}\x02", f"{ESCAPE}\x03"


def written(name: str) -> str:
    r"""The name as it is stored; nearly every name as it is.

    >>> written("engine"), written("a\x00b")
    ('engine', 'a\x01\x02b')
    """
    if name == REFERENCE:
        return AS_REFERENCE
    return name.replace(ESCAPE, AS_ESCAPE).replace("\x00", AS_NUL)


def read(name: str) -> str:
    r"""The name that `written` has written.

    >>> [read(written(name)) for name in ("engine", "\x00\x01\x02", "$ref")]
    ['engine', '\x00\x01\x02', '$ref']
    """
    if ESCAPE not in name:
        return name
    if name == AS_REFERENCE:
        return REFERENCE
    return name.replace(AS_NUL, "\x00").replace(AS_ESCAPE, ESCAPE)
