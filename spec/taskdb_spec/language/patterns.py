"""The patterns of ``$regex``, compiled in one place for the parser and the evaluation."""

from __future__ import annotations

import re


def compile_regex(pattern: str, options: str) -> re.Pattern[str]:
    """Compile the pattern of a ``$regex`` with its ``$options``.

    Args:
        pattern: A regular expression.
        options: Any of the letters i, m and s (RGX-2).

    Raises:
        re.error, OverflowError, RecursionError: `pattern` is not a regular expression.
        FutureWarning: `pattern` is outside the dialect that PCRE and Python share. Python raises
            this only if warnings are errors.
    """
    flags = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
    return re.compile(pattern, sum((flags[option] for option in set(options)), re.NOFLAG))
