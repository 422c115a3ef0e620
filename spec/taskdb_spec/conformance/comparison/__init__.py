"""Stage 4: compare one executed step with the model.

Input: a `Session` and the `Operation` just executed. Output: a `StepResult`, with findings and
evidence. `step` calls the other modules: one for each check that SPEC.md names, and `suspects`,
`query_coverage` and `values`, which say which clauses an operation exercises.
"""
