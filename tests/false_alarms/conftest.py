"""How much the tests of this folder run.

With ``SOUNDNESS=all`` in the environment, every store runs at the profile 'quick'. Without it,
most of the stores run programs for each clause only, and no random walks.
"""

from __future__ import annotations

import os

import pytest

from taskdb_spec.conformance.core.config import PROFILES, Profile

SHORTER = (
    Profile("focused", targeted_programs=8, operations=0),
    Profile("brief", targeted_programs=4, operations=0),
)


@pytest.fixture
def shortened(monkeypatch):
    """The name of the profile to run, given the name of the shorter one that will do."""
    for profile in SHORTER:
        monkeypatch.setitem(PROFILES, profile.name, profile)
    return lambda name: "quick" if everything() else name


def everything():
    return os.environ.get("SOUNDNESS") == "all"
