"""A run in processes of its own: what hangs or ends one gets a verdict, and the run goes on.

The first process watches. It deals the parts of the run out to workers, and takes what came of
them in the order of the run, so that it does not matter how many there are: each part is played
with what the parts before it have brought to light. When more is known to fail, or a worker is
gone, what was played ahead is dropped, and new workers go on from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice

from taskdb_spec.conformance.core.config import Patience
from taskdb_spec.conformance.core.events import Event, Progress
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.diagnosis.crashes import Examiner, program_of
from taskdb_spec.conformance.engine.runner import Campaign
from taskdb_spec.conformance.engine.workers import Board, Known, Played, Worker
from taskdb_spec.conformance.execution.isolation.exit import End
from taskdb_spec.conformance.execution.isolation.flight_recorder import Notes, Phase, SharedRecorder
from taskdb_spec.conformance.execution.isolation.process import Apart
from taskdb_spec.conformance.execution.session import StoreNotOpened
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.planning.batches import Part


def run_apart(campaign: Campaign, strict: bool, patience: Patience, workers: int) -> Report:
    """Make the run in forked processes, and in others after them where one does not come back."""
    return _Supervisor(campaign, patience, workers).run(strict)


class _Supervisor:
    def __init__(self, campaign: Campaign, patience: Patience, workers: int) -> None:
        self.campaign, self.patience, self.workers = campaign, patience, workers
        self.folder = campaign.folder
        self.examiner = Examiner(campaign.backend, self.folder, SharedRecorder(), patience)
        self.accidents: Counter[str] = Counter()
        self.taken = 0  # how many parts
        self.crews = 0

    def run(self, strict: bool) -> Report:
        self.campaign.workers = self.workers
        self._open()
        self.campaign.announce()
        while self.accidents.total() <= self.patience.restarts:
            if self._go_on():
                return self.campaign.finish(strict)
        calls = self.patience.restarts + 1
        why = f"the run was ended after {calls} of its calls had not come back"
        return self.campaign.finish(strict, why)

    def _open(self) -> None:
        """See that the store can be opened; what its first calls do wrong, the programs show."""
        recorder = SharedRecorder()
        limit, memory = self.patience.call, self.patience.memory
        process = Apart(lambda send: self.campaign.open_once(), recorder, limit, memory)
        for _ in process.messages():
            pass
        if process.end is not None:
            self._check_opened(recorder.notes(), process.end)

    def _check_opened(self, notes: Notes, end: End) -> None:
        if notes.phase is Phase.opening:
            name = self.campaign.backend.name
            raise StoreNotOpened(f"{name} could not be opened: `open` {end.text}")

    def _go_on(self) -> bool:
        """Go on with new workers; False if others have to go on where these have come to."""
        crew: list[Worker] = []
        self.crews += 1
        try:
            board = Board(self.workers)
            crew.extend(self._worker(number, board) for number in range(self.workers))
            for (_, part), worker in zip(self._left(), cycle(crew), strict=False):
                if self.campaign.is_over(part):
                    break
                self.campaign.tell(part)
                if not self._take(worker):
                    return False
            return True
        finally:
            for worker in crew:
                worker.process.close()

    def _left(self) -> Iterator[tuple[int, Part]]:
        """The parts that are left, each with its number."""
        return islice(enumerate(self.campaign.parts()), self.taken, None)

    def _worker(self, number: int, board: Board) -> Worker:
        folder = self.folder / f"run-{self.crews}-{number}"
        self.campaign.player.workdirs = Workdirs(folder)
        parts = islice(self._left(), number, None, self.workers)
        return Worker(number, self.campaign, parts, board, self.patience)

    def _take(self, worker: Worker) -> bool:
        """Take what came of a worker's next part; False where the workers have to be replaced."""
        player, learned = self.campaign.player, False
        for message in worker.messages:
            if isinstance(message, Played):
                player.evidence.update(message.evidence)
                player.operations += message.operations
                self.taken += 1
                return self.workers == 1 or not learned
            if isinstance(message, Known):
                message.tell(self.campaign)
                learned = True
            else:
                self._pass_on(message)
        assert worker.process.end is not None
        self._learn(worker.recorder.notes(), worker.process.end)
        return False

    def _pass_on(self, event: Event) -> None:
        if isinstance(event, Progress):
            event = replace(event, operations=self.campaign.player.operations + event.operations)
        self.campaign.listen(event)

    # Accidents

    def _learn(self, notes: Notes, end: End) -> None:
        """Find out what has ended a worker, so that the next one can keep away from it."""
        self._check_opened(notes, end)
        self.accidents[notes.program] += 1
        if notes.operations or notes.phase is Phase.closing:
            self._blame(notes, end)

    def _blame(self, notes: Notes, end: End) -> None:
        campaign = self.campaign
        focus, _, _ = notes.program.partition("/")
        accident = self.examiner.examine(program_of(notes), end, focus)
        if accident.danger is None and self.accidents[notes.program] == 1:
            return  # it may have been chance: once more
        campaign.given_up.add(notes.program)
        known = campaign.is_settled(accident.clause)
        if accident.danger is not None:
            # A second accident under the same clause shows that the clause says too little.
            last = accident.program.operations[-1]
            danger = accident.danger.wider(last) if known else accident.danger
            campaign.player.dangers += (danger,)
        if not known:
            limit = self.patience.script
            example = campaign.emitter.fatal(accident.program, accident.clause, end, limit)
            campaign.report(accident.clause, example)
