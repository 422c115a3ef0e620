"""Stage 5: attribute a failure to one clause, and explain it.

Input: a `Failure`. Output: the clause to blame, a likely cause, and what to avoid from then on.
"""
