"""Stage 2: generate programs from a seed, one sub-package for each kind.

Input: the name of a program and a source of choices. Output: a `Program`."""
