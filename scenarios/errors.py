"""Errors that are shown to the user as they are, without traceback."""

from __future__ import annotations


class UserError(Exception):
    """Caused by what the user gave: exit status 2."""


class RunFailedError(Exception):
    """The run itself failed: exit status 1."""
