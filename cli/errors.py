"""What the user sees when something goes wrong, and the exit status that goes with it."""

from __future__ import annotations

import _thread
import codecs
import errno
import os
import signal
import sys
import threading
import traceback
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from io import StringIO
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import typer

from cli.help import Group, is_asked, name_argument, translate, with_words_of_click, without_language
from foundation.store.reading import plain, visible
from foundation.tasks.journal import LOG, journal

BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130
AGAIN = 0.02
"""Seconds after which a Ctrl-C that Python has dropped comes again."""
OF_A_PATH = (errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EACCES, errno.EPERM,
             errno.EINVAL, errno.EEXIST, errno.ENOTEMPTY)  # fmt: skip
"""What a path that was given can be wrong with."""
ClickError: type[Exception] = typer.BadParameter.__mro__[2]  # Typer brings its own Click, and shows no other name of it


class Mes(Group):
    """The commands, whose errors are in the language that ``--lang`` or ``MES_LANG`` asks for."""

    lang = "en"
    """That of the command that is running."""

    def main(self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any) -> Any:  # type: ignore[override]
        """As Click's, but that usage errors are said in the language."""
        _ready_to_print()
        given = list(sys.argv[1:] if args is None else args)
        Mes.lang = _language(given)
        journal.begin(_typed(given), Mes.lang, _versions)
        if odd := next((word for word in given if not plain(word)), None):
            journal.tell(f"{visible(odd)!r}: is not plain text in UTF-8; rename it")
            sys.exit(BAD_INPUT)
        args = list(_renamed([_at_home(word) for word in given]))
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        status = FAILED
        asked = is_asked(args, [name for name, command in self.commands.items() if isinstance(command, Group)])
        in_french = Mes.lang == "fr" and asked
        translate(self, Mes.lang)
        if asked:  # in which language is known by now, and the group itself has no --lang
            args = without_language(args)
        page = StringIO()
        try:
            try:
                with redirect_stdout(page) if in_french else nullcontext():
                    status = super().main(args, standalone_mode=False, **extra)
            finally:
                if in_french:
                    print("\n".join(map(said, with_words_of_click(page.getvalue()).split("\n"))), end="")
        except ClickError as error:
            name_argument(error, Mes.lang)
            text = StringIO()
            error.show(text)  # type: ignore[attr-defined]
            plainly = _where_it_is(text.getvalue(), given)
            shown = with_words_of_click(plainly) if in_french else said(plainly)
            print(visible(shown), end="", file=sys.stderr)
            status = error.exit_code  # type: ignore[attr-defined]
        except typer.Abort:
            print(said("Aborted!"), file=sys.stderr)
        finally:
            journal.end(status)
        sys.exit(status)


def _where_it_is(message: str, given: Sequence[str]) -> str:
    """Of a language that is none, whether the option or the environment names it; without what the checker says of
    itself."""
    option = any(word.partition("=")[0] == "--lang" for word in given)
    where = "'--lang'" if option else "MES_LANG"
    return message.replace("'--lang' (env var: 'MES_LANG')", where).replace("Value error, ", "")


def _typed(words: Sequence[str]) -> str:
    import shlex

    return visible(shlex.join(["mes", *words]))


def _versions() -> str:
    """What computes: for whoever reads the log."""
    from foundation.store.fingerprint import libraries
    from foundation.store.manifest import package_version

    return ", ".join(f"{name} {version}" for name, version in {"mes": package_version(), **libraries()}.items())


def keep_log(file: Path | None, *, verbose: bool) -> None:
    """What ``--verbose`` and ``--log`` ask for; a file that can't be written to is known before anything is done."""
    journal.verbose = verbose
    if verbose:
        journal.note("versions", versions=_versions())
    if file is not None and file.name != LOG and (file.parent / "manifest.json").is_file():
        raise _exit(said(f"--log: {file} is in a folder of results, which has a log of its own"), BAD_INPUT)
    try:
        if file is not None:
            journal.keep(file)
    except OSError as error:
        raise _exit(said(f"--log: {file} can't be written to ({error.strerror})"), BAD_INPUT) from None


def _ready_to_print() -> None:
    """A closed output is one that nobody listens to; what a stream can't take is replaced (``_replaced``)."""
    codecs.register_error("mes.plain", _replaced)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
        if reconfigure := getattr(getattr(sys, name), "reconfigure", None):
            reconfigure(errors="mes.plain")


OLD = {("plan", "--by"): "--until", ("calibrate", "--targets"): "--counts"}
"""Options of commands that had another name, which still does."""


def _renamed(words: Sequence[str]) -> Iterator[str]:
    """With the names that options have now, which is said."""
    command = next((word for word in words if not word.startswith("-")), "")
    for word in words:
        option, equals, value = word.partition("=")
        if new := OLD.get((command, option)):
            journal.tell(f"{option}: is called {new} now")
            word = f"{new}{equals}{value}"
        yield word


PLAIN = {"\u202f": " ", "–": "-", "—": "-", "’": "'", "…": "...", "€": "EUR", "≤": "<=", "≥": ">=", "×": "x", "·": "-"}
"""What stands for a character where a stream can't take it."""


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """Plain letters in the place of those that the encoding doesn't have; what isn't UTF-8 in a file's name as its
    code."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plainly, error.object[error.start : error.end])), error.end


def _plainly(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return f"\\u{ord(character):04x}"
    letters = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return PLAIN.get(character) or letters or "?"


def _at_home(word: str) -> str:
    """With ``~`` at the start of a path, which a shell leaves as it is behind a ``=`` or in quotes, filled in."""
    option, equals, path = word.partition("=") if word.startswith("--") else ("", "", word)
    return f"{option}{equals}{os.path.expanduser(path)}" if path[:1] == "~" else word  # noqa: PTH111


def _language(arguments: Sequence[str]) -> str:
    """What ``--lang`` says, or else the environment: for errors, before anything is checked."""
    following = (word for before, word in pairwise(arguments) if before == "--lang")
    attached = (word.removeprefix("--lang=") for word in arguments if word.startswith("--lang="))
    asked = [*following, *attached, os.environ.get("MES_LANG", "en")]  # of a word that is no language the next one
    return next((word.lower() for word in asked if word.lower() in ("en", "fr")), "en")


def said(message: str) -> str:
    """A message to the user in the language of the command."""
    from foundation.language.text import in_language

    return in_language(message, Mes.lang)


@contextmanager
def reported() -> Iterator[None]:
    """Turns errors into one message on stderr: 2 for what the user gave, 1 for a failing run, 130 for Ctrl-C. The log
    is told how the command ended."""
    status = FAILED
    try:
        with _said_once():
            yield
        status = 0
    except typer.Exit as error:
        status = error.exit_code
        raise
    finally:
        journal.end(status)


@contextmanager
def _said_once() -> Iterator[None]:
    try:
        with _interrupted_once():
            yield
            sys.stdout.flush()
    except typer.Exit:
        raise
    except KeyboardInterrupt as error:
        raise _exit(said(str(error) or "interrupted"), INTERRUPTED) from None
    except BrokenPipeError:
        _nobody_listens()
        raise typer.Exit(FAILED) from None
    except Exception as error:
        if os.environ.get("MES_DEBUG") == "1":
            traceback.print_exc()
        raise _exit(*_judged(error)) from None


@contextmanager
def heard_or_not() -> Iterator[None]:
    """Printing, after which a command goes on even if the reader of its output has left (as in ``mes … | head``)."""
    try:
        yield
    except BrokenPipeError:
        _nobody_listens()


def _nobody_listens() -> None:
    """What else is printed goes nowhere, at the end of Python too."""
    sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115


@contextmanager
def _interrupted_once() -> Iterator[None]:
    """The first Ctrl-C ends the command; further ones don't disturb what it does to end (a second or two).

    Where no exception can pass (while Python gives memory back, or in a callback from C) Python drops it and says so on
    stderr: then it comes again a moment later.
    """
    previous, unraisable = signal.getsignal(signal.SIGINT), sys.unraisablehook
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield
        return
    again: list[threading.Timer] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    def dropped(what: sys.UnraisableHookArgs) -> None:
        if what.exc_type is not KeyboardInterrupt:
            unraisable(what)
            return
        signal.signal(signal.SIGINT, interrupt)
        again.append(threading.Timer(AGAIN, _thread.interrupt_main))
        again[-1].start()

    signal.signal(signal.SIGINT, interrupt)
    sys.unraisablehook = dropped
    try:
        yield
    finally:
        for timer in again:
            timer.cancel()
        sys.unraisablehook = unraisable
        if signal.getsignal(signal.SIGINT) is interrupt:
            signal.signal(signal.SIGINT, previous)


def _judged(error: Exception) -> tuple[str, int]:
    from foundation.errors import RunFailedError, ScenarioError, UserError

    if isinstance(error, ScenarioError):
        return "\n  ".join(problem.line(Mes.lang) for problem in error.problems), BAD_INPUT
    if isinstance(error, UserError):
        return said(str(error)), BAD_INPUT
    if isinstance(error, RunFailedError):
        return said(str(error)), FAILED
    if isinstance(error, OSError) and error.strerror:
        place = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, (str, bytes)) else ""
        return said(f"{place}{error.strerror}"), BAD_INPUT if error.errno in OF_A_PATH else FAILED
    return said(f"{type(error).__name__}: {error} (MES_DEBUG=1 shows where)"), FAILED


def _exit(message: str, status: int) -> typer.Exit:
    journal.tell(visible(message))
    return typer.Exit(status)
