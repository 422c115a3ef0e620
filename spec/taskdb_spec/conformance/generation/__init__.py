"""Stage 2: generate programs from a seed, one sub-package for each kind.

Input: the name of a program and a source of choices. Output: a `Program`, or an iterator
of its operations.

`targeted` programs exercise one clause, `combinatorial` programs enumerate a table, `randomized`
programs draw any operations. `queries` and `invalid` generate the arguments of calls for all three,
`values` and `records` the values in these, and `choices` the choices that everything is built on.
"""
