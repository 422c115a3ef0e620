"""Other programs as front ends: pytest, Hypothesis, an ipyparallel cluster.

Input: a `Backend`. Output: tests, a state machine, or a report of several engines.
"""
