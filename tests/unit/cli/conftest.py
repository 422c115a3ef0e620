"""Fixtures for the tests of the command."""

from tests.support.command_fixtures import engine, stores, taskdb, validator

__all__ = ["engine", "stores", "taskdb", "validator"]
