"""A real Hub, with two engines, on our stores."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.hub.scenario import LASTING, STEPS
from tests.integration.hub.wait_until import TIMEOUT_SECONDS

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[3]


def end(process: subprocess.Popen[str]) -> None:
    """End the process, which ends its cluster before anything else."""
    process.terminate()
    try:
        process.wait(TIMEOUT_SECONDS)
    finally:
        process.kill()
        process.wait()


def outcomes(store: str) -> dict[str, tuple[str, str]]:
    """What came of each step, made in a process of its own: the clients leave threads behind."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.hub", "--json", store],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        told, errors = process.communicate(timeout=10 * TIMEOUT_SECONDS)
    finally:
        end(process)
    lines = [json.loads(line) for line in told.splitlines()]
    assert lines, f"no step was made: {errors}"
    return {line["step"]: (line["verdict"], line["reason"]) for line in lines}


@pytest.mark.parametrize(("store", "left_out"), [("dict", len(LASTING)), ("sqlite", 0)])
def test_the_hub(store: str, left_out: int) -> None:
    """All steps go well; a store in memory is not asked for what was there before a restart."""
    made = outcomes(store)
    assert len(made) == len(STEPS)
    verdicts = [verdict for verdict, _ in made.values()]
    assert {step: told for step, told in made.items() if told[0] == "fail"} == {}
    assert verdicts.count("n/a") == left_out
