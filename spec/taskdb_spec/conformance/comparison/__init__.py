"""Stage 4: compare one executed step with the model.

Input: a `Session` and the `Operation` just executed. Output: a `StepResult`, with findings and
evidence."""
