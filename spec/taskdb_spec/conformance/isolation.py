"""A run in a process of its own: what hangs or ends it gets a verdict, and the run goes on.

The first process watches, and knows of the run what it is sent at checkpoints. When the process is
gone, it finds out which call has ended it, and makes another that goes on from there.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from taskdb_spec.conformance.accidents import Examiner, program_of
from taskdb_spec.conformance.apart import Apart, Send
from taskdb_spec.conformance.campaign import Campaign
from taskdb_spec.conformance.ends import End
from taskdb_spec.conformance.events import RunFinished
from taskdb_spec.conformance.patience import Patience
from taskdb_spec.conformance.recorder import Notes, Phase, SharedRecorder
from taskdb_spec.conformance.report import Report
from taskdb_spec.conformance.session import StoreNotOpened


def run_apart(campaign: Campaign, strict: bool, patience: Patience) -> Report:
    """Make the run in a forked process, and in others after it where it does not come back."""
    return _Supervisor(campaign, strict, patience).run()


class _State(dict[str, Any]):
    """What is known of a run where another process could go on with it."""


_OF_CAMPAIGN = ("failures", "doubts", "opened", "clauses_done", "walks_done")
_OF_PLAYER = ("failed", "lost", "evidence", "operations")


def _state(campaign: Campaign) -> _State:
    state = {name: getattr(campaign, name) for name in _OF_CAMPAIGN}
    return _State(state | {name: getattr(campaign.player, name) for name in _OF_PLAYER})


def _restore(campaign: Campaign, state: _State) -> None:
    for name, value in state.items():
        setattr(campaign if name in _OF_CAMPAIGN else campaign.player, name, value)


class _Supervisor:
    def __init__(self, campaign: Campaign, strict: bool, patience: Patience) -> None:
        self.campaign, self.strict, self.patience = campaign, strict, patience
        self.recorder = SharedRecorder()
        self.folder = campaign.folder
        self.examiner = Examiner(campaign.backend, self.folder, self.recorder, patience)
        self.accidents: Counter[str] = Counter()

    def run(self) -> Report:
        for life in range(self.patience.restarts + 1):
            self.campaign.player.folder = self.folder / f"run-{life}"
            process = Apart(self._work, self.recorder, self.patience.call, self.patience.memory)
            for message in process.messages():
                if isinstance(message, _State):
                    _restore(self.campaign, message)
                else:
                    self.campaign.listen(message)
                if isinstance(message, RunFinished):
                    return message.report
            assert process.end is not None
            self._learn(self.recorder.notes(), process.end)
        calls = self.patience.restarts + 1
        why = f"the run was ended after {calls} of its calls had not come back"
        return self.campaign.finish(self.strict, why)

    def _work(self, send: Send) -> None:
        """What the process does."""
        campaign = self.campaign
        campaign.listen = send
        campaign.checkpoint = lambda: send(_state(campaign))
        campaign.run(self.strict)

    def _learn(self, notes: Notes, end: End) -> None:
        """Find out what has ended the process, so that the next one can keep away from it."""
        name = self.campaign.backend.name
        if notes.phase is Phase.opening:
            raise StoreNotOpened(f"{name} could not be opened: `open` {end.text}")
        if not self.campaign.opened:
            self.campaign.announce()  # the programs will show what is wrong with the first calls
        elif notes.operations or notes.phase is Phase.closing:
            self._blame(notes, end)

    def _blame(self, notes: Notes, end: End) -> None:
        campaign = self.campaign
        focus, _, _ = notes.program.partition("/")
        self.accidents[notes.program] += 1
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
