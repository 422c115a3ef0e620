"""A module's source as bytes with its syntax tree, and edits of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True)
class Edit:
    """The replacement of the bytes from `start` to `end` by a text."""

    start: int
    end: int
    text: str


class Source:
    """The source of a module. Positions are offsets in UTF-8, as in the syntax tree.

    Args:
        text: The source.
    """

    def __init__(self, text: str) -> None:
        self.data = text.encode()
        self.tree = ast.parse(text)
        lengths = (len(line) for line in self.data.splitlines(keepends=True))
        self._line_starts = [0, *accumulate(lengths)]

    def start(self, node: ast.AST) -> int:
        """Return where a node starts."""
        line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
        return int(self._line_starts[line - 1] + column)

    def end(self, node: ast.AST) -> int:
        """Return where a node ends."""
        line, column = node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
        return int(self._line_starts[line - 1] + column)

    def end_with_comma(self, node: ast.AST) -> int:
        """Return where a node ends, or the comma after it."""
        end = self.end(node)
        comma = re.match(rb"\s*,", self.data[end:])
        return end + comma.end() if comma else end

    def text(self, node: ast.AST) -> str:
        """Return the source of a node."""
        return self.data[self.start(node) : self.end(node)].decode()

    def replace(self, node: ast.AST, text: str) -> Edit:
        """Return the edit that replaces a node."""
        return Edit(self.start(node), self.end(node), text)

    def replace_token(self, start: int, end: int, token: str, text: str) -> Edit:
        """Return the edit that replaces the only token between two nodes.

        Args:
            start: Where the gap between the nodes starts.
            end: Where it ends. It may contain parentheses and white space beside the token.
            token: A regular expression.
            text: The new token.

        Raises:
            ValueError: The gap has no such token.
        """
        match = re.search(token.encode(), self.data[start:end])
        if match is None:
            raise ValueError(f"no {token} in {self.data[start:end]!r}")
        return Edit(start + match.start(), start + match.end(), text)

    def apply(self, edits: Iterable[Edit]) -> str:
        """Return the source with some edits, which must not overlap."""
        data = self.data
        for edit in sorted(edits, key=lambda each: each.start, reverse=True):
            data = data[: edit.start] + edit.text.encode() + data[edit.end :]
        return data.decode()

    def line_number(self, position: int) -> int:
        """Return the number of the line that contains a position, from 1."""
        return self.data.count(b"\n", 0, position) + 1
