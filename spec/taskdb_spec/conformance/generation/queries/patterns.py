"""Query generators for `$glob` and `$regex`.

The tables hold patterns, each with texts that match it and texts that do not.
"""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.generation.queries.registry import (
    QUERY_GENERATORS,
    QueryCase,
    QueryGenerator,
    query_case,
    query_generator,
)
from taskdb_spec.conformance.generation.values import TEXT_FIELDS, TIMESTAMP_FIELDS, ValueGenerator

# The texts that do not match are those that a wrong translation of the pattern matches, for example
# into LIKE, into a regular expression without escapes, or with a wrong flag.
GLOB_CASES = {
    "GLB-1": (
        ("a*", ("a", "ab", "a\nb", "a\U0001f600"), ("ba", "", "xab")),
        ("*b", ("b", "ab", "a\nb"), ("ba", "b\n")),
        ("a?c", ("abc", "a\nc", "a?c"), ("ac", "abbc", "abcd")),
        ("*", ("", "a", "\n"), (None,)),
        ("abc", ("abc",), ("abcd", "xabc", "abc\n", "")),
        ("?", ("a", "\U0001f600", "\n"), ("", "ab")),
        ("", ("",), ("a", "\n")),
        ("*a*", ("a", "bab", "a\n"), ("b", "")),
        ("**", ("", "ab"), (None,)),
        ("a*a", ("aa", "aba"), ("a", "ab")),
        ("*a", (".a", "/a"), ("a.",)),
        ("a*b", ("a/b", "a.b"), ("a/c",)),
        ("a?*", ("ab", "abc"), ("a", "b")),
        ("*?b", ("ab", "xab"), ("b",)),
    ),
    "GLB-2": (
        ("A*", ("A", "Ab"), ("a", "ab")),
        ("a", ("a",), ("A",)),
        ("*B", ("aB",), ("ab",)),
        ("[a-c]", ("a", "c"), ("A", "C")),
        ("\u00e9", ("\u00e9",), ("\u00c9", "e\u0301")),
    ),
    "GLB-3": (
        ("[abc]", ("a", "c"), ("d", "", "ab")),
        ("[!abc]", ("d", "!", "^"), ("a", "b", "")),
        ("a[!b]c", ("adc", "a!c", "a^c", "a\nc"), ("abc", "ac")),
        ("[a-c]x", ("ax", "cx"), ("dx", "-x")),
        ("a[]]c", ("a]c",), ("abc", "a[]]c")),
        ("[!]]", ("a", "["), ("]",)),
        ("[]-]", ("]", "-"), ("[", "a")),
        ("[^a]", ("a", "^"), ("b",)),
        ("[*]", ("*",), ("a", "")),
        ("[?]", ("?",), ("a",)),
        ("[a-]", ("a", "-"), ("b",)),
        ("[\\d]", ("\\", "d"), ("1",)),
        ("[c-a]", (None,), ("b", "a", "-")),
        ("[a-c0-9]", ("b", "5"), ("d", "-")),
        ("a[!b]", ("ac",), ("a", "ab")),
        ("[!a-c]", ("d", "-", "!"), ("a", "b", "c")),
        ("[!a][!b]", ("ba", "xy"), ("ab", "xb", "ax", "x")),
    ),
    "GLB-4": (
        ("a.c", ("a.c",), ("abc",)),
        ("a^", ("a^",), ("a",)),
        ("^a", ("^a",), ("a",)),
        ("a$", ("a$",), ("a",)),
        ("a%", ("a%",), ("a", "ab")),
        ("_", ("_",), ("a",)),
        ("a\\b", ("a\\b",), ("ab",)),
        ("\\*", ("\\a", "\\"), ("*",)),
        ("a+", ("a+",), ("a", "aa")),
        ("(a)", ("(a)",), ("a",)),
        ("a|b", ("a|b",), ("a", "b")),
        ("[", ("[",), ("a", "")),
        ("[a", ("[a",), ("a",)),
        ("{a}", ("{a}",), ("a",)),
        ("a#", ("a#",), ("a",)),
        ("{a,b}", ("{a,b}",), ("a", "b")),
        ("*[", ("a[", "["), ("a",)),
    ),
}
REGEX_CASES = (
    ("b", "", ("abc", "b"), ("a", "B", "")),
    ("^b", "", ("bc",), ("ab", "a\nb")),
    ("b$", "", ("ab", "ab\n"), ("bc", "b\nc")),
    ("^a.c$", "", ("abc",), ("a\nc", "abbc", "xabc")),
    ("a+b?", "", ("a", "aab"), ("b", "")),
    ("[ab]{2}", "", ("ab", "xba"), ("a", "cc")),
    ("", "", ("", "a"), (None,)),
    ("(a|b)c", "", ("ac", "bc"), ("cc", "c")),
    (r"\.", "", ("a.b",), ("ab",)),
    ("^a|b", "", ("ab", "cb"), ("c",)),
    ("a b", "", ("a b",), ("ab",)),
    ("a#b", "", ("a#b",), ("a",)),
    ("b", "", ("a" * 300 + "b",), ("a",)),
    ("abc", "", ("xabcx", "abc"), ("ab",)),
    ("^ab$", "", ("ab", "ab\n"), ("b", "abc")),
    ("^ab*", "", ("a", "abb"), ("b", "xab")),
    ("^ab?$", "", ("a", "ab"), ("abb", "b")),
    ("^ab{0,1}c", "", ("ac", "abc"), ("abbc",)),
)
REGEX_OPTION_CASES = (
    ("b", "i", ("B", "aBc"), ("a",)),
    ("^b", "m", ("a\nb",), ("ab",)),
    ("a$", "m", ("a\nb",), ("ab",)),
    ("a.b", "s", ("a\nb", "acb"), ("ab",)),
    ("^B.c$", "ims", ("a\nb\nc", "bxC"), ("ac",)),
    ("a.b", "i", ("A-B",), ("A\nB",)),
    ("^b", "i", ("Bc",), ("a\nb",)),
    ("a.b", "m", ("acb",), ("a\nb",)),
    ("\u00e9", "i", ("\u00c9", "\u00e9"), ("e",)),
)


def _glob_from_table(clause: str) -> QueryGenerator:
    """Return a generator of the patterns of a clause, by rotation."""

    def generate(generator: ValueGenerator) -> QueryCase:
        pattern, matching, others = generator.next_in_rotation(GLOB_CASES[clause])
        return query_case(generator.choice(TEXT_FIELDS), {"$glob": pattern}, *matching, *others)

    return generate


for _clause in GLOB_CASES:
    QUERY_GENERATORS[_clause] = _glob_from_table(_clause)


@query_generator("GLB-5")
def glob_on_non_text(generator: ValueGenerator) -> QueryCase:
    """Draw `$glob` on timestamps and None, with patterns that match their texts."""
    pattern = {"$glob": generator.choice(("*", "?*", "2*", "None", "N*", ""))}
    if generator.chance(0.5):
        return query_case(generator.choice(TEXT_FIELDS), pattern, None, generator.word())
    return query_case(generator.choice(TIMESTAMP_FIELDS), pattern, generator.timestamp(), None)


@query_generator("GLB-6")
def glob_beside_operator(generator: ValueGenerator) -> QueryCase:
    """Draw `$glob` before or after another operator on the same field."""
    more: dict[str, Any] = generator.choice(
        ({"$ne": "ab"}, {"$in": ["ab", "b"]}, {"$gte": "b"}, {"$lt": "ab"})
    )
    condition = {"$glob": generator.choice(("a*", "*b")), **more}
    if generator.chance(0.5):
        condition = dict(reversed(condition.items()))
    return query_case(generator.choice(TEXT_FIELDS), condition, "ab", "a", "b", "aab", None)


@query_generator("GLB-7")
def glob_for_purge(generator: ValueGenerator) -> QueryCase:
    """Draw any query with `$glob`; the program purges with it."""
    return QUERY_GENERATORS[generator.choice(("GLB-1", "GLB-3", "GLB-6"))](generator)


def _regex_case(generator: ValueGenerator, pattern: str, options: str, *values: Any) -> QueryCase:
    """Draw a case with `$regex` on any text field."""
    condition = {"$regex": pattern}
    if options or generator.chance(0.1):  # no options may also be written as an empty text
        condition["$options"] = options
    if generator.chance(0.3):  # `$options` may come first
        condition = dict(reversed(condition.items()))
    return query_case(generator.choice(TEXT_FIELDS), condition, *values)


@query_generator("RGX-1")
def regex(generator: ValueGenerator) -> QueryCase:
    """Draw `$regex` without options."""
    pattern, options, matching, others = generator.next_in_rotation(REGEX_CASES)
    return _regex_case(generator, pattern, options, *matching, *others)


@query_generator("RGX-2")
def regex_with_options(generator: ValueGenerator) -> QueryCase:
    """Draw `$regex` with `$options`, and texts that match only without these."""
    pattern, options, matching, others = generator.next_in_rotation(REGEX_OPTION_CASES)
    return _regex_case(generator, pattern, options, *matching, *others)


@query_generator("RGX-3")
def regex_on_non_text(generator: ValueGenerator) -> QueryCase:
    """Draw `$regex` on timestamps and None, with patterns that match their texts."""
    condition = {"$regex": generator.choice(("", ".", "^2", "N", "0"))}
    if generator.chance(0.5):
        return query_case(generator.choice(TEXT_FIELDS), condition, None, "")
    return query_case(generator.choice(TIMESTAMP_FIELDS), condition, generator.timestamp(), None)
