"""Stage 8: turn results into text.

Input: a `Report` or events. Output: the terminal, JSON, JUnit, HTML, baselines."""
