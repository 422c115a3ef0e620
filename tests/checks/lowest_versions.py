"""Print the lowest versions of the dependencies in pyproject.toml, as pip takes them.

``python -m tests.checks.lowest_versions`` prints, for example, ``click==8.1 rich==13``.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
_REQUIREMENT = re.compile(r"(?P<name>[\w-]+)>=(?P<version>[\d.]+)")


def lowest_versions(text: str) -> list[str]:
    """Return the requirements of a pyproject.toml, each with its lowest version alone.

    Raises:
        ValueError: a dependency does not have the form ``name>=version``.

    >>> lowest_versions('[project]\\ndependencies = ["click>=8.1"]')
    ['click==8.1']
    """
    lowest = []
    for requirement in tomllib.loads(text)["project"]["dependencies"]:
        match = _REQUIREMENT.fullmatch(requirement)
        if match is None:
            raise ValueError(f"pyproject.toml: {requirement!r} does not name its lowest version")
        lowest.append(f"{match['name']}=={match['version']}")
    return lowest


if __name__ == "__main__":
    print(*lowest_versions(PROJECT.read_text(encoding="utf-8")))
