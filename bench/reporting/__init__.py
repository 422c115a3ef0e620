"""The output of a benchmark: the results as JSON, tables of ratios, and plots."""
