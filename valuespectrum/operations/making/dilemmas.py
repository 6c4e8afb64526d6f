"""``instrument make-dilemmas``: dilemmas in five steps, written by a model and labelled by judges."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.loading import check_specs, load_models
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.text import one_line
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from valuespectrum.instruments.dilemmas.items import Escalation
    from valuespectrum.instruments.dilemmas.making.chain import WrittenDilemma
    from valuespectrum.instruments.dilemmas.making.work import JudgedDilemmas, Makers, WatchedSteps

DILEMMAS_FILE, QUEUE_FILE, REPORT_FILE = "dilemmas.json", "queue.csv", "making.json"
"""What is written: whole dilemmas, courses that a person is to decide, and how it went."""
_SETS = ("schwartz_10", "moral_foundations_6")


@dataclass(frozen=True, slots=True)
class MakeDilemmaSettings(CheckedSettings):
    """How dilemmas are made; the names are those of the options of ``instrument make-dilemmas``."""

    judge: tuple[str, ...] = ()
    """Model specs of the judges; three as published."""
    norms: Path | None = None
    """Text file with a norm a line, out of which dilemmas are written."""
    writer: str = ""
    """Model spec of who writes."""
    dilemmas: Path | None = None
    """Dilemmas that are there already and are labelled anew, in place of norms."""
    values: str = "schwartz_10"
    """Set of values that courses are labelled in: ``schwartz_10`` or ``moral_foundations_6``."""
    decided: Path | None = None
    """A filled in queue of an earlier call."""
    tries: int = 4
    """How often a step is written before its dilemma is given up."""
    seed: int = 0

    def refuse_nonsense(self, out: Path) -> None:
        """Refuse what cannot be meant.

        Raises:
            InputError: Norms and dilemmas, neither, no judge, names that do not exist, a queue that cannot be
                read, or what this call would write over: dilemmas that it reads, and a queue with verdicts that the
                one that is named has not.
        """
        from agents.judges.people import cases_decided, filled_in

        if (self.norms is None) == (self.dilemmas is None):
            raise InputError("dilemmas are written out of norms, or are there already", "name --norms or --dilemmas")
        if bool(self.writer) != (self.norms is not None):
            raise InputError("norms need somebody who writes, and dilemmas nobody", "--norms goes with --writer")
        if not self.judge:
            raise InputError("nobody judges", "name judges with --judge, three as published")
        if self.values not in _SETS:
            raise InputError(f"courses are not labelled in {self.values!r:.40}", f"one of {', '.join(_SETS)}")
        if not 1 <= self.tries <= 20:
            raise InputError(f"tries must lie in 1..20, got {self.tries}")
        if self.decided is not None and self.decided.resolve() == (out / QUEUE_FILE).resolve():
            raise InputError(f"{self.decided} is written anew by this call", "copy it to another name and name that")
        if self.dilemmas is not None and self.dilemmas.resolve() == (out / DILEMMAS_FILE).resolve():
            told = f"{self.dilemmas} is written anew by this call, without the dilemmas that are open"
            raise InputError(told, "name another folder with --out")
        kept = cases_decided(self.decided) if self.decided is not None else frozenset()
        if lost := sorted(filled_in(out / QUEUE_FILE) - kept):
            beside = "" if self.decided is None else f" that {self.decided} has not, {one_line(lost[0], 60)!r} first,"
            told = f"{out / QUEUE_FILE} has verdicts{beside} and is written anew by this call"
            raise InputError(told, "copy it to another name and name that with --decided, or remove it")


@dataclass(frozen=True, repr=False)
class MadeDilemmas(Outcome):
    """What came of it."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each norm out of which no dilemma was written."""
        return list(self.document["given_up"])


def make_dilemmas(
    out: str | PathLike[str], settings: MakeDilemmaSettings, teller: Teller | None = None
) -> MadeDilemmas:
    """Write dilemmas out of norms, or take some, and label their courses by judges and people.

    Every answer is kept as it comes: the same call goes on after an interruption, and with a filled in queue it labels
    what was open.

    Args:
        out: Folder for answers, dilemmas, queue and report.
        settings: Who writes and judges what.
        teller: Who is told how it goes.

    Raises:
        InputError: Something that was named is missing or wrong.
        ModelError: A model cannot be loaded or asked.
        StorageError: The folder cannot be written.

    Example::

        settings = vs.MakeDilemmaSettings(("openai:a", "openai:b", "openai:c"), Path("norms.txt"), "openai:w")
        vs.make_dilemmas("mine", settings)
    """
    from agents.answers.store import AnswerStore
    from agents.judges.people import write_queue
    from valuespectrum.instruments.dilemmas.making.labelling import published_layout
    from valuespectrum.instruments.dilemmas.making.work import (
        WatchedSteps,
        label_all,
        read_norms,
        watched_steps,
        write_all,
    )
    from valuespectrum.runs.run import write_json
    from valuespectrum.theory.value_sets import VALUE_SETS
    from vectorstore.foundation.disk import make_folder, refuse_unwritable, storage_errors, write_durably

    teller, folder = teller or Unattended(), user_path(out)
    refuse_unwritable(folder / REPORT_FILE)
    settings.refuse_nonsense(folder)
    norms, taken = read_norms(settings.norms) if settings.norms else (), _taken(settings, teller)
    makers = _makers(settings, teller)
    with storage_errors(folder):
        make_folder(folder)
    written: tuple[WrittenDilemma, ...] = ()
    watched = WatchedSteps()
    with AnswerStore(folder / "answers.sqlite") as store:
        if norms:
            with teller.progress("writing dilemmas") as advance:
                written = write_all(norms, makers, store, settings.tries, advance)
            watched = watched_steps(written, makers, store)
        dilemmas = (*taken, *(_whole(each) for each in written if not each.why))
        with teller.progress(f"labelling {len(dilemmas)} dilemmas") as advance:
            found = label_all(dilemmas, VALUE_SETS[settings.values], makers, store, settings.decided, advance)
    layout = json.dumps(published_layout(found.labelled.whole), indent=1, ensure_ascii=False) + "\n"
    with storage_errors(folder):
        write_durably(folder / DILEMMAS_FILE, layout.encode())
        write_queue(folder / QUEUE_FILE, found.queue, found.decided)
    document = _document(written, dilemmas, found, watched)
    write_json(folder / REPORT_FILE, document)
    return MadeDilemmas({**document, "folder": str(folder)}, _in_words(document, folder))


def _makers(settings: MakeDilemmaSettings, teller: Teller) -> Makers:
    from agents.models.ask_key import each_once
    from agents.models.base import ModelOptions
    from valuespectrum.instruments.dilemmas.making.work import Makers
    from valuespectrum.instruments.judging.plain import judge_form
    from valuespectrum.theory.value_sets import VALUE_SETS

    for spec in settings.judge:
        judge_form(spec, VALUE_SETS[settings.values], "names")  # refuses who cannot, before anything is written
    loading = ModelOptions(seed=settings.seed, repeats_seed=settings.seed)
    specs = list(dict.fromkeys([*settings.judge, *([settings.writer] if settings.writer else [])]))
    twice = InputError("one judge was named twice", "it would agree with itself")
    if len(set(settings.judge)) < len(settings.judge):
        raise twice
    check_specs(specs, loading)
    teller.doing(f"loading {', '.join(specs)}")
    loaded = dict(zip(specs, load_models(specs, loading), strict=True))
    judges = tuple(loaded[spec] for spec in settings.judge)
    if len(each_once(judges)) < len(judges):
        raise twice
    return Makers(judges, loaded.get(settings.writer))


def _taken(settings: MakeDilemmaSettings, teller: Teller) -> tuple[Escalation, ...]:
    from valuespectrum.instruments.dilemmas.published import once_each, read_dilemmas

    if settings.dilemmas is None:
        return ()
    found = once_each(read_dilemmas(settings.dilemmas).found)
    for line in found.notes:
        teller.say(line)
    return found.dilemmas


def _whole(written: WrittenDilemma) -> Escalation:
    from valuespectrum.instruments.dilemmas.items import Escalation

    return Escalation(str(written.idx), written.steps, written.norm)


def _document(
    written: Sequence[WrittenDilemma], dilemmas: Sequence[Escalation], found: JudgedDilemmas, watched: WatchedSteps
) -> Json:
    labelled, remarks = found.labelled, (*watched.remarks, *found.remarks)
    return {
        "norms": len(written),
        "given_up": [{"idx": each.idx, "norm": each.norm, "why": each.why} for each in written if each.why],
        "writer_asks": sum(each.tries for each in written),
        "steps_sent_back": sum(each.not_graver for each in written),
        "steps_unjudged": sum(each.unjudged for each in written),
        "dilemmas": len(dilemmas),
        "whole": len(labelled.whole),
        "open": [case.id for case in labelled.open],
        "courses_by_consensus": labelled.by_consensus,
        "courses_by_people": labelled.by_people,
        "steps_with_one_value": labelled.same_value,
        "unanimous": labelled.unanimous,
        "agreement": labelled.agreement.to_json(),
        "judges": {
            model: asdict(spent)
            | {"step_asks": watched.asks.get(model, 0)}
            | {"remarks": [each.statement for each in remarks if each.judge == model and each.flagged]}
            for model, spent in found.spent.items()
        },
    }


def _in_words(document: Json, folder: Path) -> str:
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.words import reasons, with_interval

    lines = []
    if document["norms"]:
        told = f"{document['norms'] - len(document['given_up'])} of {document['norms']} norms became dilemmas"
        back = f"{document['steps_sent_back']} steps sent back"
        back += f", {document['steps_unjudged']} not judged" if document["steps_unjudged"] else ""
        lines.append(f"{told} ({document['writer_asks']} asks, {back})")
        lines += [f"given up: {each['idx']}: {each['why']}" for each in document["given_up"]]
    alpha = Estimate.read(document["agreement"], "alpha")
    lines.append(f"agreement of judges (Krippendorff's alpha, over dilemmas): {with_interval(alpha, 2)}")
    lines += [f"{sign} {why}" for sign, why in reasons([alpha])]
    cells = [(model, row["step_asks"], row["asks"], row["tokens"]) for model, row in document["judges"].items()]
    lines.append(table(("judge", "asks about steps", "asks for labels", "tokens of these"), cells))
    lines += [f"{said[:1].upper()}{said[1:]}." for row in document["judges"].values() for said in row["remarks"]]
    lines.append(f"{document['whole']} of {document['dilemmas']} dilemmas are whole: {folder / DILEMMAS_FILE}")
    if document["open"]:
        queue = folder / QUEUE_FILE
        lines.append(
            f"{len(document['open'])} courses are open: fill in a copy of {queue}, and call again with --decided COPY"
        )
    return "\n".join(lines)
