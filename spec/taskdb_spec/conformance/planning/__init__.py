"""Stage 1: plan which programs a run executes, in which order and variant.

Input: the clauses that apply to the backend, and a profile. Output: batches.
"""
