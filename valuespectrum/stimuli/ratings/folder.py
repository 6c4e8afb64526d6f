"""The folder in which ratings of a corpus are kept; by custom beside the corpus, with its name and ``-ratings``.

::

    RATINGS/ratings.json    raters with kind, source and version; nuisances with version and what could not be measured;
                            which embedder found the pictures of shown.csv
        labels/NAME.csv     labels of one rater
        nuisance.csv        ratings of pictures that have nothing to do with values, a row a frame
        shown.csv           the pictures that were looked at, and what they were found for; never shown to raters
        answers.sqlite      what judge models were asked and said

Everything goes by ids of frames, which are the same in every corpus made the same way; no picture and no name is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from valuespectrum.stimuli.ratings.labels import (
    NAMES,
    STATES,
    STRENGTHS,
    PictureLabel,
    RaterRecord,
    ShownPicture,
    State,
)
from valuespectrum.stimuli.ratings.sheets import number_in, read_sheet, write_sheet, wrong
from vectorstore.foreign.documents import check_shape, read_json
from vectorstore.foundation.disk import is_unfinished, make_folder, storage_errors, write_durably
from vectorstore.foundation.errors import InputError, SchemaError
from vectorstore.foundation.json_types import Json

_SCHEMA = 1
_HINT = "make it with `valuespectrum corpus label` or `valuespectrum corpus nuisance`"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_LABELS = ("frame", "clip", "value", "state", "strength", "named", "certainty")
_SHOWN = ("value", "keyword", "frame", "clip", "picture")
_FRAME = ("frame", "clip", "picture")


@dataclass(frozen=True, slots=True)
class RatedFrames:
    """Nuisances of frames."""

    version: str
    """Of the measures: ratings of two versions are never put together."""
    names: tuple[str, ...]
    rows: Mapping[str, tuple[str, str, tuple[float | None, ...]]]
    """Frame to its clip, its picture, and its ratings in the order of the names."""
    unavailable: Mapping[str, str] = field(default_factory=dict)
    """Nuisances that could not be measured here, and why."""

    def by_clip(self, frames: Iterable[tuple[str, str]]) -> dict[str, list[float]]:
        """Mean rating of each clip over the frames of it that were shown, not-a-number where there is none.

        Args:
            frames: (clip, frame) of everything that was shown.
        """
        of_clip: dict[str, list[tuple[float | None, ...]]] = {}
        for clip, frame in frames:
            if frame in self.rows:
                of_clip.setdefault(clip, []).append(self.rows[frame][2])
        return {clip: [_mean(column) for column in zip(*rows, strict=True)] for clip, rows in of_clip.items()}


@dataclass(frozen=True, slots=True)
class _WrittenNuisances:
    version: str
    names: list[str]
    unavailable: dict[str, str]


@dataclass(frozen=True, slots=True)
class _WrittenRatings:
    """What ``ratings.json`` says beside its schema; the folder may be anybody's."""

    raters: dict[str, dict[str, object]]
    nuisance: _WrittenNuisances | None
    found_by: str = ""
    """Id of the embedder that found what was looked at last; empty where an earlier release did not say."""


def _mean(numbers: Sequence[float | None]) -> float:
    known = [number for number in numbers if number is not None]
    return sum(known) / len(known) if known else float("nan")


def beside(corpus: Path) -> Path:
    """Where ratings of a corpus are by custom.

    Example:
        >>> beside(Path("data/clips")).as_posix()
        'data/clips-ratings'
    """
    whole = corpus.absolute()
    return corpus.with_name(f"{whole.name}-ratings") if corpus.name else whole.with_name(f"{whole.name}-ratings")


class Ratings:
    """A folder of ratings.

    Args:
        folder: Where it is.
        make: Whether it is made when missing.

    Raises:
        InputError: There is none, or it holds something else.
        SchemaError: Another release wrote it and this one cannot read it.
        StorageError: It cannot be made.
    """

    def __init__(self, folder: Path, make: bool = False) -> None:
        self.folder = folder
        self._manifest = folder / "ratings.json"
        if make and not self._manifest.is_file():
            with storage_errors(folder):
                if folder.exists() and not _is_begun(folder):
                    raise InputError(f"{folder} holds no ratings but something else", "name a new folder")
                make_folder(folder)
                make_folder(folder / "labels")
            self._write({"schema": _SCHEMA, "raters": {}, "nuisance": None})
        if not self._manifest.is_file():
            raise InputError(f"there are no ratings in {folder}", _HINT)
        self._read()

    @property
    def answers_path(self) -> Path:
        """Where answers of judge models are."""
        return self.folder / "answers.sqlite"

    @property
    def raters(self) -> dict[str, RaterRecord]:
        """Everybody who labelled, by name."""
        rows = self._read()["raters"]
        where = f"ratings {self._manifest}"
        return {name: check_shape(RaterRecord, {**row, "name": name}, where, _HINT) for name, row in rows.items()}

    def rater(self, name: str) -> RaterRecord:
        """One of them.

        Raises:
            InputError: Nobody has this name.
        """
        known = self.raters
        if name not in known:
            raise InputError(f"{self.folder} has no rater {name!r:.80}", f"known: {', '.join(known) or 'none'}")
        return known[name]

    def labels(self, name: str) -> list[PictureLabel]:
        """What a rater said.

        Raises:
            InputError: Nobody has this name, or the file is damaged.
        """
        path = self._labels_path(self.rater(name).name)
        return [_label(path, line, row) for line, row in read_sheet(path, "labels", _LABELS)]

    def keep_labels(self, rater: RaterRecord, labels: Sequence[PictureLabel]) -> None:
        """Write down what a rater says, in place of what the same one said before.

        Raises:
            InputError: The name cannot be that of a file.
            StorageError: It cannot be written.
        """
        path = self._labels_path(rater.name)
        rows = ({**asdict(label), "named": int(label.named)} for label in labels)
        document = self._read()
        # As it comes back: a list for a tuple.
        record = json.loads(json.dumps({name: each for name, each in asdict(rater).items() if name != "name"}))
        # A kill on the way leaves no rater, and not another one's name to these labels.
        if document["raters"].get(rater.name, record) != record:
            others = {name: each for name, each in document["raters"].items() if name != rater.name}
            self._write(document | {"raters": others})
        write_sheet(path, _LABELS, rows)
        self._write(document | {"raters": document["raters"] | {rater.name: record}})

    def shown(self) -> list[ShownPicture]:
        """The pictures that were looked at last, and what for; empty where none were."""
        path = self.folder / "shown.csv"
        return (
            [ShownPicture(**row) for _, row in read_sheet(path, "list of pictures", _SHOWN)] if path.is_file() else []
        )

    @property
    def found_by(self) -> str:
        """Id of the embedder that found what was looked at last; empty where that is not known."""
        return str(self._read().get("found_by", ""))

    def keep_shown(self, pictures: Iterable[ShownPicture], found_by: str) -> None:
        """Write down what pictures were found for.

        Args:
            pictures: Those that are looked at.
            found_by: Id of the embedder that found them: it can be no rater of them.

        Raises:
            StorageError: It cannot be written.
        """
        if self.found_by not in ("", found_by):
            # After a kill it is not known, and not another one than it was.
            self._write(self._read() | {"found_by": ""})
        write_sheet(self.folder / "shown.csv", _SHOWN, (asdict(picture) for picture in pictures))
        self._write(self._read() | {"found_by": found_by})

    def nuisances(self) -> RatedFrames | None:
        """What was measured of frames; ``None`` when nothing was.

        Raises:
            InputError: The file is damaged.
        """
        described = self._read()["nuisance"]
        if described is None:
            return None
        path, names = self.folder / "nuisance.csv", tuple(map(str, described["names"]))
        rows: dict[str, tuple[str, str, tuple[float | None, ...]]] = {}
        for line, row in read_sheet(path, "nuisances", (*_FRAME, *names)):
            try:
                numbers = tuple(number_in(row[name], float("-inf"), float("inf")) for name in names)
            except ValueError as error:
                raise wrong("nuisances", path, line, f"{error} is no number", "measure them again") from error
            rows[row["frame"]] = (row["clip"], row["picture"], numbers)
        return RatedFrames(str(described["version"]), names, rows, dict(described["unavailable"]))

    def keep_nuisances(self, rated: RatedFrames) -> None:
        """Write down what was measured of frames.

        Raises:
            StorageError: It cannot be written.
        """
        rows = (
            {"frame": frame, "clip": clip, "picture": picture, **dict(zip(rated.names, numbers, strict=True))}
            for frame, (clip, picture, numbers) in rated.rows.items()
        )
        described = {"version": rated.version, "names": list(rated.names), "unavailable": dict(rated.unavailable)}
        known = self._read()["nuisance"]
        # A kill on the way leaves none, and not a description of other columns, or of numbers of another version.
        if known and any(known[name] != described[name] for name in ("names", "version")):
            self._write(self._read() | {"nuisance": None})
        write_sheet(self.folder / "nuisance.csv", (*_FRAME, *rated.names), rows)
        self._write(self._read() | {"nuisance": described})

    @staticmethod
    def refuse_name(name: str) -> None:
        """Refuse what cannot name a rater, before anybody rates.

        Raises:
            InputError: It cannot be the name of a file.
        """
        if not _NAME.fullmatch(name):
            raise InputError(f"{name!r:.80} cannot be the name of a rater", "use letters, digits, dots and dashes")

    def _labels_path(self, name: str) -> Path:
        self.refuse_name(name)
        return self.folder / "labels" / f"{name}.csv"

    def _read(self) -> Json:
        document = read_json(self._manifest, "ratings", _HINT)
        if not isinstance(document, dict) or not {"schema", "raters", "nuisance"} <= set(document):
            raise InputError(f"{self._manifest} describes no ratings", _HINT)
        if document["schema"] != _SCHEMA:
            raise SchemaError(f"{self._manifest} has schema {document['schema']!r:.40}, this release reads {_SCHEMA}")
        check_shape(_WrittenRatings, document, f"ratings {self._manifest}", _HINT)
        return document

    def _write(self, document: Json) -> None:
        with storage_errors(self._manifest):
            write_durably(self._manifest, (json.dumps(document, indent=1) + "\n").encode())


def _is_begun(folder: Path) -> bool:
    """Whether a folder is empty, or holds nothing but what a killed process had begun to make ratings of."""
    if not folder.is_dir():
        return False
    others = [entry for entry in folder.iterdir() if not is_unfinished(entry.name)]
    return all(entry.name == "labels" and entry.is_dir() and not any(entry.iterdir()) for entry in others)


def _label(path: Path, line: int, row: Mapping[str, str]) -> PictureLabel:
    try:
        state: State = STATES[STATES.index(row["state"])]
        value, strength = NAMES[NAMES.index(row["value"])], number_in(row["strength"], *STRENGTHS)
        certainty = number_in(row["certainty"], 0.0, 1.0)
    except ValueError as error:
        raise wrong("labels", path, line, "a cell holds what no rater says", "label the pictures again") from error
    return PictureLabel(row["frame"], row["clip"], value, state, strength, row["named"] == "1", certainty)
