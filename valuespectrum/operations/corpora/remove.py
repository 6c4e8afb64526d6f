"""``corpus remove``."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.operations.corpora.people import find_uploaders, no_such_uploader
from valuespectrum.operations.corpora.search import find_clip
from valuespectrum.operations.corpora.sources import Undone
from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.tables import number_lines
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import CorpusError, CorpusLockedError, InputError
from vectorstore.foundation.escaping import printable_line
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus
    from vectorstore.ledger.records import Clip, Receipt, Removal

_WHOLE_ID = re.compile(r"[0-9a-f]{64}")
_SHOWN = 30
_SEVERAL = "several people are called, and all of it goes"
_LONGEST_LINK = 200
_LONGEST_LIST = 16 * 1024 * 1024
_KEEP = "--keep-out notes it down all the same, so that it never comes in"
_ELSEWHERE = (
    "runs, reports, logs of sessions, ratings and earlier exports are not in the corpus: what they show stays there"
)


@dataclass(frozen=True, slots=True)
class Takedown(CheckedSettings):
    """What is to go, and why; the names are those of the options of ``valuespectrum corpus remove``."""

    clip: tuple[str, ...] = ()
    """Clip ids or their beginnings."""
    uploader: tuple[str, ...] = ()
    """Everything of these people: @handles, ids, display names or addresses of pages."""
    url: tuple[str, ...] = ()
    """Links or paths of sources."""
    url_list: Path | None = None
    """File with one link or path a line."""
    reason: str = "takedown"
    """Code kept beside the keyed hashes."""
    keep_out: bool = False
    """Also keep out for the future what is not here now."""


def remove(
    corpus: str | PathLike[str],
    what: Takedown,
    agree: Callable[[str], bool],
    chroma: str | None = None,
    teller: Teller | None = None,
) -> Undone:
    """Remove clips for good: rows, pictures, vectors, and every trace in the files. They never come in again.

    Args:
        corpus: Corpus folder.
        what: What is to go.
        agree: Given what would go, in words: whether to do it. Nothing changes meanwhile; what was removed before is
            cleaned up without asking.
        chroma: Server that keeps the index.
        teller: Who is told how it goes.

    Raises:
        InputError: Nothing was named, or what was named is not there.
        CorpusError: The folder is no corpus.
        CorpusLockedError: Another process is writing to it.

    Example::

        vs.remove("my-corpus", vs.Takedown(uploader=("@somebody",)), agree=lambda what: True)
    """
    from ingest.cleaning.urls import completed
    from vectorstore.corpus import Corpus
    from vectorstore.ledger.sought import known_links

    teller = teller or Unattended()
    typed = list(map(completed, what.url))
    links = [*typed, *(map(completed, _read_list(what.url_list)) if what.url_list else [])]
    named = {"clip": what.clip, "uploader": what.uploader, "source": links}
    teller.doing(f"opening {user_path(corpus)}")
    with Corpus.open(user_path(corpus), write=True, chroma_url=chroma) as opened:
        known: set[str] = known_links(opened.ledger) if links else set()
        _refuse_pages(links, known)
        removals = _removals(opened, named, known, what.reason, what.keep_out)
        foreseen = _Foreseen.of(opened, removals, _not_here(opened, links, known))
        if not what.keep_out:
            _refuse_strangers(opened, what.clip, _not_here(opened, typed, known))
        empty = not any(foreseen.sums[name] for name in ("clips", "sources"))
        again = empty and _removed_before(opened, removals)
        if empty and not again and not what.keep_out:
            raise _nothing_found(opened, links)
        if not again and not agree("\n".join(foreseen.lines())):
            text = "\n".join(["this would go:", *foreseen.lines(), "nothing was removed (add --yes)"])
            return Undone({"done": False, **foreseen.document()}, text)
        teller.doing("removing: rows, pictures, then index and ledger are written anew")
        _forget_pages(opened, removals)
        receipts = _remove_all(opened, removals)
        left = opened.index_left_on()
    # What went with an earlier one of the removals was not unknown.
    done = {**_summed(receipts), "unknown": foreseen.sums["unknown"]}
    look = sorted({name for receipt in receipts for name in receipt.near_duplicates})
    first = "was removed before; whatever an interrupted removal had left is gone" if again else "removed for good:"
    lines = [first, *number_lines(done), *foreseen.titles(), *foreseen.missing()]
    lines += [f"look at {name}: shows nearly the same" for name in look]
    lines.append(_ELSEWHERE)
    lines += [f"its vectors may still be on {each}, where the index was kept: have these deleted" for each in left]
    document: Json = {
        "done": True,
        **foreseen.document(),
        **done,
        "near_duplicates": look,
        "reason": what.reason,
        "left_on": left,
    }
    return Undone(document, "\n".join([*lines, *foreseen.warnings()]))


def _forget_pages(corpus: Corpus, removals: list[Removal]) -> None:
    """Look no more at pages of somebody who is about to be removed, under whatever name they were named."""
    from ingest.cleaning.uploaders import names_in_url
    from ingest.saved_sources import forget_remembered, remembered_sources

    people = [corpus.person(key) for each in removals if each.kind == "uploader" for key in each.keys]
    doomed = {source for person in people for source in person.sources}
    # What a corpus of somebody notes in another way keeps nobody in it.
    with contextlib.suppress(CorpusError):
        for source in remembered_sources(corpus) if doomed else ():
            names = names_in_url(source.text) if "://" in source.text else ()
            if any(doomed.intersection(corpus.person(name.text).sources) for name in names):
                forget_remembered(corpus, source)


def _remove_all(corpus: Corpus, removals: list[Removal]) -> list[Receipt]:
    """Do all of them before saying that a reader is in the way of one: what it leaves to others is finished by them."""
    receipts: list[Receipt] = []
    in_the_way: CorpusLockedError | None = None
    for removal in removals:
        try:
            receipts.append(corpus.remove(removal))
        except CorpusLockedError as error:
            in_the_way = error
    if in_the_way is not None:
        raise in_the_way
    return receipts


@dataclass(frozen=True, slots=True)
class _Foreseen:
    """What a removal would reach, as a person can check it."""

    sums: dict[str, int]
    clips: list[Clip]
    shared: list[str]
    """Names that several people have."""
    alike: list[Clip]
    """Clips of others who are called the same, so far as anybody can tell."""
    not_here: list[str]
    """Links that lead to nothing."""

    @classmethod
    def of(cls, corpus: Corpus, removals: list[Removal], not_here: list[str]) -> _Foreseen:
        from vectorstore.ledger.uploaders import called_alike

        clips = {clip.clip_id: clip for clip in corpus.clips_foreseen(*removals)}
        people = {key: corpus.person(key) for each in removals if each.kind == "uploader" for key in each.keys}
        sources = sorted({source for person in people.values() for source in person.sources})
        alike = [corpus.clip(name) for name in called_alike(corpus.ledger, sources) if name not in clips]
        shared = [name for name, person in people.items() if person.people > 1]
        sums = _summed([corpus.foresee_removal(*removals)])
        return cls(sums, list(clips.values()), shared, alike, not_here)

    def document(self) -> Json:
        """For ``--json``."""
        names = {"shared_names": self.shared, "not_here": self.not_here}
        return {**self.sums, "found": _shown(self.clips), "alike": _shown(self.alike), **names}

    def lines(self) -> list[str]:
        """Numbers, titles, and what should be looked at."""
        return [*number_lines(self.sums), *self.titles(), *self.missing(), *self.warnings()]

    def titles(self) -> list[str]:
        """The clips, one a line."""
        return _clip_lines(self.clips)

    def missing(self) -> list[str]:
        """The links that lead to nothing, one a line."""
        lines = [printable_line(f"not here: {link[:_LONGEST_LINK]}") for link in self.not_here[:_SHOWN]]
        rest = len(self.not_here) - len(lines)
        return [*lines, f"... and {rest:,} more that are not here (--json lists all)"] if rest else lines

    def warnings(self) -> list[str]:
        """What a person should look at before or afterwards."""
        lines = [
            f"{name!r} is what {_SEVERAL}: an id names one, or an @handle that nobody has on another platform"
            for name in self.shared
        ]
        if self.alike:
            lines += ["called the same, but nothing says that it is the same person (they stay; remove with --clip):"]
        return [*lines, *_clip_lines(self.alike)]


def _shown(clips: list[Clip]) -> list[dict[str, str]]:
    return [{"clip": clip.clip_id, "title": clip.title, "platform": clip.platform} for clip in clips]


def _clip_lines(clips: list[Clip]) -> list[str]:
    from valuespectrum.reporting.elements.words import clean

    lines = [
        f"  {clip.clip_id[:12]}  {clip.platform}  {clip.published or '-'}  {clean(clip.title, 80) or '(no title)'}"
        for clip in clips[:_SHOWN]
    ]
    return [*lines, f"  ... and {len(clips) - _SHOWN:,} more (--json lists all)"] if len(clips) > _SHOWN else lines


def _removals(
    corpus: Corpus, named: Mapping[str, Sequence[str]], known: Collection[str], reason: str, keep_out: bool
) -> list[Removal]:
    from ingest.cleaning.uploaders import asked_names
    from vectorstore.ledger.records import Removal

    clips = [name if _WHOLE_ID.fullmatch(name) else find_clip(corpus, name) for name in named["clip"]]
    names, unknown = find_uploaders(corpus, named["uploader"])
    strangers = [text for text in unknown if not _all_removed(corpus, "uploader", asked_names(text))]
    if strangers and not keep_out:
        raise no_such_uploader(corpus, strangers[0])
    # People first: with a clip go the names by which the rest of what is theirs is found.
    keys = {
        "uploader": [*names, *(name for text in unknown for name in asked_names(text))],
        "clip": clips,
        "source": [key for link in named["source"] for key in _source_keys(link, known)],
    }
    removals = [Removal(kind, tuple(each), reason) for kind, each in keys.items() if each]
    if not removals:
        raise InputError("nothing was named", "name it with --clip, --uploader, --url or --url-list")
    return removals


def _removed_before(corpus: Corpus, removals: list[Removal]) -> bool:
    """Whether all that is named was removed already: a removal that was killed is given again."""
    return all(_all_removed(corpus, each.kind, each.keys) for each in removals)


def _refuse_strangers(corpus: Corpus, clips: Sequence[str], not_here: Sequence[str]) -> None:
    """Refuse what was named by itself, is not here and was not removed before; of a list some may not be here.

    Raises:
        InputError: There is such a thing; the message says what is near.
    """
    here = corpus.clip_ids()
    for clip in clips:
        if _WHOLE_ID.fullmatch(clip) and clip not in here and not corpus.is_removed("clip", clip):
            raise InputError(f"no clip {clip} is in {corpus.folder}, and nothing was removed", _KEEP)
    for link in not_here:
        raise _nothing_found(corpus, [link])


def _not_here(corpus: Corpus, links: Sequence[str], known: Collection[str]) -> list[str]:
    """Those links that lead to nothing and were not removed before, either."""
    keys = {link: _source_keys(link, known) for link in links}
    strange = [link for link, each in keys.items() if not any(key in known for key in each)]
    return [link for link in strange if not _all_removed(corpus, "source", keys[link])]


def _refuse_pages(links: Sequence[str], known: Collection[str]) -> None:
    """Refuse pages of people among links of clips: to keep a page out keeps nobody out.

    Raises:
        InputError: There is one.
    """
    for text in links:
        if _link_kind(text) == "channel" and text not in known:
            raise InputError(
                f"{text!r:.200} is the page of a person, and nothing was removed",
                "name it with --uploader, which finds and keeps out all of that person's clips",
            )


def _all_removed(corpus: Corpus, kind: str, keys: Iterable[str]) -> bool:
    return all(corpus.is_removed(kind, key) for key in keys)


def _nothing_found(corpus: Corpus, links: list[str]) -> InputError:
    """The error for a removal that reaches nothing, with what is near."""
    from ingest.cleaning.uploaders import asked_names
    from vectorstore.ledger.sought import locators_ending

    for text in links:
        name = text.rstrip("/").rpartition("/")[2]
        if near := locators_ending(corpus.ledger, name):
            return InputError(
                f"nothing in {corpus.folder} comes from {text!r:.200}", f"near: {', '.join(near)}; {_KEEP}"
            )
        if "://" in text and _link_kind(text) != "item" and asked_names(text) != (text,):
            return InputError(f"{text!r:.200} is the page of a person", f"name it with --uploader; {_KEEP}")
    missing = f"{links[0]!r:.200} is not" if len(links) == 1 else "nothing of what was named is"
    return InputError(f"{missing} in {corpus.folder}, and nothing was removed", _KEEP)


def _link_kind(text: str) -> str:
    """What a link of a platform leads to; empty for any other text."""
    from ingest.cleaning.urls import parse_link, secured
    from vectorstore.foundation.errors import FetchError

    try:
        return parse_link(secured(text)).kind
    except FetchError:
        return ""


def _source_keys(text: str, known: Collection[str]) -> list[str]:
    """Under what a corpus may know a source: the canonical link, what was typed, or the whole path of a file.

    Args:
        text: As it was typed.
        known: What the corpus knows (``known_links``).
    """
    from ingest.cleaning.urls import parse_link, secured
    from ingest.sources.folder import FileItem
    from vectorstore.foundation.errors import FetchError

    if "://" not in text:
        return [FileItem(Path(os.path.abspath(text))).locator]  # noqa: PTH100 - resolve() would follow links
    keys = [text]
    try:
        canonical = parse_link(secured(text)).url
    except FetchError:
        return keys
    # A link that the corpus does not know as it was typed would only count as unknown.
    return list(dict.fromkeys([*(keys if text in known else []), canonical]))


def _read_list(path: Path) -> list[str]:
    if not path.is_file() or path.stat().st_size > _LONGEST_LIST:
        raise InputError(f"{path} is no list of links", f"write one link a line, at most {_LONGEST_LIST // 2**20} MiB")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {' '.join(str(error).split())}", "save it as UTF-8 text") from error
    links = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not links:
        raise InputError(f"{path} has no links in it", "write one link a line")
    return links


def _summed(receipts: list[Receipt]) -> dict[str, int]:
    names = ("sources", "clips", "frames", "pictures", "vectors", "unknown")
    return {name: sum(getattr(receipt, name) for receipt in receipts) for name in names}
