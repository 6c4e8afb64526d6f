"""The search itself: choose an arm, have questions written, keep what is new, score it, rewrite while it gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agents.procedures.procedure import Procedure
from valuespectrum.instruments.adaem.asking import Answered, Answerer
from valuespectrum.instruments.adaem.bandit import Arms
from valuespectrum.instruments.adaem.novelty import StoredTexts, Texts
from valuespectrum.instruments.adaem.options import TellingLoopOptions
from valuespectrum.instruments.adaem.stems import Stem
from vectorstore.foundation.random_streams import stream


class Writer(Protocol):
    """Where questions come from; works for one search only."""

    rewrites: bool
    """Whether a question can be written again."""
    seeds: list[Stem]
    """Where arms begin, each named by ``Stem.arm``."""
    unwritten: int
    """Replies that were no question, nor a fact or a topic where one was asked for."""

    def invented(self, count: int) -> Procedure[list[Stem]]:
        """Further seeds; those that are not among ``seeds`` yet are added to them."""

    def written(self, arm: str, best: Sequence[Answered], count: int) -> Procedure[list[Stem]]:
        """New questions of an arm."""

    def rewritten(self, scored: Sequence[Answered]) -> Procedure[list[Stem | None]]:
        """Questions again."""


class QuestionScorer(Protocol):
    """What a question tells of respondents."""

    def scored(self, stems: Sequence[Stem], people: Sequence[Answerer], final: bool) -> Procedure[list[Answered]]:
        """Ask and score.

        Args:
            stems: Questions.
            people: Respondents.
            final: Whether answers are drawn anew, so that what chose a question is not what it is shown with.
        """


@dataclass(frozen=True)
class Search:
    """Everything that a search needs."""

    writer: Writer
    scorer: QuestionScorer
    texts: Texts
    people: Sequence[Answerer]
    """P1: they score while the search goes on, and write."""
    final: Sequence[Answerer]
    """P2: they give the scores that are told; models that are to be measured stay out of both."""
    options: TellingLoopOptions


@dataclass
class FoundQuestions:
    """What a search found."""

    seeds: list[Answered] = field(default_factory=list)
    """With the scores of the final respondents."""
    questions: list[Answered] = field(default_factory=list)
    """Those that were kept, likewise."""
    tried: list[Answered] = field(default_factory=list)
    """Everything that was scored, seeds first, with the scores of those who searched."""
    blind: list[Answered] = field(default_factory=list)
    """What was found about frames, asked again without them; empty where nothing was shown, or liking was asked."""
    pulls: dict[str, int] = field(default_factory=dict)
    """Arm to how often it was chosen."""
    repeated: int = 0
    """Questions that were too near to stored ones, or invented again."""
    unheard: int = 0
    """Questions that fewer than two respondents answered, or of which judges left open what they carry themselves."""
    unwritten: int = 0
    """Replies of those who write that were not in the form asked for."""
    rewritings: int = 0
    """Of them kept, because S rose."""
    similarity: float = float("nan")
    """Mean cosine of pairs of questions."""

    def repeating(self, searching: int) -> int:
        """Respondents of the search whose final answers are, word for word, those by which questions were chosen.

        Args:
            searching: How many respondents searched; they stand first among those of final scores.
        """
        chosen_by = {each.stem.id: each.replies for each in self.tried}
        count = 0
        for person in range(searching):
            both = [
                (chosen_by[each.stem.id][person], each.replies[person])
                for each in self.questions
                if each.stem.id in chosen_by and each.replies
            ]
            heard = [(before, after) for before, after in both if before is not None and after is not None]
            count += len(heard) > 1 and all(before == after for before, after in heard)
        return count


@dataclass
class _Arm:
    stem: Stem
    scored: list[Answered] = field(default_factory=list)


def searched(search: Search) -> Procedure[FoundQuestions]:
    """Search for telling questions.

    Args:
        search: Not begun yet; its writer is used up.
    """
    options, found = search.options, FoundQuestions()
    if options.invent:
        before = len(search.writer.seeds)
        invented = yield from search.writer.invented(options.invent)
        found.repeated += before + len(invented) - len(search.writer.seeds)
    arms = [_Arm(stem) for stem in search.writer.seeds]
    bandit, stored = Arms(len(arms), options.pulls, options.seed), StoredTexts(search.texts)
    stored.add([arm.stem.words for arm in arms if arm.stem.words])
    kept: list[Answered] = []
    known = {arm.stem.id for arm in arms}
    done = 0
    while done < options.pulls:
        places = bandit.chosen(min(options.at_once, options.pulls - done))
        if not places:
            break
        yield from _first_scores([arms[place] for place in places], search)
        new: list[Stem] = []
        for place in places:
            new += yield from _written(arms[place], place, done, search)
            found.pulls[arms[place].stem.id] = found.pulls.get(arms[place].stem.id, 0) + 1
        fresh = _novel(new, known, stored, search, found)
        scored = yield from search.scorer.scored(fresh, search.people, final=False)
        heard = [each for each in scored if each.score is not None]
        found.unheard += len(scored) - len(heard)
        if search.writer.rewrites:
            heard = yield from _refined(heard, search, found)
        heard = _first_of_each(heard, known, found)
        stored.add([each.stem.words for each in heard if each.stem.words])
        kept += heard
        for place in places:
            own = [each for each in heard if each.stem.arm == arms[place].stem.id]
            arms[place].scored += own
            bandit.learn(place, [each.total for each in own])
        done += len(places)
    best = sorted(kept, key=lambda each: -each.total)[: max(1, round(options.keep * len(kept)))]
    final = yield from search.scorer.scored([each.stem for each in best], search.final, final=True)
    seeds = [arm.stem for arm in arms if arm.stem.id in found.pulls]
    found.tried = [*(arm.scored[0] for arm in arms if arm.scored), *kept]
    found.seeds = yield from search.scorer.scored(seeds, search.final, final=True)
    found.questions = [each for each in final if each.score is not None]
    shown = [each.stem for each in found.questions if each.stem.shown]
    if shown and options.objective == "reasons":
        found.blind = yield from search.scorer.scored([stem.blind for stem in shown], search.final, final=True)
    found.similarity, found.unwritten = stored.mean_similarity(), search.writer.unwritten
    return found


def _first_scores(arms: Sequence[_Arm], search: Search) -> Procedure[None]:
    """Score the seeds of arms that are tried for the first time: they are the first to learn from."""
    new = [arm for arm in arms if not arm.scored]
    if new:
        scored = yield from search.scorer.scored([arm.stem for arm in new], search.people, final=False)
        for arm, each in zip(new, scored, strict=True):
            arm.scored.append(each)


def _written(arm: _Arm, place: int, step: int, search: Search) -> Procedure[list[Stem]]:
    """N2 times: a question of the arm is sampled, and every model of the search writes one to it."""
    options = search.options
    best = sorted(arm.scored, key=lambda each: -(each.total if each.score else -1e9))[: options.exemplars]
    rng = stream(options.seed, f"adaem/sampled/{place}", step)
    found: list[Stem] = []
    for _ in range(options.each):
        sampled = best[int(rng.integers(len(best)))]
        ordered = [sampled, *(each for each in best if each is not sampled)]
        written = yield from search.writer.written(arm.stem.id, ordered, len(search.people))
        found += written
    return found


def _novel(
    new: Sequence[Stem], known: set[str], stored: StoredTexts, search: Search, found: FoundQuestions
) -> list[Stem]:
    """Those that are near to nothing stored; those of one round are compared with each other, too.

    The same words again are never new, however far the next two questions are.
    """
    fresh: dict[str, Stem] = {}
    beside, most = StoredTexts(search.texts), search.options.most_alike
    for stem in new:
        # Rounding puts cosines of equal texts above 1, where nothing is too near.
        compared = stem.words and most < 1
        near = max(stored.nearness(stem.words), beside.nearness(stem.words)) if compared else 0.0
        if stem.id in known or stem.id in fresh or near > most:
            found.repeated += 1
            continue
        fresh[stem.id] = stem
        beside.add([stem.words] if stem.words else [])
    return list(fresh.values())


def _first_of_each(scored: Sequence[Answered], known: set[str], found: FoundQuestions) -> list[Answered]:
    """Those that are not known yet, and are from now on: rewriting may bring several questions to the same words."""
    first: list[Answered] = []
    for each in scored:
        if each.stem.id in known:
            found.repeated += 1
            continue
        known.add(each.stem.id)
        first.append(each)
    return first


def _refined(scored: Sequence[Answered], search: Search, found: FoundQuestions) -> Procedure[list[Answered]]:
    """Rewrite every question while that gains more than tau, at most so often; the best version stays."""
    best = list(scored)
    going = list(range(len(best)))
    for _ in range(search.options.deepest):
        if not going:
            break
        again = yield from search.writer.rewritten([best[place] for place in going])
        tries = [(place, stem) for place, stem in zip(going, again, strict=True) if stem is not None]
        rescored = yield from search.scorer.scored([stem for _, stem in tries], search.people, final=False)
        going = []
        for (place, _), each in zip(tries, rescored, strict=True):
            gain = each.total - best[place].total if each.score else float("-inf")
            if gain > 0:
                best[place] = each
                found.rewritings += 1
            if gain > search.options.gain:
                going.append(place)
    return best
