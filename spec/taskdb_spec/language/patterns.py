"""The patterns of ``$regex``: compiled in one place, for the parser and the evaluation."""

from __future__ import annotations

import re


def compile_regex(pattern: str, options: str) -> re.Pattern[str]:
    """Compile the pattern of a ``$regex`` with its ``$options``.

    Raises:
        re.error, OverflowError, RecursionError: `pattern` is not a regular expression.
        FutureWarning: only where warnings are errors. Such a pattern lies outside the dialect that
            PCRE and Python share.
    """
    flags = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
    return re.compile(pattern, sum((flags[option] for option in set(options)), re.NOFLAG))
