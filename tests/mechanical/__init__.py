"""Mechanical mutants: stores in whose source one thing was changed by a program."""
