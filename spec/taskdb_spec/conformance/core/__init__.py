"""What all stages share: programs, findings, results, events, configuration.

Input: nothing of the suite. Output: the types that stages hand to each other.
"""
