"""Makers of queries with patterns: tables of patterns, texts that match, texts that do not."""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.generation.queries.registry import MAKERS, Maker, Sample, maker, sample
from taskdb_spec.conformance.generation.values import TEXT_PLACES, TIME_PLACES, Pools

GLOBS = {
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
SEARCHES = (
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
OPTIONS = (
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


def _globs(clause: str) -> Maker:
    def make(pools: Pools) -> Sample:
        pattern, matching, others = pools.deal(GLOBS[clause])
        return sample(pools.one_of(TEXT_PLACES), {"$glob": pattern}, *matching, *others)

    return make


for _clause in GLOBS:
    MAKERS[_clause] = _globs(_clause)


@maker("GLB-5")
def glob_of_no_text(pools: Pools) -> Sample:
    pattern = {"$glob": pools.one_of(("*", "?*", "2*", "None", "N*", ""))}
    if pools.chance(5):
        return sample(pools.one_of(TEXT_PLACES), pattern, None, pools.word())
    return sample(pools.one_of(TIME_PLACES), pattern, pools.instant(), None)


@maker("GLB-6")
def glob_and_more(pools: Pools) -> Sample:
    more: dict[str, Any] = pools.one_of(
        ({"$ne": "ab"}, {"$in": ["ab", "b"]}, {"$gte": "b"}, {"$lt": "ab"})
    )
    condition = {"$glob": pools.one_of(("a*", "*b")), **more}
    if pools.chance(5):
        condition = dict(reversed(condition.items()))
    return sample(pools.one_of(TEXT_PLACES), condition, "ab", "a", "b", "aab", None)


@maker("GLB-7")
def glob_to_drop(pools: Pools) -> Sample:
    return MAKERS[pools.one_of(("GLB-1", "GLB-3", "GLB-6"))](pools)


def _search(pools: Pools, pattern: str, options: str, *values: Any) -> Sample:
    condition = {"$regex": pattern}
    if options or pools.chance(1):
        condition["$options"] = options
    if pools.chance(3):
        condition = dict(reversed(condition.items()))
    return sample(pools.one_of(TEXT_PLACES), condition, *values)


@maker("RGX-1")
def search(pools: Pools) -> Sample:
    pattern, options, matching, others = pools.deal(SEARCHES)
    return _search(pools, pattern, options, *matching, *others)


@maker("RGX-2")
def search_with_options(pools: Pools) -> Sample:
    pattern, options, matching, others = pools.deal(OPTIONS)
    return _search(pools, pattern, options, *matching, *others)


@maker("RGX-3")
def search_in_no_text(pools: Pools) -> Sample:
    condition = {"$regex": pools.one_of(("", ".", "^2", "N", "0"))}
    if pools.chance(5):
        return sample(pools.one_of(TEXT_PLACES), condition, None, "")
    return sample(pools.one_of(TIME_PLACES), condition, pools.instant(), None)
