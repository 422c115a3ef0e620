"""Stage 3: execute a program on the backend and on the model.

Input: a `Program` and a `Backend`. Output: one executed step after the other, in a `Session`.
"""
