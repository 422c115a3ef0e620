"""Benchmarks of the stores and of the suite: ``python -m bench``.

The stores are measured side by side in one run, on the same records and calls, and take turns.
Read the ratios between them: unlike the times, they hold on other machines too.

`contenders` are the stores, `baselines` what they and the suite are compared with. `harness`
measures one call or one run, `suites` says what is measured, and `reporting` shows the results.
Nothing here imports from `tests`.
"""
