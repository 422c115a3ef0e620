"""The survivors that were read and found equivalent, in ``equivalent.toml``.

Such a mutant behaves as the original does in every observation of the specification. The file has
a list of names for each reason. A name contains the text of the line, not its number.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("equivalent.toml")


@cache
def equivalent_mutants() -> dict[str, str]:
    """Return the reason why a mutant is equivalent, by the name of the mutant.

    Raises:
        ValueError: A name has two reasons.
    """
    reasons: dict[str, str] = {}
    for group in tomllib.loads(FILE.read_text(encoding="utf-8"))["group"]:
        for name in group["mutants"]:
            if name in reasons:
                raise ValueError(f"{name} is listed twice")
            reasons[name] = group["reason"]
    return reasons
