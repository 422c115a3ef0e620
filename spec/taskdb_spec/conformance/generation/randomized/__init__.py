"""Randomized programs, which are generated for no clause in particular.

`queries` generates many random queries over a few records, `walk` a sequence of random calls.
"""
