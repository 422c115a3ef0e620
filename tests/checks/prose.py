"""Check the prose of the documentation: ``python -m tests.checks.prose``.

It finds words that make a sentence hard to read (docs/style.md), sentences that are far too long,
and a README that does not fit on a few screens.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = ("README.md", "CONTRIBUTING.md", "spec/SPEC.md", "docs/*.md", "examples/*.md")
MAX_README_LINES = 130
MAX_SENTENCE_WORDS = 40
"""The style guide asks for 25; what is far above that is never necessary."""
AVOID = (
    *("for want of", "anew", "so many", "at the most", "in the midst", "be it", "whatever it"),
    *("held against", "what came of", "brought to light", "one after the other", "MUST not"),
    *("if so", "is none", "SHOULD not"),
)
_WORDS = re.compile("|".join(rf"\b{re.escape(words)}\b" for words in AVOID))


def find_problems(name: str, text: str) -> Iterator[str]:
    """Yield what is wrong in a Markdown file.

    >>> list(find_problems("a.md", "It is made anew."))
    ["a.md:1: avoid 'anew'"]
    """
    for number, line in _prose_lines(text):
        for match in _WORDS.finditer(line):
            yield f"{name}:{number}: avoid {match.group(0)!r}"
    for number, sentence in _sentences(text):
        if len(sentence.split()) > MAX_SENTENCE_WORDS:
            words = " ".join(sentence.split()[:8])
            yield f"{name}:{number}: {len(sentence.split())} words in one sentence: {words} ..."


def _prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines outside of code and tables, each with its number."""
    in_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif (
            not in_code
            and not line.lstrip().startswith("|")
            and not line.startswith("    ")
            and "style: avoid" not in line
        ):
            yield number, re.sub("`[^`]*`", "code", line)


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences of the paragraphs, each with the number of its paragraph's last line."""
    paragraph: list[str] = []
    last = 0
    for number, line in [*_prose_lines(text), (0, "")]:
        starts_block = re.match(r"\s*([-*#>]|\d+\.)", line)
        if not line.strip() or starts_block or number != last + 1:
            for sentence in re.split(r"(?<=[.!?:;])\s+", " ".join(paragraph)):
                yield last, sentence
            paragraph = []
        if line.strip() and not line.startswith("#"):
            paragraph.append(line.strip())
        last = number


def main() -> int:
    """Print the problems; return 1 if there are any."""
    problems = []
    for path in (path for pattern in FILES for path in sorted(ROOT.glob(pattern))):
        name = str(path.relative_to(ROOT))
        if name != "docs/style.md":  # it lists the words to avoid
            problems += find_problems(name, path.read_text(encoding="utf-8"))
    lines = (ROOT / "README.md").read_text(encoding="utf-8").count("\n")
    if lines > MAX_README_LINES:
        problems.append(f"README.md: {lines} lines, at most {MAX_README_LINES}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
