"""What a page is made of, as its caller sets it: address, what people see and are asked."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from agents.browsing.doing.actions import AFTER_WATCHING, Further
from vectorstore.foundation.errors import InputError

CONSENT = (
    "This page shows short clips, one after another, as a feed of short videos does. It is part of a study of what "
    "people, and models, keep watching and like.\n\n"
    "What is written down: which clips you were shown, for how long each was on your screen while this page was in "
    "front, whether you liked or skipped it, your ratings, and your answers to the questions of this study. A "
    "random number stands for you. Neither your name nor your address on the network is written down, and nothing is "
    "sent anywhere but to the machine that shows you this page.\n\n"
    "Clips can show anything that people film. You can leave at any time, with the button Leave or by closing the "
    "page; what you did until then is kept. To have it deleted, tell whoever invited you the number that the last page "
    "shows."
)
"""What a person agrees to, unless the caller has a text of its own."""
_LONGEST = 20_000
_MOST_STATEMENTS = 100


@dataclass(frozen=True, slots=True)
class PortraitStatement:
    """A short statement that people compare themselves with."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Portraits:
    """Statements about oneself, put before the feed and again after it."""

    statements: tuple[PortraitStatement, ...] = ()
    """None for no questions."""
    labels: tuple[str, ...] = ()
    """The answers in words, from the least; answers are numbered from 1."""

    def __post_init__(self) -> None:
        ids = {portrait.id for portrait in self.statements}
        if len(ids) < len(self.statements) or len(self.statements) > _MOST_STATEMENTS:
            raise InputError(f"portraits need different ids, and there can be {_MOST_STATEMENTS} at most")
        if self.statements and not 2 <= len(self.labels) <= 11:
            raise InputError(f"portraits need 2 to 11 answers to choose from, got {len(self.labels)}")


@dataclass(frozen=True, slots=True)
class PageOptions:
    """What people see and are asked besides the clips."""

    consent: str = CONSENT
    """Plain text; an empty line begins a paragraph."""
    portraits: Portraits = field(default_factory=Portraits)
    attention_every: int = 20
    """Clips between two checks that somebody reads what is asked; 0 for none."""
    ratings: bool = True
    """Whether a clip can be rated with one to five stars."""
    acts: tuple[Further, ...] = ()
    """What can be done with a clip besides: some of ``comment``, ``share``, ``save``, ``follow``."""
    captions: bool = False
    """Whether a clip's caption stands below it; hidden by default, as it is from agents."""

    def __post_init__(self) -> None:
        if not self.consent.strip() or len(self.consent) > _LONGEST:
            raise InputError(f"the consent text must have 1 to {_LONGEST:,} characters")
        if strange := sorted(set(self.acts) - set(AFTER_WATCHING)):
            raise InputError(f"the page has nothing to {strange[0]:.40} with", f"known: {', '.join(AFTER_WATCHING)}")
        if not 0 <= self.attention_every <= 1000:
            raise InputError(f"attention_every must lie in 0..1000, got {self.attention_every}")

    @property
    def consent_hash(self) -> str:
        """SHA-256 of what people agreed to."""
        return hashlib.sha256(self.consent.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PageAddress:
    """Where a page can be reached."""

    host: str = "127.0.0.1"
    """This machine alone; or the address of this machine in a local network, to reach the page from a phone there."""
    port: int = 8765
    """0 takes any that is free."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise InputError(f"the port must lie in 0..65535, got {self.port}")
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError as error:
            hint = "`ip address` shows the addresses of this machine"
            raise InputError(f"{self.host!r:.60} is no address to bind to", hint) from error
        if address.is_unspecified:
            hint = "name the one address that the phone can reach; `ip address` shows them"
            raise InputError(f"{self.host} opens the page in every network that this machine is in", hint)
        if not (address.is_private or address.is_loopback or address.is_link_local):
            raise InputError(f"{self.host} is no address of a local network", "bind to 127.0.0.1, or to a private one")

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it."""
        return ipaddress.ip_address(self.host).is_loopback

    @property
    def shown_host(self) -> str:
        """As it stands in a link."""
        return f"[{self.host}]" if ":" in self.host else self.host


@dataclass(frozen=True, slots=True)
class ClipMedia:
    """The video of a clip, open for reading."""

    file: BinaryIO
    """Closed by the page."""
    size: int
    """Bytes."""
    content_type: str


OpenMedia = Callable[[str], ClipMedia | None]
"""Takes a clip id; ``None`` where only pictures of the clip are at hand."""


def no_media(clip_id: str) -> ClipMedia | None:
    """Pictures alone, whatever the clip."""
    return None
