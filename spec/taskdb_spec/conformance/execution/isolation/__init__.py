"""Stage 3: isolate the backend in a process that may hang or crash.

Input: a task for a forked process. Output: its messages, or how the process ended.
"""
