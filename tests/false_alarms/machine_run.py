"""Run the Hypothesis machine on stores that have to conform.

``python -m tests.false_alarms.machine_run [STEPS [SEED]]`` shares the steps out among the stores of
this project and the correct but unusual ones. Settings are the defaults of the machine but for the
number of examples. The exit status is 1 if a machine fails, for whatever reason.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
from contextlib import ExitStack
from functools import partial
from typing import Any

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from taskdb_reference.backends.builtin import none_backend
from taskdb_spec import Backend
from taskdb_spec.conformance import state_machine
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.engine.workers import available_cores
from taskdb_spec.conformance.execution.session import EVERYTHING
from tests.false_alarms.deep_run import SERVERS, STORES
from tests.false_alarms.unusual_stores import SOUND

BACKENDS = {**STORES, "none": none_backend, **SOUND}
STEPS = 200_000
EXAMPLES_PER_ROUND = 50


def count_steps(backend: Backend, wanted: int, first_seed: int) -> int:
    """Run machines of a backend until they have made `wanted` steps. Return the number of steps.

    A step is a call that a rule makes; the invariant and the programs for clauses are not counted.
    """
    steps = 0
    base: Any = state_machine(backend, database=None)

    class CountingMachine(base):  # type: ignore[misc]
        def execute(self, operation: Operation) -> None:
            nonlocal steps
            steps += operation is not EVERYTHING
            super().execute(operation)

    few = settings(CountingMachine.TestCase.settings, max_examples=EXAMPLES_PER_ROUND)
    rounds = 0
    while steps < wanted:
        run_state_machine_as_test(seed(first_seed + rounds)(CountingMachine), settings=few)
        rounds += 1
    return steps


def run(wanted: int, first_seed: int, name: str) -> tuple[int, str]:
    """Run machines of a store; return how many steps they made, and why one failed."""
    with ExitStack() as stack:
        if name in SERVERS:
            variable, server = SERVERS[name]
            os.environ[variable] = stack.enter_context(server()).url
        try:
            return count_steps(BACKENDS[name], wanted, first_seed), ""
        except Exception as error:  # The other stores are run all the same.
            return 0, f"{type(error).__name__}: {error}"


def main(steps: str = "", first_seed: str = "") -> int:
    """Run the command, and return its exit status."""
    number = int(first_seed or random.randrange(10**6))
    wanted = -(-int(steps or STEPS) // len(BACKENDS))
    print(f"seed {number}, {len(BACKENDS)} stores, at least {wanted} steps each", flush=True)
    failed, made = 0, 0
    with multiprocessing.get_context("fork").Pool(available_cores(), maxtasksperchild=1) as pool:
        results = pool.imap(partial(run, wanted, number), BACKENDS, chunksize=1)
        for name, (done, error) in zip(BACKENDS, results, strict=True):
            made += done
            failed += bool(error)
            print(f"{name:24} {error or f'{done} steps'}", flush=True)
    print(f"{made} steps, {failed} machines failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
