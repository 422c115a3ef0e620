"""Golden reports: what the suite says of some backends, kept so that a refactoring can be compared.

`python -m tests.golden` makes ``tests/data/golden-reports.json`` again. A change of behaviour is
then a difference of that file, to be read line by line.
"""
