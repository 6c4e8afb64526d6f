"""``feed``: a feed as a page that people scroll, with the logs that agents have."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.browse import open_feed, refuse_early
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.clip_media import corpus_media
from valuespectrum.operations.shared.option_files import effective_options
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.browsing.catalogue import Catalogue
    from agents.browsing.options import SessionOptions
    from agents.web.options import ClipMedia, PageOptions, Portraits
    from agents.web.seats import Seats
    from agents.web.sitting import FeedStudy
    from valuespectrum.runs.feed import FeedRecord

_EACH = 2
"""Statements about oneself that stand for a value."""
_ONE_LOG = ".jsonl"
"""How a log of one person ends; anything else is a folder for those of many."""
_LONGEST_CONSENT = 2**16
"""Bytes."""


@dataclass(frozen=True, slots=True)
class FeedPageSettings(CheckedSettings):
    """What people are shown, and where; the names are those of the options of ``valuespectrum feed``."""

    bounds: ClassVar[Bounds] = {"steps": (1, ENDLESS), "port": (0, 65_535), "attention": (0, 1000)}

    policy: str = "similar"
    """What is shown next: a policy, with options as in ``similar:temperature=0.2``."""
    steps: int = 50
    """Clips to show to each person."""
    seed: int = 0
    bind: str = "127.0.0.1"
    """Address to serve on; another than this machine's own opens the page to a network."""
    port: int = 8765
    """0 takes any that is free."""
    portraits: bool = False
    """Ask people about themselves, before and after."""
    attention: int = 20
    """Clips between two checks that somebody reads along; 0 for none."""
    ratings: bool = True
    act: tuple[str, ...] = ()
    """What people can do with a clip besides, as for agents: ``comment``, ``share``, ``save``, ``follow``."""
    captions: bool = False
    videos: bool = True
    """Play videos whose files are still where they were found; else stored pictures, one after another."""
    consent: Path | None = None
    """Plain text that people agree to, in place of our own."""
    embedder: str = ""
    """Embedder spec; empty takes the one that made the corpus."""


@dataclass(frozen=True, repr=False)
class FeedPage(Outcome):
    """A page that is being served."""

    @property
    def link(self) -> str:
        """What to open in a browser; holds a secret."""
        return str(self.document["address"])

    def rows(self) -> Sequence[Mapping[str, object]]:
        """One row."""
        return [self.document]


def feed(
    corpus: str | PathLike[str],
    log: str | PathLike[str] | None = None,
    settings: FeedPageSettings | None = None,
    teller: Teller | None = None,
    on_open: Callable[[FeedPage], None] = print,
    command: str = "",
) -> None:
    """Serve a feed as a page until it is interrupted; what people do goes into logs like those of ``browse``.

    Args:
        corpus: Corpus folder.
        log: A file that ends in ``.jsonl`` for one person, or a folder for a log of each browser; by default the
            folder ``sessions``. Logs that are there already go on.
        settings: What people are shown, and where.
        teller: Who is told how it goes.
        on_open: Called once the page can be opened.
        command: What the user typed, for the manifest beside each log.

    Raises:
        InputError: Something that was named does not exist, the policy does not go with these clips, the address is
            taken, or the log is of another session.
        StorageError: The log cannot be written.

    Example::

        vs.feed("my-corpus", "sessions/me.jsonl", vs.FeedPageSettings(steps=20, portraits=True))
    """
    from agents.web.app import person_app
    from agents.web.options import PageAddress
    from agents.web.serving import need_web, serve
    from agents.web.shelf import Shelf
    from agents.web.sitting import FeedStudy
    from vectorstore.foundation.disk import refuse_unwritable

    settings, teller = settings or FeedPageSettings(), teller or Unattended()
    need_web()
    address, page = PageAddress(settings.bind, settings.port), _page(settings)
    folder, place = user_path(corpus), user_path(log) if log else Path("sessions")
    session = _session(settings, folder)
    refuse_unwritable(place if place.suffix == _ONE_LOG else place / f"person{_ONE_LOG}")
    record, catalogue = open_feed(folder, settings.embedder, [], teller)
    refuse_early(session, catalogue)
    options = effective_options(settings, corpus=folder, log=place)
    begin = _beginning(folder, catalogue, replace(record, command=command, options=options))
    study = FeedStudy(session, catalogue, page, begin)
    if not address.is_local:
        teller.warn(f"everybody in the network of {settings.bind} who has the whole link can open the page")
    with contextlib.ExitStack() as stack:
        media = stack.enter_context(corpus_media(folder)) if settings.videos else _no_videos
        shelf = stack.enter_context(Shelf(catalogue, media))
        seats = stack.enter_context(_seats(study, place))
        teller.doing("serving the page")
        serve(person_app(seats, shelf, page), address, lambda link: on_open(_told(link, place, settings)))


def _no_videos(clip_id: str) -> ClipMedia | None:
    return None


def _page(settings: FeedPageSettings) -> PageOptions:
    from agents.browsing.doing.actions import further_acts
    from agents.web.options import CONSENT, PageOptions, Portraits

    return PageOptions(
        consent=_consent(settings.consent) if settings.consent else CONSENT,
        portraits=_portraits() if settings.portraits else Portraits(),
        attention_every=settings.attention,
        ratings=settings.ratings,
        acts=tuple(further_acts(settings.act).acts),
        captions=settings.captions,
    )


def _consent(path: Path) -> str:
    from vectorstore.foreign.documents import read_regular

    try:
        return read_regular(path, _LONGEST_CONSENT).decode("utf-8-sig")
    except OSError as error:
        raise InputError(
            f"cannot read the consent text {path}: {error.strerror or error}", "name a text file"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"the consent text {path} is not UTF-8 text", "save it as UTF-8") from error


def _portraits() -> Portraits:
    """The same number of statements for each value; their ids tell which."""
    from agents.web.options import Portraits, PortraitStatement
    from valuespectrum.instruments.wordings.bank import own_statements
    from valuespectrum.instruments.wordings.describing_oneself import LABELS

    statements: dict[str, list[str]] = {}
    for each in own_statements("en"):
        statements.setdefault(each.value, []).append(each.text)
    asked = [
        PortraitStatement(f"{value}-{number}", text)
        for value, texts in statements.items()
        for number, text in enumerate(texts[:_EACH], start=1)
    ]
    return Portraits(tuple(asked), LABELS)


def _session(settings: FeedPageSettings, corpus: Path) -> SessionOptions:
    from agents.browsing.doing.actions import further_acts
    from agents.browsing.options import SessionOptions
    from agents.feeds.policy import read_policy
    from valuespectrum.operations.feed_values import browse_questions

    return SessionOptions(
        questions=browse_questions(),
        seed=settings.seed,
        steps=settings.steps,
        policy=read_policy(settings.policy),
        actions=further_acts(settings.act),
        corpus=str(corpus),
    )


def _beginning(folder: Path, catalogue: Catalogue, record: FeedRecord) -> Callable[[Path], None]:
    """Writes the manifest beside a log that is to begin."""
    from valuespectrum.runs.feed import write_feed
    from vectorstore.corpus import Corpus

    def begin(log: Path) -> None:
        with Corpus.open(folder) as opened:
            write_feed(log, opened, catalogue, record)

    return begin


def _seats(study: FeedStudy, place: Path) -> Seats:
    from agents.web.seats import ManySeats, OneSeat

    return OneSeat(study, place) if place.suffix == _ONE_LOG else ManySeats(study, place)


def _told(link: str, place: Path, settings: FeedPageSettings) -> FeedPage:
    document = {"address": link, "log": str(place), "bind": settings.bind}
    return FeedPage(document, f"open {link}\nlogs: {place}; Ctrl-C ends the page, the same command continues")
