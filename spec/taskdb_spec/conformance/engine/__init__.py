"""Drive stages 1 to 7 over a whole run.

Input: a `Backend`, a profile and a seed. Output: a `Report`, and events on the way.
"""
