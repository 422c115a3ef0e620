"""Run the suite on a mechanical mutant, in a process of its own with limits."""

from __future__ import annotations

import os
import pickle
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NoReturn

from taskdb_spec import Backend
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.config import Profile, Selection
from taskdb_spec.conformance.core.events import ClauseFailed, Event, Progress
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from tests.mechanical.stores import find_mutant
from tests.mutation.runner import in_process_writer

CPU_SECONDS_PER_BATCH = 20
"""The limit for a batch of programs. The longest one of a sound store takes less than a second."""
MEMORY_BYTES = 1 << 30
"""The limit beyond what the process that forks uses."""
FIRST_WAVE = Profile("first wave", targeted_programs=1, operations=0)
"""The first wave of every profile: one program for each clause, and no untargeted ones."""


class Verdict(Enum):
    """The result of a run on a mutant."""

    KILLED = "killed"
    """The suite reported a failure with a confirmed counterexample."""
    SURVIVED = "survived"
    TIMED_OUT = "timed out"
    """A process reached a limit, or ended in another way without a result."""
    UNUSABLE = "unusable"
    """The changed source cannot be imported, or the suite refuses to begin a run on it."""


@dataclass(frozen=True)
class Outcome:
    """The result of a run on a mutant.

    Attributes:
        mutant: The name of the mutant.
        verdict: The result.
        clause: The clause that was blamed first, or empty.
        operations: The operations until the first failure, or of the whole run.
        is_first_wave: Whether the first failure was before the end of the first wave.
        detail: The text of the error of a mutant that is unusable, or how its process ended.
    """

    mutant: str
    verdict: Verdict
    clause: str = ""
    operations: int = 0
    is_first_wave: bool = False
    detail: str = ""


def run_mutant(name: str, profile: Profile, *, cpu_seconds: int = CPU_SECONDS_PER_BATCH) -> Outcome:
    """Run the suite on a mutant up to the first failure, in a fork of this process.

    Args:
        name: The name of the mutant.
        profile: The size of the run.
        cpu_seconds: The limit for each batch of programs.
    """

    def run() -> Outcome:
        try:
            backend = find_mutant(name).load()
        except Exception as error:
            return Outcome(name, Verdict.UNUSABLE, detail=f"{type(error).__name__}: {error}")
        return run_backend(name, backend, profile, start_batch=lambda: allow_cpu(cpu_seconds))

    return run_bounded(name, run, cpu_seconds=cpu_seconds)


class _FailedError(Exception):
    """Ends a run at its first failure."""


def run_backend(
    name: str, backend: Backend, profile: Profile, *, start_batch: Callable[[], None]
) -> Outcome:
    """Run the suite on a backend in this process, up to the first failure.

    Args:
        name: The name in the result.
        backend: The backend.
        profile: The size of the run.
        start_batch: Called before each batch of programs.
    """
    batches: Counter[str] = Counter()
    failed: list[Outcome] = []
    current = ""

    def listen(event: Event) -> None:
        nonlocal current
        if isinstance(event, Progress) and not event.doing.startswith("shrinking "):
            # A slow batch reports its progress again.
            if event.doing != current:
                current = event.doing
                batches[current] += 1
                start_batch()
        elif isinstance(event, ClauseFailed):
            is_first = _is_in_first_wave(batches)
            failed.append(Outcome(name, Verdict.KILLED, event.clause, event.operations, is_first))
            raise _FailedError

    try:
        with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
            config = make_config(backend, profile, Path(folder))
            report = run_in_process(config, listen)
    except _FailedError:
        return failed[0]
    except Exception as error:
        return Outcome(name, Verdict.UNUSABLE, detail=f"{type(error).__name__}: {error}")
    return Outcome(name, Verdict.SURVIVED, operations=report.operations)


def _is_in_first_wave(batches: Counter[str]) -> bool:
    """Return whether no clause has begun its second batch, given how many each has begun.

    All batches for ISO-9 come before the first wave of the others.
    """
    others = {name: count for name, count in batches.items() if name != "ISO-9"}
    return others.keys() <= clauses().keys() and all(count == 1 for count in others.values())


def make_config(backend: Backend, profile: Profile, folder: Path) -> RunConfig:
    """Return the configuration of a strict run that ends at its first failure."""
    return RunConfig(
        backend,
        profile,
        0,
        in_process_writer(backend),
        folder,
        strict=True,
        selection=Selection(is_fail_fast=True),
    )


# Processes with limits


def run_bounded(name: str, run: Callable[[], Outcome], *, cpu_seconds: int) -> Outcome:
    """Execute a run in a fork of this process that has limits of CPU time and memory.

    Args:
        name: The name of the mutant.
        run: Returns the result. It may call `allow_cpu` to get more time.
        cpu_seconds: The CPU time until the first such call.
    """
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        file = Path(folder) / "outcome"
        process = os.fork()
        if process == 0:
            _run_in_child(run, file, cpu_seconds)
        _, status = os.waitpid(process, 0)
        if not file.exists():
            code = os.waitstatus_to_exitcode(status)
            return Outcome(name, Verdict.TIMED_OUT, detail=f"the process ended with status {code}")
        outcome: Outcome = pickle.loads(file.read_bytes())
    return outcome


def _run_in_child(run: Callable[[], Outcome], file: Path, cpu_seconds: int) -> NoReturn:
    status = 1
    try:
        with suppress(MemoryError), _silenced():
            # Folders of a process that is killed go with the file, and so does what a mutant writes
            # to the current folder: a store with another default for its file, for example.
            tempfile.tempdir = str(file.parent)
            os.chdir(file.parent)
            _, hard = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
            _limit_memory()
            allow_cpu(cpu_seconds)
            data = pickle.dumps(run())
            part = file.with_suffix(".part")
            part.write_bytes(data)
            part.rename(file)
            status = 0
    finally:
        os._exit(status)


def allow_cpu(seconds: int) -> None:
    """Give this process more seconds of CPU time. At their end, the system kills the process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(usage.ru_utime + usage.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


@contextmanager
def _silenced() -> Iterator[None]:
    """Discard what a mutant writes to the terminal."""
    sys.stdout.flush()
    sys.stderr.flush()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        yield
