"""Errors that are shown to the user as they are, without traceback."""

from __future__ import annotations


class UserError(Exception):
    """Caused by what the user gave: exit status 2."""


class RunFailedError(Exception):
    """The run itself failed: exit status 1."""


class StorageError(RunFailedError):
    """A result can't be written (disk full, folder gone): what is computed from here on would be lost."""


class ClusterLostError(RunFailedError):
    """The cluster that computes doesn't answer any more, or has no workers left."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with a message that says how to go on: exit status 130."""
