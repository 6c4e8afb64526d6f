"""Who wants something of the hub is noted, and gets nothing."""

from __future__ import annotations

import socket

import pytest
from huggingface_hub import constants


def hub_that_nobody_reaches(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The hub may be asked, and cannot be reached.

    Returns:
        Hosts that were looked for, as they come.
    """
    asked: list[object] = []

    def nobody(host: object, *_: object, **__: object) -> None:
        asked.append(host)
        raise RuntimeError("there is no network here")

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    return asked
