"""Chat templates come with weights of strangers: a child process with limits renders them, never this one."""

from __future__ import annotations

import atexit
import json
import os
import select
import threading
import time
from collections.abc import Mapping, Sequence

from vectorstore.foundation.errors import ModelError, TemplateError
from vectorstore.processes.child_process import NOWHERE, PIPE, Child, end_child, start_child

TODAY = "2026-01-01"
"""What day it is to every template, at noon: with the true one equal asks would have other prompts tomorrow."""
_LARGEST = 1_000_000
"""Characters of a template; those in use have up to some ten thousand."""
_STARTING, _RENDERING = 60.0, 10.0
"""Seconds until the child is there, and for one rendering."""


class ChatTemplate:
    """The chat template of a model.

    Args:
        processor: A processor or tokenizer of ``transformers``.

    Raises:
        ModelError: If it has none, or one of an absurd size.
    """

    def __init__(self, processor: object) -> None:
        tokenizer = getattr(processor, "tokenizer", processor)
        found = getattr(processor, "chat_template", None) or getattr(tokenizer, "chat_template", None)
        text = found.get("default") if isinstance(found, dict) else found
        if not isinstance(text, str) or not text:
            name = type(processor).__name__
            raise ModelError(f"The model's {name} has no chat template", "use an instruction-tuned model")
        if len(text) > _LARGEST:
            raise ModelError(f"The model's chat template has {len(text):,} characters, more than {_LARGEST:,}")
        self.text = text
        self.tells_date = "strftime_now" in text
        """Whether it can put the day into a prompt."""
        special = getattr(tokenizer, "special_tokens_map", {})
        self._special = {name: token for name, token in special.items() if isinstance(token, str | list)}

    def render(self, messages: Sequence[Mapping[str, object]], variables: Mapping[str, object]) -> str:
        """The prompt, up to where the model is to answer.

        Args:
            messages: Role and content of each.
            variables: Further ones that the template may look at.

        Raises:
            TemplateError: If the template fails, or takes too much time, memory or room.
        """
        given = {"variables": {**self._special, **variables}, "today": TODAY}
        request = {"template": self.text, "messages": list(messages), **given}
        answer = _RENDERER.ask(json.dumps(request, default=str))
        if "text" not in answer:
            raise TemplateError(answer.get("error", "no answer"), "use another model, or mend its chat template")
        return answer["text"]


class _Renderer:
    """One child for all templates of this process; started when it is needed, and anew after it was lost."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._left = b""

    def ask(self, request: str) -> dict[str, str]:
        """Put one request to the child."""
        with self._lock:
            try:
                child = self._running()
                assert child.stdin is not None
                child.stdin.write(request.encode("utf-8", "surrogatepass") + b"\n")
                child.stdin.flush()
                return dict(json.loads(self._line(child, _RENDERING)))
            except (TimeoutError, OSError, EOFError, ValueError) as error:
                self._end()
                return {"error": f"it {_what(error)}, and was stopped"}
            except BaseException:
                self._end()
                raise

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _running(self) -> Child:
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child = start_child("agents.models.templates.template_child:main", streams=(PIPE, PIPE, NOWHERE))
            if self._line(self._child, _STARTING) != b"ready":
                raise EOFError
        return self._child

    def _line(self, child: Child, seconds: float) -> bytes:
        """The next line that the child says.

        Raises:
            TimeoutError: If it does not come in time.
            EOFError: If the child has ended.
        """
        assert child.stdout is not None
        until = time.monotonic() + seconds
        parts = [self._left]
        while b"\n" not in parts[-1]:
            if not select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError
            if not (part := os.read(child.stdout.fileno(), 1 << 16)):
                raise EOFError
            parts.append(part)
        line, _, self._left = b"".join(parts).partition(b"\n")
        return line

    def _end(self) -> None:
        child, self._child, self._left = self._child, None, b""
        if child is not None:
            end_child(child)


def _what(error: Exception) -> str:
    return f"takes more than {_RENDERING:g} s" if isinstance(error, TimeoutError) else "ends the process it runs in"


_RENDERER = _Renderer()
atexit.register(_RENDERER.close)
