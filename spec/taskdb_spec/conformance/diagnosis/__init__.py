"""Stage 5: attribute a failure to one clause, and explain it.

Input: a `Failure`. Output: the clause to blame, a likely cause, and what to avoid from then on.

The engine does not use this package at one time only. It blames a clause before it shrinks the
program (stage 6), but shrinks an unexpected exception first. It explains a failure after the
confirmation (stage 7).
"""
