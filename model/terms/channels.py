"""The channels through which a contact reaches a person. Codes are stable: they enter keys and files."""

from __future__ import annotations

from enum import IntEnum


class Channel(IntEnum):
    """What a contact came through; ``name.lower()`` is the word used in files and on the command line."""

    NOTICE = 0
    DOCUMENT = 1
    DOCTOR = 2
    PEER = 3
    MEDIA = 4
    SPONTANEOUS = 5
    EMAIL = 6
    SMS = 7
    LETTER = 8
    ASSISTED = 9
    PHARMACIST = 10
    HOSPITAL = 11
    GUARDIAN = 12
    """A child activated together with the guardian."""


N_CHANNELS = len(Channel)
NO_CHANNEL = 255
