"""Stage 7: write a failure as a script, and run the script in fresh processes.

Input: a `Failure`. Output: a `Counterexample` that says whether it was confirmed.
"""
