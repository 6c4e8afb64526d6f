"""Renders chat templates of strangers in a process of its own, started by :mod:`agents.models.templates.chat_template`.

One JSON line in, one out. A template that loops, grows or recurses without end takes this process with it and nothing
else. No heavy library is imported here.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from vectorstore.foundation.text import one_line

_MEMORY = 1 << 30
"""Bytes of address space."""
_SECONDS = 10
"""Processor time of one rendering."""
_LONGEST = 1_000_000
"""Characters of a rendered prompt."""


class _Generation(jinja2.ext.Extension):
    """``{% generation %}``, with which templates mark what a model says: its content is shown, the mark is not."""

    tags = {"generation"}  # noqa: RUF012 - jinja2 reads a plain set

    def parse(self, parser: jinja2.parser.Parser) -> jinja2.nodes.Node | list[jinja2.nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def _raise_exception(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


def _tojson(value: object, **options: Any) -> str:  # Open: whatever a template hands to `json.dumps`
    return json.dumps(value, **{"ensure_ascii": False, **options})


@lru_cache(maxsize=8)
def _compiled(template: str, today: str) -> jinja2.Template:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols, _Generation]
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = datetime.fromisoformat(f"{today}T12:00:00+00:00").strftime
    return environment.from_string(template)


def _rendered(request: Mapping[str, Any]) -> str:  # Open: our parent sends it
    text = _compiled(request["template"], request["today"]).render(
        messages=request["messages"], tools=None, documents=None, add_generation_prompt=True, **request["variables"]
    )
    if len(text) > _LONGEST:
        raise ValueError(f"a prompt of more than {_LONGEST:,} characters")
    return text


def _answer(line: str) -> dict[str, str]:
    try:
        return {"text": _rendered(json.loads(line))}
    except MemoryError:
        return {"error": "more memory than it may take"}
    except RecursionError:
        return {"error": "recursion without end"}
    except Exception as error:  # what a template of strangers does can raise anything
        words = one_line(error, 300)
        return {"error": words if isinstance(error, jinja2.TemplateError) else f"{type(error).__name__}: {words}"}


def _limit(seconds_from_now: int = 0) -> None:
    """Bound memory, and the processor time of what comes next."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        if not seconds_from_now:
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds_from_now, hard))


def main() -> None:
    """Answer until there are no more requests."""
    _limit()
    sys.set_int_max_str_digits(640)
    for stream in (sys.stdin, sys.stdout):
        assert isinstance(stream, io.TextIOWrapper), "the parent gave pipes"
        stream.reconfigure(encoding="utf-8", errors="surrogatepass")
    print("ready", flush=True)
    for line in sys.stdin:
        _limit(_SECONDS)
        print(json.dumps(_answer(line)), flush=True)
