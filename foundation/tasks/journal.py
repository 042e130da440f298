"""What a command does, said in the language of its reader: on stderr, and in a log that says when.

The log of a folder of results is ``log.txt`` in it, to which every command adds that works in the folder, after an
empty line; the first line of each says when, how, with which version and in which process. It is no result: no manifest
lists it. It holds no path but those that the user gave.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from foundation.language.numbers import number
from foundation.language.text import in_language, label

LOG = "log.txt"
APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
FIRST = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  comm[a-z]+[ \xa0\xc2]*: mes")
"""How a log of ours begins, in either language."""


def opened(file: Path) -> int:
    """Handle of a log, to add to it: one of ours, or a new one.

    Raises:
        OSError: it can't be written to, or is something else, which is left alone.
    """
    try:
        handle = os.open(file, APPEND, 0o644)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "is a link", str(file)) from None
        raise
    found = os.fstat(handle)
    said = "is not a regular file" if not stat.S_ISREG(found.st_mode) else ""
    if not said and found.st_nlink > 1:
        said = "is a link"
    if not said and found.st_size and not FIRST.match(os.read(handle, 200)):
        said = "is no log of mes: it is left alone"
    if said:
        os.close(handle)
        raise OSError(errno.EINVAL, said, str(file))
    return handle


class Journal:
    """Lines that have been noted, and the files that they go to."""

    def __init__(self) -> None:
        self.lang, self.verbose = "en", False
        """``verbose``: what is noted is shown on stderr too."""
        self._lines: list[str] = []
        self._versions: Callable[[], str] | None = None
        self._began = time.perf_counter()
        self._written: dict[Path, int] = {}
        """Files, and how many lines each has got."""

    def begin(self, command: str, lang: str, versions: Callable[[], str]) -> None:
        """A command begins; what came before is forgotten. ``versions`` is asked where there is a log."""
        self.lang, self.verbose, self._versions = lang, False, versions
        self._lines, self._written, self._began = [], {}, time.perf_counter()
        self._add(label("log.command", lang, command=command))

    @property
    def seconds(self) -> float:
        """Since the command began."""
        return time.perf_counter() - self._began

    def tell(self, message: str) -> None:
        """Says something on stderr, and notes it; in French where its template has a French one."""
        said = in_language(message, self.lang)
        print(f"mes: {said}", file=sys.stderr, flush=True)
        self._add(said)

    def note(self, key: str, **values: object) -> None:
        """Notes a line (``log.<key>`` of the words of this floor), which is shown where the user wants all."""
        text = label(f"log.{key}", self.lang, **values)
        self._add(text)
        if self.verbose:
            since = number(self.seconds, 1, self.lang)
            print(f"mes: [{since} s] {text}", file=sys.stderr, flush=True)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Notes how long a stage took, and whether it came to its end."""
        since, ended = time.perf_counter(), "broken"
        try:
            yield
            ended = "stage"
        finally:
            self.note(ended, stage=name, seconds=number(time.perf_counter() - since, 1, self.lang))

    def keep_in(self, folder: Path) -> None:
        """From now on, with all that has been noted, in the log of a folder; where no command is running, nothing."""
        if self._lines:
            try:
                self.keep(folder / LOG)
            except OSError as error:  # no reason to lose a result
                self._written.pop(folder / LOG, None)
                self.tell(f"{folder / LOG}: no log is kept ({error.strerror})")

    def keep(self, file: Path) -> None:
        """The same in a file; ``OSError`` where it can't be written to."""
        os.close(opened(file))
        if self._versions is not None:
            versions = self._versions()
            self._lines = [line for line in self._lines if not line.endswith(versions)]  # said by --verbose already
            by = label("log.by", self.lang, version=versions.partition(",")[0], process=os.getpid())
            self._lines[:1] = [f"{self._lines[0]}{by}", f"{self._lines[0].partition('  ')[0]}  {versions}"]
            self._versions = None
        self._written.setdefault(file, 0)
        self._flush()

    def end(self, status: int) -> None:
        """The command ends with an exit status; what a library does afterwards is in no log."""
        if self._lines:
            self.note("ended", status=status, seconds=number(self.seconds, 1, self.lang))
        self._lines, self._written, self._versions = [], {}, None

    def _add(self, text: str) -> None:
        if self._lines or self._versions is not None:
            when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self._lines += [f"{when}  {line}" for line in text.splitlines()]
            self._flush()

    def _flush(self) -> None:
        """Adds to each file what it lacks; where that fails, results go on all the same."""
        for file, known in self._written.items():
            try:
                with open(opened(file), "a", encoding="utf-8", errors="backslashreplace") as log:
                    apart = "\n" if not known and log.tell() else ""  # from the command before
                    log.write(apart + "".join(f"{line}\n" for line in self._lines[known:]))
            except OSError:
                continue
            self._written[file] = len(self._lines)


journal = Journal()
"""That of this process."""
