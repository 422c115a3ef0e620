"""Stage 8: turn results into text.

Input: a `Report`, or the events of a run. Output: lines on a terminal, JSON, JUnit XML, an HTML
page, or a baseline. `text` holds the wording that all of these share.
"""
