"""What a verb writes: one document on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Self

import typer

from valuespectrum.cli.console.escaping import as_json, encodable, write_line
from valuespectrum.cli.console.watch import RemainingTime, Watch, running
from vectorstore.foundation.clock import duration
from vectorstore.foundation.escaping import printable, printable_line

if TYPE_CHECKING:
    from rich.console import Console

    from valuespectrum.api import Outcome

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Advance = Callable[[int, int], None]
"""Takes (done, total)."""

_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # What they call an error ends in ours, in one line; what they try again says nothing.
    "HF_HUB_VERBOSITY": "critical",
    "TRANSFORMERS_VERBOSITY": "critical",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
_OURS = ("agents", "ingest", "valuespectrum", "vectorstore")


class Terminal:
    """Keeps standard output clean while a verb runs; used as ``with Terminal(as_json) as terminal``.

    With ``--json`` whatever other libraries print goes to standard error, also when they write to the
    file descriptor itself.
    """

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self._undo = contextlib.ExitStack()
        self._document = ""
        self._out = 1
        self._watch = Watch(write_line)
        self._encoding = getattr(sys.stdout, "encoding", None) or "utf-8"

    def __enter__(self) -> Self:
        self._undo.enter_context(quiet_libraries())
        self._watch = running() or self._undo.enter_context(Watch(write_line))
        if self.as_json:
            sys.stdout.flush()
            saved = self._out = os.dup(1)
            self._undo.callback(os.close, saved)
            self._undo.callback(os.dup2, saved, 1)
            os.dup2(2, 1)
            self._undo.enter_context(contextlib.redirect_stdout(sys.stderr))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()
        # A check that did not pass has a result too.
        if self._document and (error is None or isinstance(error, typer.Exit)):
            print(encodable(self._document, self._encoding), flush=True)

    def say(self, text: str) -> None:
        """Tell a person something that is not the result."""
        self._watch.spoken()
        write_line(text)

    def warn(self, text: str) -> None:
        """Tell a person that the result is not what it seems; in red, and nothing when there is nothing to tell."""
        if text:
            self._watch.spoken()
            print(alarming(printable(f"warning: {text}")), file=sys.stderr, flush=True)

    def doing(self, label: str, state: Callable[[], str] | None = None) -> None:
        """What is being done from now on; shown when it takes more than a moment, and again when it goes on.

        Args:
            label: What is being done.
            state: How far it is, asked for when a line is due.
        """
        self._watch.doing(label, state)

    def agreed(self, what: str, question: str) -> bool:
        """Whether a person agrees to something; nobody does with ``--json`` or without a terminal to answer at.

        Args:
            what: What they agree to.
            question: To be answered with yes or no.
        """
        if self.as_json or not sys.stdin.isatty():
            return False
        self.say(what)
        self._watch.pause(True)
        try:
            return typer.confirm(question, err=True)
        finally:
            self._watch.pause(False)

    @contextlib.contextmanager
    def progress(self, label: str) -> Iterator[Advance]:
        """Show progress on standard error while the block runs.

        Args:
            label: What is being done.

        Yields:
            A function that takes (done, total).
        """
        from rich.console import Console

        console = Console(stderr=True)
        shown = _Bar(label)
        if not console.is_terminal:
            self.say(f"{label} ...")
            self._watch.doing(label, shown.words)
            yield shown.advance
            self._watch.doing("finishing")
            return
        self._watch.pause(True)
        try:
            with shown.on(console):
                yield shown.advance
        finally:
            self._watch.pause(False)

    def finish(self, document: Mapping[str, object] | Sequence[object], text: str) -> None:
        """Give the result: the document with ``--json``, else the text."""
        self._document = as_json(document, self._encoding) if self.as_json else printable(text)

    def show(self, result: Outcome) -> None:
        """Give a result of the Python interface."""
        self.finish(result.to_dict(), str(result))

    def show_now(self, result: Outcome) -> None:
        """Give a result while the verb goes on, as one that serves does."""
        self._watch.spoken()
        text = as_json(result.to_dict(), self._encoding) if self.as_json else printable(str(result))
        sys.stdout.flush()
        os.write(self._out, f"{text}\n".encode(self._encoding, "backslashreplace"))


def help_without_verb(context: typer.Context) -> None:
    """Show the help of a command that needs a verb and got none; the exit code is that of a mistake, as elsewhere.

    Raises:
        Exit: No verb was named.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


class _Bar:
    """How far something is, as a bar or in words."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._pace = RemainingTime()
        self._done, self._total = 0, 0
        self._draw: Callable[[], None] = lambda: None

    def advance(self, done: int, total: int) -> None:
        """Note how far it is."""
        self._pace.left(done, total)
        self._done, self._total = done, total
        self._draw()

    def words(self) -> str:
        """How far it is, and how long the rest will take as far as that can be told."""
        if not self._total:
            return ""
        return f"{self._done:,} of {self._total:,}{self._left()}"

    def _left(self) -> str:
        left = self._pace.left(self._done, self._total)
        return "" if left is None else f", about {duration(left)} left"

    @contextlib.contextmanager
    def on(self, console: Console) -> Iterator[None]:
        """Show it as a bar."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, TextColumn("{task.fields[left]}"), console=console) as bar:
            task = bar.add_task(self._label, total=None, left="")
            self._draw = lambda: bar.update(
                task, completed=self._done, total=self._total or None, left=self._left().lstrip(", ")
            )
            yield


class _Notes(logging.Handler):
    """Writes our own warnings, each on one line, and swallows those of libraries: what fails is told by our error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write or swallow a record."""
        if record.name.partition(".")[0] in _OURS:
            print(printable_line(record.getMessage()), file=sys.stderr, flush=True)


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Silence progress bars, telemetry, advice, retries and tracebacks of the libraries."""
    for name, setting in _QUIET.items():
        os.environ.setdefault(name, setting)
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    for package in _OURS:
        logging.getLogger(package).setLevel(logging.WARNING)
    # With a handler of ours at the root, no library sets one up.
    notes = _Notes()
    root.addHandler(notes)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        root.removeHandler(notes)
        root.setLevel(level)


def alarming(text: str) -> str:
    """Text in red where standard error is a terminal with colours (https://no-color.org, FORCE_COLOR)."""
    wanted = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    coloured = (wanted or bool(os.environ.get("FORCE_COLOR"))) and not os.environ.get("NO_COLOR")
    return f"\x1b[1;31m{text}\x1b[0m" if coloured else text
