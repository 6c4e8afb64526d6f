"""A search from what was named to what is written: models, seeds or a corpus, budget, the loop, the report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from shlex import quote

import numpy as np

from agents.answers.store import AnswerStore
from agents.judges.panel import JUDGE, judged
from agents.judges.watching import JudgeRemark, Tried, flagged, remarks, tried
from agents.models.ask_key import canonical_json, respondent_content
from agents.models.base import FrameReference, Model
from agents.models.capabilities import TriedModel
from agents.models.model_names import ModelId
from agents.models.token_estimates import MOST_PER_PICTURE
from agents.procedures.conductor import ConductOptions, Standing, conduct
from agents.procedures.procedure import Named, Procedure
from ingest.embedding.base import Embedder, load_embedder
from valuespectrum.costs.prices import load_prices
from valuespectrum.costs.spending import spending
from valuespectrum.instruments.adaem.asking import cases_of
from valuespectrum.instruments.adaem.question_file import read_seeds, write_questions
from valuespectrum.instruments.adaem.reported import by_frames, improvement, primed, reported
from valuespectrum.instruments.adaem.search import FoundQuestions, searched
from valuespectrum.instruments.adaem.stems import Stem
from valuespectrum.measuring.plan import UnloadedModel
from valuespectrum.measuring.presenting import FoundClips
from valuespectrum.operations.searches.prepared import (
    ABOUT_CLIP,
    Budget,
    People,
    SearchMaterial,
    budget,
    panel_of,
    people,
    plain_only,
    pool_of_clips,
    prepared,
    search_name,
    trial_of_judges,
)
from valuespectrum.operations.searches.saving import asks_saved, saving_in_words
from valuespectrum.operations.searches.settings import SearchSettings
from valuespectrum.operations.shared.loading import check_specs, chosen_personas, corpus_embedder, load_models
from valuespectrum.operations.shared.tables import chance, in_dollars, table
from valuespectrum.operations.shared.telling import Teller
from valuespectrum.reference.items.arguing import ReasonsAsked
from valuespectrum.reference.speech import actions
from valuespectrum.scoring.telling.discrimination import FEWEST, clips_worth, sharpest
from valuespectrum.scoring.telling.rating import RatingOptions
from valuespectrum.stimuli.chosen import write_stimuli
from valuespectrum.stimuli.keywords import load_keywords
from valuespectrum.stimuli.retrieval import RetrievalOptions, retrieve
from valuespectrum.theory.value_sets import TEN
from vectorstore.corpus import Corpus
from vectorstore.foreign.documents import read_json
from vectorstore.foundation.disk import make_folder, refuse_unwritable, storage_errors, write_durably
from vectorstore.foundation.errors import CorpusError, InputError
from vectorstore.foundation.json_types import Json

ANSWERS, QUESTIONS, STIMULI, REPORT = "answers.sqlite", "questions.json", "stimuli.json", "search.json"
"""Files of a search in its folder: answers, found questions, the sharpened set of clips, everything that is told."""
_LETTERS_A_TOKEN = 4
_SHOWN = 10
"""Clips that a report shows, with how each respondent likes them."""
_ARMS = 20
"""Questions about one action that a search among twins begins with."""
_OF_CLIPS, _OF_WRITING = ("keywords", "top_k", "clips"), ("gain", "deepest")
"""Settings that say nothing of questions, and nothing where nothing is written."""
TWIN = "simulated"
"""Scheme of respondents that follow a rule."""


@dataclass(frozen=True)
class _SearchParts:
    """Everything that a search is made of."""

    who: People
    material: SearchMaterial
    embedder: Embedder
    settings: SearchSettings
    costs: Sequence[Json]


def conduct_search(specs: Sequence[str], folder: Path, settings: SearchSettings, teller: Teller) -> tuple[Json, str]:
    """Search, or say what a search would ask.

    Args:
        specs: Models of the search.
        folder: Where answers and what was found go.
        settings: How.
        teller: Who is told how it goes.

    Returns:
        The document, and the same in words.

    Raises:
        InputError: Something that was named does not exist or does not fit.
    """
    _refuse_nonsense(settings)
    if not settings.dry_run:
        refuse_unwritable(folder / REPORT)
    teller.doing("loading models")
    every = list(dict.fromkeys([*specs, *settings.final, *settings.judge]))
    check_specs(every, settings.loading, settings.prices)
    if settings.dry_run:
        loaded: Mapping[str, Model] = {spec: UnloadedModel(spec) for spec in every}
    else:
        loaded = dict(zip(every, load_models(every, settings.loading, settings.prices), strict=True))
    named = {_asked_as(model): spec for spec, model in loaded.items()}
    sides = [[loaded[spec] for spec in side] for side in (specs, settings.final, settings.judge)]
    plain = plain_only([*sides[0], *sides[1]])
    who = people(sides[0], sides[1], sides[2], chosen_personas(settings.persona, settings.personas))
    if len(who.searching) < 2:
        raise InputError("one respondent cannot be told apart from itself", "name a second model, or personas")
    if settings.corpus is None:
        embedder = load_embedder(settings.embedder or "reference")
        if plain:
            material = _plain(embedder, settings, [*sides[0], *sides[1]])
        else:
            material = SearchMaterial("questions", read_seeds(settings.questions))
        return _searched(folder, _parts(who, material, embedder, settings, named), teller)
    with Corpus.open(settings.corpus) as corpus:
        embedder = corpus_embedder(corpus, settings.embedder)
        material = clips_of(corpus, embedder, settings, [*loaded.values()], plain)
        return _searched(folder, _parts(who, material, embedder, settings, named), teller)


def _refuse_nonsense(settings: SearchSettings) -> None:
    """Look at everything that can be seen without loading anything.

    Raises:
        InputError: Two things that were named do not go together, or one says nothing of what is searched.
    """
    if settings.corpus is not None and settings.questions is not None:
        raise InputError("--questions and --corpus are two kinds of searches", "leave one of them out")
    if settings.corpus is None and settings.objective == "liking":
        raise InputError("liking is asked about clips", "name a corpus with --corpus DIR, or search by reasons")
    if settings.corpus is not None and settings.invent:
        raise InputError("clips are found in the corpus, and none is invented", "leave --invent out")
    if settings.options.objective == "liking" and settings.option:
        raise InputError("--option says how S is reckoned, which liking has none of", "add --objective reasons")
    if settings.corpus is None:
        _refuse_said(settings, _OF_CLIPS, "--{} is about clips", "name a corpus with --corpus DIR, or leave it out")
    else:
        told = "--{} is about questions that models write, and clips are neither written nor compared"
        _refuse_said(settings, ("most_alike", *_OF_WRITING), told, "leave it out")


def _refuse_said(settings: SearchSettings, names: Sequence[str], told: str, hint: str) -> None:
    usual = SearchSettings()
    for name in names:
        if getattr(settings, name) != getattr(usual, name):
            raise InputError(told.format(name.replace("_", "-")), hint)


def _parts(
    who: People, material: SearchMaterial, embedder: Embedder, settings: SearchSettings, named: Mapping[str, str]
) -> _SearchParts:
    most = budget(material, who, settings.options)
    pictures = max((len(stem.frames) for stem in material.stems), default=0)
    return _SearchParts(who, material, embedder, settings, _costs(most, who, settings, named, pictures))


def plain_questions(embedder: Embedder, seeds: int = _ARMS) -> SearchMaterial:
    """Questions that respondents of the reference world understand: about one action, or about two.

    Args:
        embedder: Its text side says which are near to each other.
        seeds: How many of those about one action begin an arm.
    """
    named: dict[str, list[str]] = {}
    for action, value in actions().items():
        named.setdefault(value, []).append(action)
    asked = [ReasonsAsked(action) for action in actions()]
    asked += [ReasonsAsked(one[0], other[0]) for one in named.values() for other in named.values() if one is not other]
    stems = [Stem(f"question {place}", each.question) for place, each in enumerate(asked)]
    step = max(1, len(actions()) // seeds)
    vectors = embedder.texts([stem.text for stem in stems])
    return SearchMaterial("pool", stems, vectors, list(range(0, len(actions()), step)))


def _plain(embedder: Embedder, settings: SearchSettings, models: Sequence[Model]) -> SearchMaterial:
    """What models of the reference world can be asked without pictures.

    Raises:
        InputError: Topics of the user's were named, or a model knows pictures only.
    """
    if settings.questions is not None or settings.invent:
        told = "models of the reference world understand no questions of yours"
        raise InputError(told, "leave --questions and --invent out")
    _refuse_said(settings, _OF_WRITING, "--{} is about rewriting; these questions are not rewritten", "leave it out")
    if any(ModelId.parse(model.id).scheme != TWIN for model in models):
        told = "networks of the reference world give reasons about pictures only"
        raise InputError(told, "name a corpus with --corpus DIR, or twins: --model simulated:amber")
    return plain_questions(embedder)


def clips_of(
    corpus: Corpus, embedder: Embedder, settings: SearchSettings, models: Sequence[Model], plain: bool
) -> SearchMaterial:
    """The clips that search words find, with their vectors; the first of each word begins an arm.

    Args:
        corpus: Open.
        embedder: Its vectors say which clips are neighbours.
        settings: Search words, and how many clips of each.
        models: All that take part: some are told what they cannot see.
        plain: Whether respondents know the reference world only.

    Raises:
        CorpusError: There are none.
    """
    rows = retrieve(corpus, embedder, load_keywords(settings.keywords), RetrievalOptions(top_k=settings.top_k))
    if len(rows) < 2:
        raise CorpusError("the corpus holds no clips to search among", "add clips to it first")
    told = FoundClips.of(rows, corpus, models).told
    ids, vectors = corpus.vectors(embedder.id)
    place = {frame: number for number, frame in enumerate(ids)}
    pictures = {row.frame_id: FrameReference(row.picture_sha, corpus.picture_path(row.picture_sha)) for row in rows}
    own = vectors[[place[row.frame_id] for row in rows]]
    seeds = list({(row.value, row.keyword): number for number, row in reversed(list(enumerate(rows)))}.values())
    text = "" if plain else ABOUT_CLIP
    by_clip = {row.clip_id: row for row in rows}
    return SearchMaterial("clips", pool_of_clips(rows, text, told, pictures), own, seeds, by_clip)


def _searched(folder: Path, parts: _SearchParts, teller: Teller) -> tuple[Json, str]:
    lines = _budget_lines(parts.costs)
    if parts.settings.dry_run:
        document: Json = {"dry_run": True, "source": parts.material.source, "budget": list(parts.costs)}
        return document | {"out": str(folder)}, "\n".join(lines)
    for line in lines:
        teller.say(line)
    with storage_errors(folder):
        make_folder(folder)
    who, options = parts.who, parts.settings.options
    total = sum(row["asks"] for row in parts.costs)
    with AnswerStore(folder / ANSWERS) as store, teller.progress("searching") as advance:

        def standing(now: Standing) -> None:
            advance(min(now.asked + now.stored, total), total)

        search = prepared(parts.material, who, options, parts.embedder)
        name = search_name(parts.material, who, options, parts.embedder.id)
        (found,) = conduct([Named(name, searched(search))], who.cast, store, standing)
        (trial,) = conduct([Named(f"{name} trial", _trial(parts))], who.cast, store)
        told = _remarks(parts, found, trial, store) if trial is not None else ()
    return _written(folder, parts, found, told)


def _trial(parts: _SearchParts) -> Procedure[Tried | None]:
    """What judges say on trial; nothing where none judged."""
    if parts.settings.options.objective != "reasons":
        yield from ()
        return None
    return (yield from tried(trial_of_judges(), panel_of(parts.who.judges)))


def _remarks(parts: _SearchParts, found: FoundQuestions, trial: Tried, store: AnswerStore) -> tuple[JudgeRemark, ...]:
    """What is to be said of the judges, by their trial and by what they said of the points of the search."""
    who = parts.who
    every = [*found.tried, *found.seeds, *found.questions, *found.blind]
    points = dict.fromkeys(point for each in every for reply in each.replies if reply for point in reply.points)
    verdicts = judged(cases_of(list(points), TEN), panel_of(who.judges))
    # All of it is stored: what failed has failed, and is no verdict.
    (said,) = conduct([Named("verdicts", verdicts)], who.cast, store, None, ConductOptions(replaying=True))
    subjects = list(dict.fromkeys(who.cast[person.to].id for person in who.final))
    return remarks(trial, said, who.judges, subjects)


def _written(folder: Path, parts: _SearchParts, found: FoundQuestions, told: Sequence[JudgeRemark]) -> tuple[Json, str]:
    options, material, who = parts.settings.options, parts.material, parts.who
    names = [person.name for person in who.final]
    document: Json = {
        "dry_run": False,
        "out": str(folder),
        "source": material.source,
        "objective": options.objective,
        "options": asdict(options),
        "respondents": names,
        "searching": [person.name for person in who.searching],
        "judges": sorted(who.judges.values()),
        "judge_remarks": [asdict(each) for each in told],
        "cautions": _cautions(parts, found),
        "embedder": parts.embedder.id,
        "budget": list(parts.costs),
        "n_questions": len(found.questions),
        "pulls": sum(found.pulls.values()),
        "repeated": found.repeated,
        "unheard": found.unheard,
        "unwritten": found.unwritten,
        "rewritings": found.rewritings,
        "similarity": None if np.isnan(found.similarity) else found.similarity,
        "informativeness": improvement(found.seeds, found.questions),
        "telling": [],
    }
    if options.objective == "reasons":
        document |= reported(found.questions, names, TEN, RatingOptions(), options.seed)
        document["priming"] = primed(document["scores"], _primed_pairs(parts))
        form = "published" if material.source == "questions" else "plain"
        if material.source != "clips":
            told_of: Json = {"form": form, "judges": document["judges"], "options": document["options"]}
            write_questions(folder / QUESTIONS, found.questions, names, TEN, told_of)
            document["questions"] = str(folder / QUESTIONS)
    if found.blind:
        shown = [each for each in found.questions if each.stem.shown]
        document["visual_informativeness"] = by_frames(shown, found.blind)
    if material.source == "clips":
        document |= _sharpened(folder, parts, found)
    _clear_outdated(folder, document)
    text = json.dumps(document, indent=1, ensure_ascii=False)
    with storage_errors(folder / REPORT):
        write_durably(folder / REPORT, f"{text}\n".encode())
    return document, _in_words(document)


def _clear_outdated(folder: Path, document: Json) -> None:
    """Remove what an earlier search wrote into the folder and this one did not: it would be taken for this one's."""
    try:
        earlier = read_json(folder / REPORT, "report of a search")
    except InputError:  # there was no search, or it wrote nothing that names such files
        return
    for kind, name in (("questions", QUESTIONS), ("stimuli", STIMULI)):
        if isinstance(earlier, Mapping) and kind in earlier and kind not in document:
            with storage_errors(folder / name):
                (folder / name).unlink(missing_ok=True)


def _cautions(parts: _SearchParts, found: FoundQuestions) -> list[str]:
    """Why final scores must not be read as they stand."""
    who = parts.who
    if parts.settings.options.objective != "liking":
        cautions = []
        if same := found.repeating(len(who.searching)):
            told = f"{same} of {len(who.searching)} respondents who chose questions say the same again, word for word"
            cautions.append(f"{told}: questions look more telling by them than they are")
        searched_by = {person.name for person in who.searching}
        if roles := sum(role in searched_by for _, role, _ in _primed_pairs(parts)):
            told = f"{roles} of the roles that are told to hold a value chose the questions, too"
            cautions.append(f"{told}: these tell roles apart, and what a role moves looks larger than it is")
        return cautions
    chose = f"{len(who.searching)} of {len(who.final)} respondents who score clips chose them by the same answers"
    return [f"{chose}: these look more telling than they are"]


def _primed_pairs(parts: _SearchParts) -> list[tuple[str, str, str]]:
    """Respondents as themselves, in a role, and the value that the role holds most; roles without one are left out."""
    bare = {person.to: person.name for person in parts.who.final if person.role.is_bare}
    found = []
    for person in parts.who.final:
        target = parts.who.targets.get(person.role.persona, {})
        if target and max(target.values()) > 0:
            found.append((bare[person.to], person.name, max(target, key=lambda value: target[value])))
    return found


def _sharpened(folder: Path, parts: _SearchParts, found: FoundQuestions) -> Json:
    """The set of clips that tells most of every value, out of all that were tried."""
    rows = parts.material.rows
    liked = [each for each in found.tried if each.liking and each.score]
    final = [each for each in found.questions if each.liking]
    telling = sorted(final, key=lambda each: -each.total)[:_SHOWN]
    told: Json = {
        "tried": len(found.tried),
        "telling": [
            {
                "question": each.stem.id,
                "value": rows[each.stem.id].value,
                "score": asdict(each.score) if each.score else {},
                "answers": [
                    {"respondent": person.name, "log_odds": number if np.isfinite(number) else None}
                    for person, number in zip(parts.who.final, each.liking, strict=True)
                ],
            }
            for each in telling
        ],
    }
    if not liked:
        return {} if parts.settings.options.objective == "reasons" else told
    values = [rows[each.stem.id].value for each in liked]
    liking = np.array([each.liking for each in liked]).T
    heard = np.isfinite(liking).any(axis=1).tolist()
    if sum(heard) < FEWEST:
        return told | {"why": f"no set of clips: fewer than {FEWEST} respondents said how they like any"}
    chosen = [liked[place] for place in sharpest(liking, values, parts.settings.clips)]
    if not chosen:
        return told | {"why": "no set of clips: respondents do not like clips differently by their values"}
    path = folder / STIMULI
    searching = [person.name for person, said in zip(parts.who.searching, heard, strict=True) if said]
    made: Json = {"objective": "liking", "respondents": searching}
    scores = {each.stem.id: each.total for each in chosen}
    write_stimuli(path, [rows[each.stem.id] for each in chosen], scores, made)
    found_for = {rows[each.stem.id].value for each in chosen}
    lacking = [value for value in dict.fromkeys(values) if value not in found_for]
    worth = clips_worth(liking, values, parts.settings.clips)
    told |= {"stimuli": str(path), "n_clips": len(chosen), "without_clips": lacking}
    return told | {"asks": asks_saved(len(chosen), worth)}


def _costs(most: Budget, who: People, settings: SearchSettings, named: Mapping[str, str], pictures: int) -> list[Json]:
    """What every role is asked at most, with tokens and money as far as they are known.

    Args:
        most: Asks of each role.
        who: Who plays it.
        settings: Prices, and how models are loaded.
        named: Each model as it is asked to the spec that it was named by, where prices, samples and thinking stand.
        pictures: That respondents are shown with a question, at most; judges see none.
    """
    prices = load_prices(settings.prices)
    rows: list[Json] = []
    for role, asks in most.asks.items():
        player, judging = who.cast[role], role.startswith(JUDGE)
        cost = spending(named[_asked_as(player)], prices, settings.loading)
        # Of a model that was tried out more is known than its spec tells: that samples are drawn, one by one perhaps.
        replies = (player.replies if isinstance(player, TriedModel) else None) or cost.replies
        chooses = judging or settings.options.objective == "liking"
        shown = 0 if judging else pictures * (cost.tiles.most if cost.tiles else MOST_PER_PICTURE)
        prompt = asks * (most.letters[role] // _LETTERS_A_TOKEN + shown) * (replies.prompts if chooses else 1)
        reply = asks * (replies.answers if chooses else 1) * (most.reply[role] + replies.thinking)
        row = {"role": role, "model": player.id, "asks": asks, "prompt_tokens": prompt, "reply_tokens": reply}
        rows.append(row | {"dollars": cost.dollars(prompt, reply), "prices": cost.prices})
    return rows


def _asked_as(model: Model) -> str:
    """A model with everything that can change its answers: a judge may be a respondent that is asked in another way."""
    return canonical_json(respondent_content(model))


def _budget_lines(costs: Sequence[Json]) -> list[str]:
    total = sum(row["asks"] for row in costs)
    known = [row["dollars"] for row in costs if row["dollars"] is not None]
    money = in_dollars(sum(known)) if len(known) == len(costs) else "unknown for some models"
    lines = [f"at most {total:,} asks; cost {money}"]
    for row in filter(lambda row: row["asks"], costs):
        dollars = "price unknown" if row["dollars"] is None else in_dollars(row["dollars"])
        lines.append(f"  {row['role']} ({row['model']}): {row['asks']:,} asks at most, {dollars}")
    return lines


def _in_words(document: Json) -> str:
    found = document["informativeness"]
    share, mean, seeds = (found[name] for name in ("share_above", "mean_questions", "mean_seeds"))
    low, high = found["share_above_low"], found["share_above_high"]
    ends = f", no interval: {found['share_above_why']}" if low is None else f" [{low:+.1%}, {high:+.1%}]"
    above = "" if share is None else f", {share:+.1%} of the seeds'{ends}"
    what = "divergence of liking (hundredths of a bit)" if document["objective"] == "liking" else "S"
    lines = [
        f"{document['n_questions']:,} {document['source']} in {document['pulls']:,} pulls; mean {what} "
        f"{'-' if mean is None else f'{mean:.2f}'} (seeds {'-' if seeds is None else f'{seeds:.2f}'}{above})"
    ]
    if document["unwritten"]:
        lines.append(f"{document['unwritten']:,} replies of models that write were no question in the form asked for")
    if document["unheard"]:
        few = f"{document['unheard']:,} {document['source']} have no score"
        lines.append(f"{few}: fewer than two respondents, or too few judges, said anything")
    for each in flagged(JudgeRemark(**row) for row in document["judge_remarks"]):
        lines.append(f"caution: {each.statement}")
    lines += [f"caution: {each}" for each in document["cautions"]]
    if document.get("scores"):
        header = ("respondent", *(TEN.label(value) for value in TEN.dimensions))
        scores = document["scores"]
        cells = [(row["respondent"], *(_short(row[value], 1) for value in TEN.dimensions)) for row in scores]
        lines += ["", table(header, cells)]
        trusted = document["reliability"]
        numbers = ("alpha", "variation", "between_models", "between_models_centred", "within_models")
        lines.append(", ".join(f"{name} {_short(trusted[name])}" for name in numbers))
        for side, row in document["priming"].items():
            told = f"{row['before']:.1f} -> {row['after']:.1f}, t {_short(row['t'])}, p {chance(row['p'])}"
            roles = row["by_role"]
            apart = f"; by {roles['n']} means of roles p {chance(roles['p'])}" if roles["n"] < row["n"] else ""
            lines.append(f"told to hold a value, {side}: {told} ({row['n']} pairs{apart})")
    if "visual_informativeness" in document:
        frames = document["visual_informativeness"]
        ends = "" if frames["added_low"] is None else f" [{frames['added_low']:+.2f}, {frames['added_high']:+.2f}]"
        lines.append(f"frames add {_short(frames['added'])}{ends} to S, over {frames['clips']} clips")
    for row in document["telling"][:5]:
        lines.append(f"{row['score'].get('total', 0.0):.2f}  {row['question']}")
    if "stimuli" in document:
        chosen = quote(str(document["stimuli"]))
        lines.append(f"{document['n_clips']} clips: valuespectrum bench --stimuli {chosen} --corpus DIR")
        lines.append(saving_in_words(document["asks"]))
        if lacking := [TEN.label(value) for value in document["without_clips"]]:
            lines.append(f"no clip tells respondents apart by {', '.join(lacking)}: the set has none for it")
    if "why" in document:
        lines.append(document["why"])
    return "\n".join(lines)


def _short(number: float | None, digits: int = 3) -> str:
    return "-" if number is None else f"{number:.{digits}f}"
