"""Check the subjects of commits: ``python -m tests.checks.commit_subjects``.

A subject has the form ``type: imperative`` and at most 72 characters (docs/style.md).
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable

LAST_UNCHECKED = "bfc25f3"
"""The commit after which subjects follow the rule."""
MAX_LENGTH = 72
TYPES = ("feat", "fix", "perf", "refactor", "test", "docs", "bench", "build", "ci", "chore")
_SUBJECT = re.compile(rf"(?:{'|'.join(TYPES)})(?:\([\w-]+\))?!?: [^A-Z\s]\S*(?: \S+)*")


def find_problems(subjects: Iterable[str]) -> list[str]:
    """Return what is wrong with each subject that does not follow the rule.

    >>> find_problems(["fix: handle SIGTERM at a safe point", "wip", "docs: Update"])
    ["wip: not of the form 'type: imperative'", "docs: Update: not of the form 'type: imperative'"]
    """
    problems = []
    for subject in subjects:
        if len(subject) > MAX_LENGTH:
            problems.append(f"{subject}: {len(subject)} characters, at most {MAX_LENGTH}")
        if not _SUBJECT.fullmatch(subject):
            problems.append(f"{subject}: not of the form 'type: imperative'")
    return problems


def read_subjects() -> list[str]:
    """Return the subjects since the rule exists; all that there are in a shallow clone."""
    known = subprocess.run(
        ["git", "merge-base", "--is-ancestor", LAST_UNCHECKED, "HEAD"],
        capture_output=True,
        check=False,
    )
    commits = f"{LAST_UNCHECKED}..HEAD" if known.returncode == 0 else "-1"
    command = ["git", "log", "--no-merges", "--format=%s", commits]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def main() -> int:
    """Print the problems; return 1 if there are any."""
    problems = find_problems(read_subjects())
    for problem in problems:
        print(f"commit subject: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
