"""The stores that are measured: those of this project, ipyparallel's, and other databases."""
