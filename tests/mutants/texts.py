"""Mutants of `$exists`, `$glob` and `$regex`: clauses EXI, GLB and RGX."""

from __future__ import annotations

import fnmatch
import re

from taskdb_spec import QueryError
from taskdb_spec.language import tree
from taskdb_spec.language.operators import compile_regex
from taskdb_spec.records.order import MISSING

from .hooks import comparing, judging, renaming, rewriting, taking, with_language
from .language import Language
from .mutant import broken
from .store import Store


@judging("EXI-1", "a field that is None does not exist", tree.Exists)
def none_does_not_exist(test, found, holds):
    return (not test.present) if found.values == [None] else holds


@judging("EXI-1", "$exists False matches everything", tree.Exists)
def nothing_may_not_exist(test, found, holds):
    return holds or not test.present


@judging("EXI-1", "empty text does not exist", tree.Exists)
def empty_text_does_not_exist(test, found, holds):
    return (not test.present) if found.values == [""] else holds


@taking("EXI-2", "$exists goes by the truth of its operand", "$exists")
def exists_goes_by_truth(operand):
    return bool(operand)


@taking("EXI-2", "$exists takes 1 and 0", "$exists")
def exists_takes_ones(operand):
    return bool(operand) if type(operand) is int and operand in (0, 1) else operand


@taking("EXI-2", "$exists takes None for False", "$exists")
def exists_takes_none(operand):
    return False if operand is None else operand


@with_language("EXI-3", "a member that is None does not exist")
class NoneMembersDoNotExist(Language):
    def through_dict(self, value, rest):
        for found, opened in super().through_dict(value, rest):
            yield (MISSING if found is None else found), opened


@judging("EXI-3", "a member that is missing exists", tree.Exists)
def missing_members_exist(test, found, holds):
    return test.present if found.values == [MISSING] else holds


def globbing(match):
    """fn(value, test) from match(pattern, text)."""
    return lambda value, test: match(test.pattern, value) if isinstance(value, str) else None


def translated(pattern):
    """The regular expression of a glob, without its anchors."""
    return fnmatch.translate(pattern).removesuffix(r"\Z").removesuffix(r"\z")


@comparing("GLB-1", "$glob searches for its pattern", tree.Glob)
def glob_searches(value, test):
    return globbing(lambda p, text: re.search(translated(p), text) is not None)(value, test)


@comparing("GLB-1", "$glob matches the beginning", tree.Glob)
def glob_matches_the_beginning(value, test):
    return globbing(lambda p, text: re.match(translated(p), text) is not None)(value, test)


@comparing("GLB-1", "* and ? do not match a newline", tree.Glob)
def glob_stops_at_newlines(value, test):
    def match(pattern, text):
        expression = translated(pattern).replace("(?s:", "(?:")
        return re.fullmatch(expression, text) is not None

    return globbing(match)(value, test)


@comparing("GLB-1", "a newline at the end of the text does not count", tree.Glob)
def glob_ignores_a_last_newline(value, test):
    def match(pattern, text):
        ends = (text, text[:-1]) if text.endswith("\n") else (text,)
        return any(fnmatch.fnmatchcase(end, pattern) for end in ends)

    return globbing(match)(value, test)


@comparing("GLB-1", "* stands for one character at least", tree.Glob)
def star_is_not_empty(value, test):
    return globbing(lambda p, text: fnmatch.fnmatchcase(text, p.replace("*", "?*")))(value, test)


@comparing("GLB-1", "? stands for no character as well", tree.Glob)
def question_mark_may_be_empty(value, test):
    def match(pattern, text):
        return fnmatch.fnmatchcase(text, pattern) or (
            "[" not in pattern and fnmatch.fnmatchcase(text, pattern.replace("?", "", 1))
        )

    return globbing(match)(value, test)


@comparing("GLB-2", "$glob folds case", tree.Glob)
def glob_folds_case(value, test):
    def match(pattern, text):
        return fnmatch.fnmatchcase(text.lower(), pattern.lower())

    return globbing(match)(value, test)


@comparing("GLB-2", "$glob folds the case of plain patterns only", tree.Glob)
def plain_glob_folds_case(value, test):
    def match(pattern, text):
        plain = not set("*?[") & set(pattern)
        return text.lower() == pattern.lower() if plain else fnmatch.fnmatchcase(text, pattern)

    return globbing(match)(value, test)


@rewriting("GLB-3", "a set negates with ^, and ! stands for itself", tree.Glob)
def glob_negates_with_a_caret(test):
    swapped = re.sub(r"\[!([^\]]+)\]", r"[\1!]", test.pattern)
    return tree.Glob(swapped.replace("[^", "[!"))


@comparing("GLB-3", "[ and ] stand for themselves", tree.Glob)
def glob_has_no_sets(value, test):
    return globbing(lambda p, text: fnmatch.fnmatchcase(text, p.replace("[", "[[]")))(value, test)


@comparing("GLB-3", "a range in a set is three characters", tree.Glob)
def glob_has_no_ranges(value, test):
    def match(pattern, text):
        return fnmatch.fnmatchcase(text, re.sub(r"\[(!?)(\w)-(\w)\]", r"[\1\2\3-]", pattern))

    return globbing(match)(value, test)


@comparing("GLB-3", "[]] is an empty set and a bracket", tree.Glob)
def bracket_ends_an_empty_set(value, test):
    return globbing(lambda p, text: "[]]" not in p and fnmatch.fnmatchcase(text, p))(value, test)


def unescaped(value, test, *characters):
    """Match with these characters left as they are in the regular expression."""

    def match(pattern, text):
        expression = fnmatch.translate(pattern)
        for character in characters:
            expression = expression.replace("\\" + character, character)
        try:
            return re.match(expression, text) is not None
        except re.error:
            return False

    return globbing(match)(value, test)


@comparing("GLB-4", "a dot stands for any character", tree.Glob)
def dot_is_not_escaped(value, test):
    return unescaped(value, test, ".")


@comparing("GLB-4", "^, $, + and ( have the meaning of a regular expression", tree.Glob)
def signs_are_not_escaped(value, test):
    return unescaped(value, test, "^", "$", "+", "(", ")")


@comparing("GLB-4", "% and _ are wildcards", tree.Glob)
def glob_is_like(value, test):
    def match(pattern, text):
        return fnmatch.fnmatchcase(text, pattern.replace("%", "*").replace("_", "?"))

    return globbing(match)(value, test)


@comparing("GLB-4", "a backslash escapes what follows", tree.Glob)
def glob_has_escapes(value, test):
    def match(pattern, text):
        return fnmatch.fnmatchcase(text, re.sub(r"\\(.)", r"[\1]", pattern))

    return globbing(match)(value, test)


@comparing("GLB-4", "a lone [ matches nothing", tree.Glob)
def lone_bracket_matches_nothing(value, test):
    return False if "[" in test.pattern and "]" not in test.pattern else None


@comparing("GLB-5", "$glob reads the text of other values", tree.Glob)
def glob_reads_everything(value, test):
    return None if isinstance(value, str) else fnmatch.fnmatchcase(str(value), test.pattern)


@comparing("GLB-5", "$glob of None raises", tree.Glob)
def glob_cannot_take_none(value, test):
    if value is None:
        raise TypeError("expected str, bytes or os.PathLike object, not NoneType")


@comparing("GLB-5", "$glob takes None for empty text", tree.Glob)
def glob_takes_none_for_empty(value, test):
    return fnmatch.fnmatchcase("", test.pattern) if value is None else None


@with_language("GLB-6", "$glob replaces the other operators on its field")
class GlobStandsAlone(Language):
    def all_of(self, tests):
        globs = tuple(test for test in tests if isinstance(test, tree.Glob))
        return super().all_of(globs or tests)


@with_language("GLB-6", "$glob is not looked at beside another operator")
class GlobIsDroppedBesideOthers(Language):
    def all_of(self, tests):
        others = tuple(test for test in tests if not isinstance(test, tree.Glob))
        return super().all_of(others or tests)


def has_glob(check):
    """Whether a query has `$glob` on a field."""
    return any(isinstance(value, dict) and "$glob" in value for value in check.values())


@broken("GLB-7", "drop_matching_records with $glob drops nothing")
class PurgeKnowsNoGlob(Store):
    def purged(self, check):
        found = super().purged(check)
        return [] if has_glob(check) else found


@broken("GLB-7", "drop_matching_records takes a $glob for the text itself")
class PurgeTakesGlobForText(Store):
    def purged(self, check):
        found = super().purged(check)
        if not has_glob(check):
            return found
        return super().purged({
            name: {("$eq" if k == "$glob" else k): v for k, v in value.items()}
            if isinstance(value, dict) else value
            for name, value in check.items()
        })  # fmt: skip


@broken("GLB-7", "drop_matching_records refuses $glob")
class PurgeRefusesGlob(Store):
    def purged(self, check):
        found = super().purged(check)
        if has_glob(check):
            raise QueryError("unknown operator '$glob'")
        return found


@taking("GLB-8", "$glob takes the text of any operand", "$glob")
def glob_takes_anything(operand):
    return operand if isinstance(operand, str) else str(operand)


@taking("GLB-8", "$glob takes bytes", "$glob")
def glob_takes_bytes(operand):
    return operand.decode(errors="replace") if isinstance(operand, bytes) else operand


@taking("GLB-8", "$glob takes None for a pattern that matches everything", "$glob")
def glob_takes_none(operand):
    return "*" if operand is None else operand


def compiled(test):
    """The pattern of a `$regex` test."""
    return compile_regex(test.pattern, test.options)


def matching(method):
    """fn(value, test) from a method of compiled patterns."""

    def holds(value, test):
        return (
            getattr(compiled(test), method)(value) is not None if isinstance(value, str) else None
        )

    return holds


@comparing("RGX-1", "$regex matches at the beginning only", tree.Regex)
def regex_matches(value, test):
    return matching("match")(value, test)


@comparing("RGX-1", "$regex matches the whole text", tree.Regex)
def regex_matches_the_whole(value, test):
    return matching("fullmatch")(value, test)


@comparing("RGX-1", "$regex is a search for the plain text", tree.Regex)
def regex_is_plain_text(value, test):
    return test.pattern in value if isinstance(value, str) else None


@comparing("RGX-1", "$ matches at the very end only", tree.Regex)
def dollar_is_the_very_end(value, test):
    ends = isinstance(value, str) and test.pattern.endswith("$") and "m" not in test.options
    if not ends or test.pattern.endswith("\\$"):
        return None
    return re.search(compiled(test).pattern[:-1] + r"\Z", value, compiled(test).flags) is not None


def with_options(test, options):
    """The same `$regex` with other options."""
    return tree.Regex(test.pattern, options)


@rewriting("RGX-2", "$options are ignored", tree.Regex)
def options_are_ignored(test):
    return with_options(test, "")


@rewriting("RGX-2", "only the first option counts", tree.Regex)
def one_option_counts(test):
    return with_options(test, test.options[:1])


@rewriting("RGX-2", "the option s is always on", tree.Regex)
def dot_matches_newlines(test):
    return with_options(test, "".join(sorted({*test.options, "s"})))


@rewriting("RGX-2", "the option m is always on", tree.Regex)
def anchors_match_at_lines(test):
    return with_options(test, "".join(sorted({*test.options, "m"})))


@rewriting("RGX-2", "case is always ignored", tree.Regex)
def regex_ignores_case(test):
    return with_options(test, "".join(sorted({*test.options, "i"})))


@rewriting("RGX-2", "the option s is taken for m", tree.Regex)
def s_is_m(test):
    return with_options(test, test.options.replace("s", "m"))


@comparing("RGX-3", "$regex reads the text of other values", tree.Regex)
def regex_reads_everything(value, test):
    return None if isinstance(value, str) else compiled(test).search(str(value)) is not None


@comparing("RGX-3", "$regex of None raises", tree.Regex)
def regex_cannot_take_none(value, test):
    if value is None:
        raise TypeError("expected string or bytes-like object, got 'NoneType'")


@renaming("RGX-4", "a pattern that is none matches nothing")
def bad_pattern_matches_nothing(name, operand):
    if name != "$regex" or not isinstance(operand, str):
        return name, operand
    try:
        re.compile(operand)
    except (re.error, OverflowError, RecursionError):
        return name, r"(?!)"
    return name, operand


@taking("RGX-4", "options that are unknown are ignored", "$options")
def unknown_options_are_ignored(operand):
    return "".join(c for c in operand if c in "ims") if isinstance(operand, str) else operand


@taking("RGX-4", "the option x is taken, and ignored", "$options")
def x_is_taken(operand):
    return operand.replace("x", "") if isinstance(operand, str) else operand


@broken("RGX-4", "$options without $regex are ignored")
class OptionsNeedNoRegex(Store):
    def parsed(self, check):
        if isinstance(check, dict):
            check = {name: completed(value) for name, value in check.items()}
        return super().parsed(check)


def completed(value):
    """A condition in which `$options` have a `$regex` that matches every text."""
    lonely = isinstance(value, dict) and "$options" in value and "$regex" not in value
    return {"$regex": "", **value} if lonely else value


@taking("RGX-4", "$regex takes bytes", "$regex")
def regex_takes_bytes(operand):
    return operand.decode(errors="replace") if isinstance(operand, bytes) else operand


@broken("RGX-2", "$options are ignored if they stand before $regex")
class LeadingOptionsAreIgnored(Store):
    def parsed(self, check):
        if isinstance(check, dict):
            super().parsed(check)
            check = {name: without_leading_options(value) for name, value in check.items()}
        return super().parsed(check)


def without_leading_options(value):
    """A condition without the `$options` that stand before its `$regex`."""
    names = list(value) if isinstance(value, dict) else []
    if "$options" in names and "$regex" in names[names.index("$options") :]:
        return {name: operand for name, operand in value.items() if name != "$options"}
    return value
