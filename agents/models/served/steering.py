"""What a server that steers is told with each request: what it answers then is another model's, by name and key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from agents.models.ask_key import canonical_json
from agents.models.served.messages import NEUTRAL
from agents.models.wire.address import ServerOptions
from vectorstore.foreign.documents import read_json
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

_FIELD = re.compile(r"[A-Za-z_][\w.-]{0,63}")
_OURS = {"model", "messages", "max_tokens", "max_completion_tokens", "temperature", "seed", "n", "stream", "stop"}
_OURS |= {"logprobs", "top_logprobs", "chat_template_kwargs", "tools", "response_format", "user", *NEUTRAL}
_USUAL_FIELD = ServerOptions().steering_field
_NOTHING_SENT = "none"
_LARGEST = 1 << 20
"""Bytes: it goes along with every request."""


@dataclass(frozen=True, slots=True)
class ServedSteering:
    """How a server is told to steer."""

    label: str
    digest: str
    """Of field and content."""
    fields: Mapping[str, object]
    """What stands in each request beside the rest; nothing for a server that was started with it."""

    @property
    def name(self) -> str:
        """What it adds to the name of the model, as interventions in this process do."""
        return f"+{self.label}~{self.digest}"

    @property
    def in_words(self) -> str:
        """One line for people."""
        where = f"in {', '.join(self.fields)}" if self.fields else "as the server was started"
        return f"{self.label} {self.digest} by the server, {where}"


def read_served_steering(options: ServerOptions) -> ServedSteering | None:
    """What the options of a served model say of steering; ``None`` for nothing.

    Raises:
        InputError: The file is no JSON object, or the field is none, has another meaning or stands there alone.
    """
    if not options.steering:
        if options.steering_field != _USUAL_FIELD:
            raise InputError("steering_field means nothing without steering", "name the file, too: steering=FILE")
        return None
    path, name = user_path(options.steering), options.steering_field
    if not _FIELD.fullmatch(name) or name in _OURS:
        raise InputError(f"a request cannot say {name!r:.80} to mean steering", "name the field that the server reads")
    content = read_json(path, "what the server is told", "write it with steer export --request", _LARGEST)
    if not isinstance(content, dict) or not content:
        raise InputError(f"{path} is no JSON object with something in it", "write it with steer export --request")
    told = {} if name == _NOTHING_SENT else {name: content}
    digest = hashlib.sha256(canonical_json([name, content]).encode()).hexdigest()[:12]
    label = re.sub(r"[^a-z0-9_-]+", "-", path.stem.lower()).strip("-_")[:40] or "steered"
    return ServedSteering(label, digest, told)
