"""Stage 6: reduce a failing program to a small one that fails alike.

Input: a `Failure` and its clause. Output: the smallest `Failure` found.
"""
