"""The command ``taskdb``: one module per subcommand, and `main` for the group."""

from taskdb_spec.cli.main import main

__all__ = ["main"]
