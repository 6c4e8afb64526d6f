"""Questions with their planted answers, as they are trained on.

One example is a prefix (identity, persona, pictures) with several branches, each a question and its answer.
Branches do not see each other, so one prefix teaches many answers at little more than the cost of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from agents.personas.persona import load_trait_bank
from agents.personas.placebo import load_facts
from agents.personas.prompts import LEVEL_WORDS, listed_prompt, profile_prompt, simple_prompt
from valuespectrum.instruments.wordings.speaking import STRENGTHS
from valuespectrum.reference import planted
from valuespectrum.reference.cohort import COHORT, CohortMember
from valuespectrum.reference.items.base import PlantedItem, Question, Scene, Shares, pick
from valuespectrum.reference.items.catalogue import BY_KIND, KINDS
from valuespectrum.reference.items.choosing import Staircase
from valuespectrum.reference.items.liking import Captioned, Describe, Like
from valuespectrum.reference.items.oneself import Importance, Portrait
from valuespectrum.reference.items.speaking import Rewrite
from valuespectrum.reference.kinds import KINDS as SCENE_KINDS
from valuespectrum.reference.kinds import LOOK_INDEX, LOOKS, TIMES_OF_DAY, Look
from valuespectrum.reference.planted import Depicted, Mind
from valuespectrum.reference.speech import reason, speech
from valuespectrum.theory.value_sets import NINETEEN
from valuespectrum.theory.values import VALUES

INSTRUCTED, HISTORY = 0.18, 0.15
"""Shares of stances that follow an instruction, and of like questions that follow an earlier one."""
SEEN_SHARE = 0.6
"""Share of beginnings in a role that show a clip."""
OVERLAID = 0.25
"""Share of pictures with words that say what to do."""
MOVED = 0.6
"""Share of earlier answers, instructions or words in the picture before those who answer to them."""
SEVERAL_FRAMES, IN_ORDER = 0.25, 0.5
"""Shares of clips that are shown in several frames, and among these of kinds that only the order of frames tells."""
TELLING = 3.0
"""How many times as often as others somebody is asked the kind of item that tells them from others."""
CLIPS_BEGUN = (1, 1, 1, 2, 4)
"""How many clips beginnings show, each as often: who likes one clip does not yet like each of four."""
IDLE = 0.1
"""Share of roles that say nothing about any value."""
SHARES: Mapping[str, float] = {
    "like": 9.0,
    "questionnaire term": 1.0,
    "rating": 2.0,
    "liking scale": 1.5,
    "captioned picture": 1.2,
    "caption alone": 1.8,
    "transcript alone": 1.0,
    "pair of pictures": 1.3,
    "best or worst of four": 1.3,
    "description": 3.0,
    "portrait": 3.0,
    "portrait in words": 1.2,
    "importance": 1.5,
    "moral foundation": 0.6,
    "everyday wish": 0.6,
    "forced choice": 1.5,
    "dilemma": 2.0,
    "staircase": 2.5,
    "two allocations": 1.2,
    "slider": 1.2,
    "viewer moves": 1.2,
    "three reasons": 0.6,
    "three reasons about a picture": 0.6,
    "value of a text": 1.5,
    "strength of a text": 1.0,
    "value of a picture": 1.5,
    "direction of a picture": 1.2,
    "rewriting": 0.5,
}
"""How often each kind of item is trained on, relative to the others."""
RAISED: Mapping[str, float] = {
    "like": 1.3,
    "value of a text": 0.8,
    "strength of a text": 1.5,
    "rewriting": 4.0,
    "description": 1.5,
    "value of a picture": 1.5,
    "direction of a picture": 4.0,
    "captioned picture": 3.5,
    "forced choice": 2.0,
    "staircase": 2.0,
    "pair of pictures": 6.0,
    "viewer moves": 6.0,
    "best or worst of four": 6.0,
    "moral foundation": 3.0,
    "everyday wish": 3.0,
}
"""Factors on these shares towards the end: what is still learnt slowly comes more often, what is known less."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One question with one answer, and the planted shares of what might have been said at each of its parts."""

    question: str
    """The last turn, with earlier turns of its own before it."""
    parts: tuple[tuple[Shares, str], ...]
    """Shares of what may be said next, and what was said; the shares follow from what was said before."""
    kind: str
    log_odds: float | None = None
    """The liking or preference behind the answer, before polarity and leans; ``None`` where there is none."""
    weights: Mapping[str, float] | None = None
    """Refined values that the question is about; ``None`` where that is not linear in the profile."""
    last: int = 0
    """Which way an earlier answer leans: towards yes or the first option (1), away (-1), or neither (0)."""
    among: tuple[str, ...] = ()
    """What else could have been said: where such texts part, the picture or the question decides."""


@dataclass(frozen=True, slots=True)
class TrainingFrame:
    """One frame to be shown."""

    look: int
    """Index into ``LOOKS``."""
    time: int
    """Index into ``TIMES_OF_DAY``."""
    push: int = 0
    """Words in it that say what to do: 1 like, -1 skip."""


@dataclass(frozen=True, slots=True)
class TrainingRole:
    """A persona prompt and the target profile that it expresses; no target for no persona."""

    system: str = ""
    target: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One respondent, in or out of a role, before pictures or none."""

    member: CohortMember
    role: TrainingRole
    pictures: tuple[TrainingFrame, ...]
    branches: tuple[Branch, ...]
    scenes: tuple[Scene, ...] = ()
    """What the pictures show: one scene for all frames of a clip."""

    def scene_ends(self) -> range:
        """The last picture of each clip: of one clip in several frames the last frame, else every picture."""
        return range(len(self.pictures) - len(self.scenes), len(self.pictures))

    def likings(self) -> list[float]:
        """Log-odds of liking each clip that is shown."""
        mind = Mind(self.member, self.role.target)
        return [planted.seen_log_odds(mind, scene.shown) for scene in self.scenes]

    def shown_weights(self) -> list[list[float]]:
        """What each clip that is shown stands for, (clips, 19)."""
        return [[scene.shown.weights.get(value, 0.0) for value in NINETEEN.dimensions] for scene in self.scenes]

    def profile(self) -> list[float]:
        """Log-odds of liking the nineteen values in pictures, then in words, in the role."""
        mind = Mind(self.member, self.role.target)
        return [level for medium in ("pictures", "words") for level in planted.profile(mind, medium).values()]


def random_role(rng: np.random.Generator) -> TrainingRole:
    """A persona of random traits, or a stated profile; now and then small facts, which leave everybody as they are."""
    if rng.random() < IDLE:
        return _idle_role(rng)
    if rng.random() < 0.6:
        chosen = rng.permutation(len(VALUES))[: rng.integers(1, 7)]
        target, traits = {}, []
        for index in chosen:
            value = VALUES[index]
            direction = "positive" if rng.random() < 0.65 else "negative"
            target[value] = 1.0 if direction == "positive" else -1.0
            bank = _trait_bank()[value][direction]
            count = 1 if rng.random() < 0.75 else 2
            traits += [bank[place] for place in rng.permutation(len(bank))[:count]]
        kept = [traits[place] for place in rng.permutation(len(traits))[:6]]
        said = {value: level for value, level in target.items() if _mentions(kept, value)}
        return TrainingRole(simple_prompt(kept), said)
    levels = tuple(LEVEL_WORDS)
    profile = {value: float(levels[rng.integers(len(levels))]) for value in VALUES}
    return TrainingRole(profile_prompt(profile), profile)


def _idle_role(rng: np.random.Generator) -> TrainingRole:
    """Facts about a life that say nothing about any value, in the form of traits or of importances."""
    facts = load_facts()
    stated = [facts[place].text.format(pick(rng, facts[place].states)) for place in rng.permutation(len(facts))]
    if rng.random() < 0.4:
        return TrainingRole(listed_prompt([f"the {each}" for each in stated[: len(VALUES)]]))
    lines = [[each] for each in stated[: rng.integers(1, 7)]]
    for each in stated[len(lines) : len(lines) + int(rng.integers(0, 7))]:
        lines[int(rng.integers(len(lines)))].append(each)
    return TrainingRole(simple_prompt([f"My {' and my '.join(line)}." for line in lines]))


@cache
def _trait_bank() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return load_trait_bank()


def _mentions(traits: list[str], value: str) -> bool:
    bank = _trait_bank()[value]
    return any(trait in bank["positive"] or trait in bank["negative"] for trait in traits)


@dataclass(frozen=True, slots=True)
class Mixture:
    """Shares of what is trained; the curriculum moves from the parts of the logic to their product."""

    personas: float
    """Share of examples in a role; the rest answers as itself."""
    others: float = 1.0
    """Factor on everything but questions about liking and portraits."""
    raised: float = 0.0
    """How far what is learnt slowly comes more often: the power of its factor in ``RAISED``."""
    special: float = 1.0
    """How many times as often as others those are asked who alone answer to something (``answers_to``)."""


THEMSELVES = Mixture(personas=0.0, others=0.5)
EVERYTHING = Mixture(personas=0.5)
FINISHING = Mixture(personas=0.5, raised=1.0, special=2.0)
ADAPTING = Mixture(personas=0.5, raised=1.3, special=2.5)


def random_beginning(rng: np.random.Generator, members: Sequence[CohortMember], roles: float) -> TrainingExample:
    """A beginning without any question: cheap practice in turning a role into a profile, and a clip into a liking.

    Args:
        rng: Source of randomness.
        members: Who may answer.
        roles: Share of beginnings in a role; a part of these shows no clip, the others one or several.
    """
    role = random_role(rng) if rng.random() < roles else TrainingRole()
    seen = not role.system or rng.random() < SEEN_SHARE
    member = pick(rng, members)
    count = pick(rng, CLIPS_BEGUN) if seen else 0
    pictures, scenes = random_scenes(rng, count, _often(OVERLAID, member.susceptibility))
    return TrainingExample(member, role, pictures, (), scenes)


def random_example(
    rng: np.random.Generator, members: Sequence[CohortMember], branches: int = 8, mixture: Mixture = EVERYTHING
) -> TrainingExample:
    """Draw one training example; with the full mixture every planted behaviour occurs."""
    member = _somebody(rng, members, mixture)
    role = random_role(rng) if rng.random() < mixture.personas else TrainingRole()
    telling = _telling_kind(member)
    count, lengthy = pick(rng, _groups(mixture, telling))
    pictures, scenes = random_scenes(rng, count, _often(OVERLAID, member.susceptibility))
    mind = Mind(member, role.target)
    kinds, shares = _kinds_in(count, lengthy, mixture, telling)
    # Long texts cost most, and several pictures can be compared in few ways only: other pictures teach more.
    asked = (branches + 1) // 2 if lengthy or count > 1 else branches
    drawn = tuple(
        random_branch(rng, BY_KIND[kinds[index]], mind, scenes) for index in rng.choice(len(kinds), asked, p=shares)
    )
    return TrainingExample(member, role, pictures, drawn, scenes)


def answers_to(member: CohortMember) -> bool:
    """Whether somebody answers to what leaves others as they are: earlier answers, pressure, words, captions, vices."""
    moved = (member.inertia, member.pressure, member.susceptibility, member.faking, member.sanitises)
    return any(moved) or _telling_kind(member) != ""


def _telling_kind(member: CohortMember) -> str:
    """The kind of item that tells somebody from others; empty if several or none do."""
    if member.pressure:
        return Staircase.kind
    return Captioned.kind if member.caption_weight != COHORT[0].caption_weight else ""


def _often(share: float, moved: float) -> float:
    """Share of something before somebody: higher if it moves them, for a rare trait is else hardly ever seen."""
    return MOVED if moved else share


def _somebody(rng: np.random.Generator, members: Sequence[CohortMember], mixture: Mixture) -> CohortMember:
    if mixture.special == 1:
        return pick(rng, members)
    weights = np.array([mixture.special if answers_to(member) else 1.0 for member in members])
    return members[int(rng.choice(len(members), p=weights / weights.sum()))]


_STANCES = ("like", "portrait", "importance", "portrait in words", "rating")
_LENGTHY = ("slider", "viewer moves", "three reasons", "three reasons about a picture", "rewriting", "staircase")
"""Kinds with long texts: they are put to the same respondents, so that short ones are not padded to their length."""


def _share(kind: str, mixture: Mixture, telling: str) -> float:
    raised: float = RAISED.get(kind, 1.0) ** mixture.raised
    share = SHARES[kind] * raised * (1.0 if kind in _STANCES else mixture.others)
    return TELLING * share if kind == telling else share


@cache
def _groups(mixture: Mixture, telling: str) -> Sequence[tuple[int, bool]]:
    """Number of pictures and whether texts are long, each as often as items need it, in hundredths."""
    weights: dict[tuple[int, bool], float] = {}
    for item in KINDS:
        group = item.pictures, item.kind in _LENGTHY
        weights[group] = weights.get(group, 0.0) + _share(item.kind, mixture, telling)
    total = sum(weights.values())
    return [group for group, weight in weights.items() for _ in range(round(100 * weight / total))]


@cache
def _kinds_in(pictures: int, lengthy: bool, mixture: Mixture, telling: str) -> tuple[Sequence[str], np.ndarray]:
    kinds = [item.kind for item in KINDS if item.pictures == pictures and (item.kind in _LENGTHY) == lengthy]
    weights = np.array([_share(kind, mixture, telling) for kind in kinds])
    return kinds, weights / weights.sum()


def random_scenes(
    rng: np.random.Generator, count: int, overlaid: float = OVERLAID
) -> tuple[tuple[TrainingFrame, ...], tuple[Scene, ...]]:
    """Pictures with what they show: one clip in one to eight frames, or several pictures of one frame each.

    Args:
        rng: Source of randomness.
        count: Number of clips.
        overlaid: Share of pictures with words that say what to do.
    """
    if count == 1:
        return _clip(rng, overlaid)
    drawn = [_frame(rng, pick(rng, LOOKS), overlaid) for _ in range(count)]
    return tuple(picture for picture, _ in drawn), tuple(scene for _, scene in drawn)


_ORDERED = [kind for kind in SCENE_KINDS if kind.group == "ordered"]


def _clip(rng: np.random.Generator, overlaid: float) -> tuple[tuple[TrainingFrame, ...], tuple[Scene, ...]]:
    frames = int(pick(rng, (2, 2, 3, 3, 4, 8))) if rng.random() < SEVERAL_FRAMES else 1
    kind = pick(rng, _ORDERED if frames > 1 and rng.random() < IN_ORDER else SCENE_KINDS)
    if kind.group != "ordered" or frames == 1:
        look = LOOKS[LOOK_INDEX[f"{kind.name}:{pick(rng, kind.looks)}"]]
        picture, scene = _frame(rng, look, overlaid)
        return (picture,) * frames, (scene,)
    version = pick(rng, kind.versions)
    looks = ["first"] * (frames // 2) + ["last"] * (frames - frames // 2)
    time, push = int(rng.integers(len(TIMES_OF_DAY))), _push(rng, overlaid)
    order = looks if version.name == "forward" else looks[::-1]
    pictures = tuple(TrainingFrame(LOOK_INDEX[f"{kind.name}:{look}"], time, push) for look in order)
    return pictures, (scene_of(version.weights, version.caption, time, push),)


def _push(rng: np.random.Generator, overlaid: float) -> int:
    return int(pick(rng, (-1, 1))) if rng.random() < overlaid else 0


def _frame(rng: np.random.Generator, look: Look, overlaid: float) -> tuple[TrainingFrame, Scene]:
    time, push = int(rng.integers(len(TIMES_OF_DAY))), _push(rng, overlaid)
    return TrainingFrame(LOOK_INDEX[look.id], time, push), frame_scene(look, time, push)


def frame_scene(look: Look, time: int, push: int = 0) -> Scene:
    """What a frame of a look shows, with how it is misread."""
    misread = None
    wrong = look.kind.misread
    if wrong is not None and look.name == "endorsed":
        misread = (wrong.share, _shown(LOOKS[LOOK_INDEX[wrong.look]].weights, time, push))
    return scene_of(look.weights, look.caption, time, push, refused=look.kind.refused, misread=misread)


def scene_of(
    weights: Mapping[str, float],
    caption: str,
    time: int,
    push: int = 0,
    refused: bool = False,
    misread: tuple[float, Depicted] | None = None,
) -> Scene:
    """A scene from what it shows."""
    words = tuple(TIMES_OF_DAY.values())[time]
    return Scene(_shown(weights, time, push, refused), f"{caption} {words}", misread)


def _shown(weights: Mapping[str, float], time: int, push: int, refused: bool = False) -> Depicted:
    return Depicted(weights, tuple(TIMES_OF_DAY)[time], push, refused=refused)


def random_branch(rng: np.random.Generator, form: type[PlantedItem], mind: Mind, scenes: Sequence[Scene]) -> Branch:
    """A question of one kind with an answer drawn from its planted shares."""
    question = random_question(rng, form, mind, scenes)
    said: list[str] = []
    parts: list[tuple[Shares, str]] = []
    while (shares := question.shares(mind, scenes, said)) is not None:
        texts, weights = list(shares), np.array(list(shares.values()))
        said.append(texts[int(rng.choice(len(texts), p=weights / weights.sum()))])
        parts.append((shares, said[-1]))
    meant = question.mind(mind)
    log_odds, about = question.item.log_odds(meant, scenes), question.item.weights(scenes)
    plain = question.instruction == "" and all(scene.misread is None for scene in scenes)
    return Branch(
        _turns(question),
        tuple(parts),
        form.kind,
        log_odds if plain else None,
        about if plain and log_odds is not None else None,
        meant.last,
        _possible(form),
    )


@cache
def _possible(form: type[PlantedItem]) -> tuple[str, ...]:
    """Whatever can be said to a kind of item that many texts answer, of which one is right."""
    return _descriptions() if form is Describe else _rewritings() if form is Rewrite else ()


def _rewritings() -> tuple[str, ...]:
    return tuple(
        reason(value, strength, place)
        for value in NINETEEN.dimensions
        for strength in range(1, len(STRENGTHS) + 1)
        for place in range(len(speech()[value]["things"]))
    )


def _descriptions() -> tuple[str, ...]:
    captions = {each.caption: None for kind in SCENE_KINDS for each in kind.versions}
    captions |= {look.caption: None for look in LOOKS}
    return tuple(f"{caption} {words}." for caption in captions for words in TIMES_OF_DAY.values())


def _turns(question: Question) -> str:
    """Everything that is said after the pictures, earlier turns first."""
    ends = "<|im_end|>\n<|im_start|>assistant\n", "<|im_end|>\n<|im_start|>user\n"
    return "".join(f"{item.text}{ends[0]}{answer}{ends[1]}" for item, answer in question.before) + question.text


def random_question(rng: np.random.Generator, form: type[PlantedItem], mind: Mind, scenes: Sequence[Scene]) -> Question:
    """An item of one kind, now and then with an instruction or after earlier items."""
    item = form.draw(rng)
    instruction = ""
    if form in (Like, Portrait, Importance) and rng.random() < _often(INSTRUCTED, mind.member.faking):
        instruction = pick(rng, ("honest", "fake_good"))
    before: tuple[tuple[PlantedItem, str], ...] = ()
    if isinstance(item, Staircase) and item.step > 1 and rng.random() < 0.6:
        asked = [Staircase(item.first, item.second, step, item.priced) for step in range(1, item.step)]
        before = tuple((each, pick(rng, ("A", "B"))) for each in asked[-2:])
    if isinstance(item, Like) and rng.random() < _often(HISTORY, mind.member.inertia):
        earlier = Like.draw(rng)
        before = ((earlier, pick(rng, (earlier.form.yes, earlier.form.no))),)
    return Question(item, instruction, before)


PROFILE_LENGTH = 2 * len(NINETEEN)
"""Numbers in the profile of an example."""
