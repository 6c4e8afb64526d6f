"""Ctrl-C, SIGTERM and SIGHUP: all of them end the program in the same orderly way, and a third one ends it at once.

The first raises ``Stopped`` in the main thread, so that whatever is under way is closed. Python runs a handler only
when the main thread is not inside of a library, so a thread beside it counts signals as they come.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

_SIGNALS = tuple(number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)))
_AT_ONCE = 3
"""So many signals end the program without closing anything."""
_PATIENCE = 20.0
"""Seconds after which it ends by itself, unless it was Ctrl-C: whoever asked would soon kill it."""
_AGAIN = 0.05
"""Seconds after which a signal whose exception was lost is sent again."""


class Stopped(KeyboardInterrupt):
    """Somebody wants the program to end; as Ctrl-C always did it."""


class Stopping:
    """What signals have asked for; one for the process, since handlers are."""

    def __init__(self) -> None:
        self.first = 0
        """Number of the first signal; 0 for none."""
        self.line = ""
        """What is said when the end comes at once; empty when all has been said."""
        self._over = False

    def listen(self) -> None:
        """Take over the signals that nobody has ignored on our behalf, as a shell or ``nohup`` does."""
        taken = [number for number in _SIGNALS if signal.getsignal(number) not in (signal.SIG_IGN, None)]
        for number in taken:
            signal.signal(number, self._hear)
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        sys.unraisablehook = self._ask_again
        threading.Thread(target=self._count, args=(reader, bytes(taken)), name="signals", daemon=True).start()

    def code(self, otherwise: int) -> int:
        """The exit code of a program that a signal ended."""
        return 128 + self.first if self.first else otherwise

    def leave(self, code: int) -> NoReturn:
        """End the program after a verb has ended.

        A verb that was stopped may have left threads of libraries behind, for which Python would wait, or which C++
        would not let it outlive.

        Args:
            code: Exit code of a verb that was not stopped.
        """
        self._over = True
        if not self.first:
            sys.exit(code)
        self._end_children()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        atexit._run_exitfuncs()
        os._exit(self.code(code))

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._over:
            os._exit(128 + number)
        if not self.first:
            self.first = number
            raise Stopped

    def _ask_again(self, lost: sys.UnraisableHookArgs) -> None:
        """Raise ``Stopped`` once more where Python ignored it, for it came up while something was being deleted."""
        if not issubclass(lost.exc_type, Stopped):
            sys.__unraisablehook__(lost)
            return
        number, self.first = self.first, 0
        # By another thread, since what is raised in this very call would be ignored, too; to this one, which may wait.
        again = threading.Timer(_AGAIN, signal.pthread_kill, [threading.get_ident(), number])
        again.daemon = True
        again.start()

    def _count(self, reader: int, taken: bytes) -> None:
        heard = b""
        while len(heard) < _AT_ONCE:
            heard += bytes(number for number in os.read(reader, 64) if number in taken)
            if len(heard) == 1 and heard[0] != signal.SIGINT:
                timer = threading.Timer(_PATIENCE, self._end_at_once, [heard[0]])
                timer.daemon = True
                timer.start()
        self._end_at_once(heard[0])

    def _end_at_once(self, number: int) -> None:
        self._end_children()
        if self.line:
            with contextlib.suppress(OSError):
                os.write(2, f"\n{self.line}\n".encode(errors="replace"))
        os._exit(128 + number)

    def _end_children(self) -> None:
        # Without any, the module was never imported.
        if "vectorstore.processes.child_process" in sys.modules:
            from vectorstore.processes.child_process import end_children

            end_children()


STOPPING = Stopping()
