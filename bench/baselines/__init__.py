"""Baselines: simple alternatives that the suite and the stores are compared with."""
