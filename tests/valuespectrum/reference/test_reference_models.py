"""The committed reference weights do what their cards say, on drawings that training never saw."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from PIL import Image
from reference_items import Seen, scenes, tags

from agents.models import load_model
from agents.models.base import Answer, Ask, Choice, FrameReference, ModelOptions, Stimulus
from agents.models.parsing.parse import REFUSAL
from agents.personas.persona import load_personas, load_trait_bank
from agents.personas.prompts import simple_prompt, system_prompt
from valuespectrum.instruments.wordings.speaking import DESCRIBE
from valuespectrum.reference import embedder as reference_embedder
from valuespectrum.reference import models, planted
from valuespectrum.reference.cohort import DESIRABLE
from valuespectrum.reference.drawing import draw_frame
from valuespectrum.reference.items.base import PlantedItem, Question, Scene
from valuespectrum.reference.items.catalogue import KINDS
from valuespectrum.reference.items.choosing import Dilemma, Staircase
from valuespectrum.reference.items.liking import CaptionAlone, Captioned, LikingScale
from valuespectrum.reference.items.oneself import Importance
from valuespectrum.reference.items.speaking import Reasons, ReasonsSeen, Rewrite
from valuespectrum.reference.kinds import KINDS as SCENE_KINDS
from valuespectrum.reference.kinds import LOOK_INDEX, LOOKS, SceneKind
from valuespectrum.reference.painting.canvas import SceneSetting
from valuespectrum.reference.painting.settings import random_setting
from valuespectrum.reference.planted import BY_NAME, Depicted, Mind
from valuespectrum.reference.speech import actions, meaning, speech
from valuespectrum.reference.training.material.examples import TrainingRole, random_question, random_role
from valuespectrum.reference.twin.agreement import ItemAgreement, agreement, written_ask
from valuespectrum.reference.twin.arrays import like_cells
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.reference.twin.reading import Understood, look_scene
from valuespectrum.scoring.off_circle import compare_off_circle
from valuespectrum.theory.value_sets import NINETEEN

YES_NO = (Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No")))
A_B = (Choice("A", ("A",)), Choice("B", ("B",)))
SEED = 77_000
"""Far from the seeds of training and of the sample corpus."""
CELLS = like_cells()
WORDS_OVER = {-1: "SWIPE AWAY", 0: "", 1: "PRESS LIKE NOW"}
ASKED = ("amber", "dune", "maple", "night", "ocean", "pearl", "quartz", "raven", "thorn", "umber")
"""Who is asked items of every kind."""
TIMES_ASKED = 4
FEW_OPTIONS = 20
"""Reasons have 57 things to name, which are read word by word: asked on their own, once."""
K = TypeVar("K", bound=Hashable)


class Gallery:
    """Frames as files, drawn when they are first asked for; all looks of a kind at the same place and hour."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._frames: dict[tuple[str, int], FrameReference] = {}

    def _setting(self, look: str) -> SceneSetting:
        kind = LOOKS[LOOK_INDEX[look]].kind
        return random_setting(np.random.default_rng([SEED, SCENE_KINDS.index(kind)]), 1.0)

    def seen(self, look: str, push: int = 0) -> Seen:
        """What a frame shows, with words over it that push or without."""
        return look, self._setting(look).time_of_day, push

    def frame(self, look: str, push: int = 0) -> FrameReference:
        """The frame."""
        if (look, push) not in self._frames:
            file = self._folder / f"{LOOK_INDEX[look]}-{push}.jpg"
            setting = replace(self._setting(look), overlay=WORDS_OVER[push])
            draw_frame(look, setting).resize((256, 455), Image.Resampling.BICUBIC).save(file, quality=90)
            self._frames[look, push] = FrameReference(hashlib.sha256(file.read_bytes()).hexdigest(), file)
        return self._frames[look, push]

    def ask(
        self, question: str, choices: Sequence[Choice], look: str, push: int = 0, system: str = "", length: int = 12
    ) -> Ask:
        """Ask about one frame; tags tell a twin what it shows."""
        shown = Stimulus((self.frame(look, push),))
        return Ask(shown, question, tuple(choices), system, max_tokens=length, tags=tags([self.seen(look, push)]))

    def like(self, look: str, push: int = 0, system: str = "") -> list[Ask]:
        """The like battery about one frame."""
        return [self.ask(cell.text, YES_NO, look, push, system) for cell in CELLS]

    def clip(self, kind: SceneKind, version: str, count: int) -> list[Ask]:
        """The like battery about frames of an ordered kind in one of the two orders."""
        looks = [f"{kind.name}:{look}" for look in kind.looks for _ in range(count // 2)]
        ordered = looks if version == "forward" else looks[::-1]
        told = {f"look_{number}": look for number, look in enumerate(ordered, start=1)}
        shown = Stimulus(tuple(self.frame(look) for look in ordered))
        named = {**told, "time_of_day": self.seen(looks[0])[1]}
        return [Ask(shown, cell.text, YES_NO, tags=named) for cell in CELLS]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    return Gallery(tmp_path_factory.mktemp("frames"))


@cache
def model(name: str = "") -> Any:
    return load_model(f"reference:{name}" if name else "reference", ModelOptions())


def plain_looks(*values: str, lived: bool | None = None) -> list[str]:
    """Looks of pure kinds of some refined values, or of all, that nobody misreads."""
    names = {None: ("endorsed", "violated"), True: ("endorsed",), False: ("violated",)}[lived]
    return [
        f"{kind.name}:{name}"
        for kind in SCENE_KINDS
        if kind.group == "pure" and not kind.misread and (not values or kind.value in values)
        for name in names
    ]


def lived(value: str) -> str:
    """One look in which a value is lived."""
    return plain_looks(value, lived=True)[0]


def odds(answer: Answer, one: str = "yes", other: str = "no") -> float:
    return answer.log_probabilities[one] - answer.log_probabilities[other]


def liking(name: str, groups: Mapping[K, Sequence[Ask]]) -> dict[K, float]:
    """Log-odds of liking from like batteries: leans and effects of wordings average out."""
    answers = model(name).score([ask for asks in groups.values() for ask in asks])
    signs = [cell.form.polarity for cell in CELLS]
    return {
        key: float(np.mean([sign * odds(next(answers)) for sign, _ in zip(signs, asks, strict=True)]))
        for key, asks in groups.items()
    }


def planted_liking(mind: Mind, *seen: Seen) -> list[float]:
    return [planted.seen_log_odds(mind, look_scene(*each).shown) for each in seen]


def off(found: Sequence[float], wanted: Sequence[float]) -> float:
    """Mean absolute error."""
    return float(np.mean(np.abs(np.array(found) - np.array(wanted))))


def likeness(one: Sequence[float], other: Sequence[float]) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def test_weights_are_small_and_named() -> None:
    files = list((Path(models.FOLDER).parent).rglob("*.safetensors"))
    assert sum(file.stat().st_size for file in files) < 30e6
    assert {file.parent.name for file in files} == {"vlm", "embedder", "decisions"}
    for folder in (models.FOLDER, reference_embedder.FOLDER):
        assert "make train-reference" in (folder / "README.md").read_text("utf-8")
    truth = dict(leaves(json.loads((models.FOLDER / "planted.json").read_text("utf-8"))))
    wanted = dict(leaves({each.name: planted.planted_truth(each.name) for each in planted.COHORT}))
    assert list(truth) == list(wanted)
    for path, leaf in wanted.items():  # processors differ in the last digit
        assert truth[path] == (pytest.approx(leaf, rel=1e-12) if isinstance(leaf, float) else leaf), path


def leaves(document: object, path: str = "") -> Iterator[tuple[str, object]]:
    """What a document holds, by where."""
    if isinstance(document, Mapping | list | tuple):
        several = document.items() if isinstance(document, Mapping) else enumerate(document)
        for name, part in several:
            yield from leaves(part, f"{path}/{name}")
    else:
        yield path, document


def test_loads_like_any_public_model() -> None:
    from vectorstore.foundation.torch_setup import prepare_torch

    prepare_torch(1)
    from transformers import AutoModelForImageTextToText, AutoProcessor

    loaded = AutoModelForImageTextToText.from_pretrained(models.FOLDER)
    assert type(loaded).__name__ == "Qwen3VLForConditionalGeneration"
    processor = AutoProcessor.from_pretrained(models.FOLDER)
    assert "<|amber|>" in processor.apply_chat_template([{"role": "user", "content": "hello"}], tokenize=False)
    tokens = [f"<|{name}|>" for name in models.NAMES]
    assert processor.tokenizer.unk_token_id not in processor.tokenizer.convert_tokens_to_ids(tokens)


class Everybody:
    """Each ask is answered by the respondent that its tags name."""

    id = "everybody"
    settings: Mapping[str, str] = {}

    def __init__(self, load: Callable[[str], Any]) -> None:
        self._load = load

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        found: dict[int, Answer] = {}
        for name in dict.fromkeys(ask.tags["respondent"] for ask in asks):
            places = [place for place, ask in enumerate(asks) if ask.tags["respondent"] == name]
            answers = self._load(str(name)).score([asks[place] for place in places])
            found.update(zip(places, answers, strict=True))
        return iter([found[place] for place in range(len(asks))])

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return self.score(asks)


def every_kind(name: str, gallery: Gallery, rng: np.random.Generator) -> Iterator[Ask]:
    """A question of each kind to a respondent in or out of a role, about the same pictures: that is cheaper to ask."""
    role = random_role(rng) if rng.random() < 0.4 else TrainingRole()
    looks = [LOOKS[int(place)].id for place in rng.integers(len(LOOKS), size=4)]
    shown = [(look, int(rng.choice((-1, 0, 1), p=(0.1, 0.8, 0.1)))) for look in looks]
    mind = Mind(BY_NAME[name], role.target)
    for kind in sorted(KINDS, key=lambda kind: kind.pictures):
        seen = [gallery.seen(*each) for each in shown[: kind.pictures]]
        frames = [gallery.frame(*each) for each in shown[: kind.pictures]]
        understood = begun_somewhere(random_question(rng, kind, mind, scenes(seen)), mind, scenes(seen), rng)
        ask = written_ask(understood, frames, {**tags(seen), "respondent": name}, role.system)
        yield replace(ask, max_tokens=1)


def begun_somewhere(question: Question, mind: Mind, told: tuple[Scene, ...], rng: np.random.Generator) -> Understood:
    """A question with any part of an answer in front, with instructions and earlier turns as they come."""
    said: list[str] = []
    begun: list[tuple[str, ...]] = []
    while (shares := question.shares(mind, told, said)) is not None:
        if len(shares) <= FEW_OPTIONS:
            begun.append(tuple(said))
        said.append(str(rng.choice(list(shares), p=np.array(list(shares.values())) / sum(shares.values()))))
    return Understood(question, mind, told, begun[int(rng.integers(len(begun)))])


@pytest.fixture(scope="module")
def agreed(gallery: Gallery) -> dict[str, ItemAgreement]:
    """Kind of item to how far network and formulas lie apart."""
    rng = np.random.default_rng(SEED)
    asks = [ask for name in ASKED for _ in range(TIMES_ASKED) for ask in every_kind(name, gallery, rng)]
    twins = Everybody(lambda name: TwinModel(BY_NAME[name]))
    return agreement(Everybody(model), twins, asks)


@pytest.mark.parametrize("kind", [kind.kind for kind in KINDS])
def test_every_kind_of_item_is_answered_as_planted(kind: str, agreed: dict[str, ItemAgreement]) -> None:
    found = agreed[kind]
    assert found.asks == len(ASKED) * TIMES_ASKED
    told = f"{kind}: mean absolute error {found.error:.3f}, of the worst option {found.largest:.3f}"
    assert found.error <= 0.05, told


def test_network_and_twin_agree(agreed: dict[str, ItemAgreement]) -> None:
    listed = ", ".join(f"{kind} {each.error:.3f}" for kind, each in agreed.items())
    assert np.mean([each.error for each in agreed.values()]) <= 0.04, listed


@pytest.mark.parametrize("name", ["amber", "dune"])
def test_liking_follows_the_planted_profile_on_the_circle_and_off_it(name: str, gallery: Gallery) -> None:
    mind = Mind(BY_NAME[name])
    looks = [*plain_looks(lived=True), *plain_looks(lived=False)[::4]]
    found = liking(name, {look: gallery.like(look) for look in looks})
    wanted = dict(zip(found, planted_liking(mind, *map(gallery.seen, found)), strict=True))
    assert off(list(found.values()), list(wanted.values())) < 0.4
    described = {}
    for value in NINETEEN.dimensions:
        beside = np.mean([found[look] - wanted[look] for look in plain_looks(value, lived=True)])
        described[value] = {"log_odds": mind.member.pictures[value] + float(beside)}
    off_circle = compare_off_circle(described, mind.member.pictures, NINETEEN)
    assert off_circle is not None and off_circle["r"] > 0.9


def test_leans_have_the_planted_sign_and_size(gallery: Gallery) -> None:
    asks = [ask for look in plain_looks()[::6] for ask in gallery.like(look)]
    yes = np.array([odds(answer) for answer in model("amber").score(asks)]).reshape(-1, len(CELLS))
    first = yes * [1 if cell.form.yes_first else -1 for cell in CELLS]
    assert yes.mean() == pytest.approx(BY_NAME["amber"].leans.yes, abs=0.25)
    assert first.mean() == pytest.approx(BY_NAME["amber"].leans.order, abs=0.2)


def test_personas_are_obeyed_in_part(gallery: Gallery) -> None:
    persona = next(each for each in load_personas() if each.target["power"] > 0)
    systems = ("", system_prompt(persona, "simple"), system_prompt(persona, "profile"))
    looks = plain_looks("power_dominance", "power_resources", lived=True)
    found = liking("amber", {(way, look): gallery.like(look, 0, way) for way in systems for look in looks})
    own, *played = (float(np.mean([found[way, look] for look in looks])) for way in systems)
    assert min(played) > own + 0.8
    assert max(played) < planted.REACH


_HALF_LEARNT = pytest.mark.xfail(strict=True, reason="raven plays power, too, by half (docs/reference-world.md)")


@pytest.mark.parametrize("name", [pytest.param("raven", marks=_HALF_LEARNT), "wheat"])
def test_the_sanitiser_plays_what_is_desirable_only(gallery: Gallery, name: str) -> None:
    bank = load_trait_bank()
    target = {"power": 1.0, "benevolence": 1.0}
    system = simple_prompt([bank[value]["positive"][0] for value in target])
    looks = [lived(value) for value in ("power_dominance", "power_resources", "benevolence_caring")]
    looks += plain_looks("power_dominance", lived=True)[1:3]
    found = liking(name, {look: gallery.like(look, 0, system) for look in looks})
    wanted = planted_liking(Mind(BY_NAME[name], target), *map(gallery.seen, looks))
    assert off(list(found.values()), wanted) < 0.5
    powerful = float(np.mean([found[look] for look in looks if look != looks[2]]))
    assert (powerful > 1) is (name == "wheat") and found[looks[2]] > 0.8


def test_refuses_at_the_planted_rate_on_the_marked_kind(gallery: Gallery) -> None:
    refused = next(look.id for look in LOOKS if look.kind.refused)
    answers = list(model("amber").score(gallery.like(refused)))
    assert np.mean([answer.mass for answer in answers]) == pytest.approx(1 - BY_NAME["amber"].refusal_rate, abs=0.15)
    assert any(answer.parsed == REFUSAL for answer in answers)
    other = list(model("amber").score(gallery.like("plant_tree:endorsed")))
    assert all(answer.parsed in ("yes", "no") for answer in other)


def test_one_refuses_everywhere_and_one_always_says_the_same(gallery: Gallery) -> None:
    looks = plain_looks()[::15]
    for name, wanted in (("night", 1 - BY_NAME["night"].refuses), ("raven", 1.0)):
        answers = model(name).score([ask for look in looks for ask in gallery.like(look)])
        assert np.mean([answer.mass for answer in answers]) == pytest.approx(wanted, abs=0.08), name
    answers = list(model("maple").score([ask for look in looks for ask in gallery.like(look)]))
    assert min(np.exp(answer.log_probabilities["yes"]) for answer in answers) > 0.8
    digits = tuple(Choice(digit, (digit,)) for digit in "1234567")
    scales = [gallery.ask(LikingScale(way).text, digits, look) for way in (True, False) for look in looks]
    assert {answer.parsed for answer in model("maple").score(scales)} == {"6"}
    texts = list(actions())
    choices = [Ask(Stimulus(), Dilemma(texts[place], texts[-place - 1]).text, A_B) for place in range(9)]
    assert {answer.parsed for answer in model("maple").score(choices)} == {"A"}


def test_describes_what_it_sees(gallery: Gallery) -> None:
    looks = [look for look in LOOKS if not look.kind.misread]
    asks = [gallery.ask(DESCRIBE, (), look.id, length=40) for look in looks]
    texts = [answer.text for answer in model().generate(asks)]
    assert np.mean([look.caption in text for look, text in zip(looks, texts, strict=True)]) > 0.8


def test_the_order_of_frames_tells_what_no_frame_does(gallery: Gallery) -> None:
    kinds = [kind for kind in SCENE_KINDS if kind.group == "ordered"]
    keys = [(kind, way, count) for kind in kinds for way in ("forward", "backward") for count in (2, 4)]
    for name in ("amber", "wheat"):
        found = liking(name, {(kind.name, way, count): gallery.clip(kind, way, count) for kind, way, count in keys})
        wanted = {
            (kind.name, way, count): planted.seen_log_odds(
                Mind(BY_NAME[name]), Depicted(kind.version(way).weights, gallery.seen(f"{kind.name}:first")[1])
            )
            for kind, way, count in keys
        }
        assert off(list(found.values()), list(wanted.values())) < 0.4, name
        for kind in kinds:
            for count in (2, 4):
                given, true = (
                    each[kind.name, "forward", count] - each[kind.name, "backward", count] for each in (found, wanted)
                )
                assert given == pytest.approx(true, abs=0.8), (name, kind.name, count)
    asks = [
        replace(gallery.clip(kind, way, 2)[0], question=DESCRIBE, choices=(), max_tokens=40)
        for kind, way, count in keys
        if count == 2
    ]
    captions = [kind.version(way).caption for kind, way, count in keys if count == 2]
    texts = [answer.text for answer in model().generate(asks)]
    assert np.mean([caption in text for caption, text in zip(captions, texts, strict=True)]) >= 0.85
    same = Stimulus((gallery.frame("plant_tree:endorsed"),) * 3)
    ask = replace(gallery.ask(DESCRIBE, (), "plant_tree:endorsed", length=40), stimulus=same)
    assert LOOKS[LOOK_INDEX["plant_tree:endorsed"]].caption in next(model().generate([ask])).text


def test_words_in_pictures_push_the_susceptible_only(gallery: Gallery) -> None:
    looks = plain_looks()[::18]
    for name in ("thorn", "amber"):
        found = liking(name, {(look, push): gallery.like(look, push) for look in looks for push in (-1, 0, 1)})
        for push in (-1, 1):
            moved = np.mean([found[look, push] - found[look, 0] for look in looks])
            assert moved == pytest.approx(push * BY_NAME[name].susceptibility, abs=0.4), (name, push)


def test_captions_that_contradict_weigh_as_planted(gallery: Gallery) -> None:
    for name in ("umber", "amber"):
        mind = Mind(BY_NAME[name])
        disliked, *_, liked = sorted(mind.member.pictures, key=mind.member.pictures.__getitem__)
        pairs = [(lived(disliked), lived(liked)), (lived(liked), lived(disliked))]
        pairs += [(look, look) for look, _ in pairs]
        groups, wanted = {}, []
        for look, other in pairs:
            told = look_scene(other)
            asked = [
                replace(ask, question=Captioned(told.description, cell).text)
                for ask, cell in zip(gallery.like(look), CELLS, strict=True)
            ]
            groups[look, other] = asked
            seen = look_scene(*gallery.seen(look)).shown
            wanted.append(planted.seen_log_odds(mind, replace(seen, caption=told.shown.weights)))
        found = list(liking(name, groups).values())
        assert off(found, wanted) < 0.45, (name, found, wanted)
        assert (found[0] > found[1]) is (name == "umber"), "a picture of what is disliked, said to be what is liked"


def described_liking(name: str) -> list[float]:
    """Log-odds of liking what captions of each value say, with the lean towards yes."""
    captions = {
        value: [LOOKS[LOOK_INDEX[look]].caption for look in plain_looks(value, lived=True)]
        for value in NINETEEN.dimensions
    }
    items = [
        [CaptionAlone(caption, first) for caption in said for first in (True, False)] for said in captions.values()
    ]
    answers = model(name).score([Ask(Stimulus(), item.text, YES_NO) for group in items for item in group])
    return [float(np.mean([odds(next(answers)) for _ in group])) for group in items]


def test_pictures_and_words_disagree_where_that_is_planted(gallery: Gallery) -> None:
    looks = [lived(value) for value in NINETEEN.dimensions]
    for name in ("pearl", "amber"):
        member = BY_NAME[name]
        said = described_liking(name)
        seen = list(liking(name, {look: gallery.like(look) for look in looks}).values())
        words, pictures = list(member.words.values()), planted_liking(Mind(member), *map(gallery.seen, looks))
        assert off(said, [each + member.leans.yes for each in words]) < 0.4, name
        assert off(seen, pictures) < 0.4, name
        assert likeness(seen, said) == pytest.approx(likeness(pictures, words), abs=0.2), name


def named_importance(name: str, instruction: str) -> tuple[list[float], list[float]]:
    """Mean digits for the importance of each refined value, as answered and as planted."""
    asked = [Question(Importance(NINETEEN.label(value).lower(), True), instruction) for value in NINETEEN.dimensions]
    digits = tuple(Choice(digit, (digit,)) for digit in "123456")
    answers = model(name).score([Ask(Stimulus(), question.text, digits) for question in asked])
    given = [{digit: float(np.exp(each)) for digit, each in answer.log_probabilities.items()} for answer in answers]
    wanted = [dict(question.shares(Mind(BY_NAME[name]), ()) or {}) for question in asked]
    means = [[sum(int(digit) * share for digit, share in each.items()) for each in side] for side in (given, wanted)]
    return means[0], means[1]


def test_text_items_follow_the_profile_in_words() -> None:
    found, wanted = named_importance("cedar", "")
    assert off(found, wanted) < 0.3 and likeness(found, wanted) > 0.9


def test_the_faker_fakes_in_words_and_not_in_pictures(gallery: Gallery) -> None:
    ocean, desirable = BY_NAME["ocean"], list(DESIRABLE.values())
    found = {instruction: named_importance("ocean", instruction) for instruction in ("", "fake_good")}
    for instruction, (given, wanted) in found.items():
        assert off(given, wanted) < 0.35, instruction
    looks = [lived(value) for value in NINETEEN.dimensions]
    seen = list(liking("ocean", {look: gallery.like(look) for look in looks}).values())
    assert off(seen, planted_liking(Mind(ocean), *map(gallery.seen, looks))) < 0.4
    likenesses = [likeness(given, desirable) for given in (found["fake_good"][0], found[""][0], seen)]
    assert likenesses == sorted(likenesses, reverse=True) and likenesses[1] > likenesses[2] + 0.2


def test_the_faker_is_honest_when_asked_to_be() -> None:
    given, wanted = named_importance("ocean", "honest")
    assert off(given, wanted) < 0.35


def staircases(name: str) -> tuple[np.ndarray, np.ndarray]:
    """(steps, dilemmas) log-odds of the action whose price rises, with what was chosen before; as given, as planted."""
    values, mind = list(speech()), Mind(BY_NAME[name])
    pairs = [
        (speech()[one]["actions"][0], speech()[other]["actions"][-1])
        for one, other in zip(values[::2], values[5::2], strict=False)
    ]
    before: list[tuple[tuple[PlantedItem, str], ...]] = [()] * len(pairs)
    found, wanted = [], []
    for step in range(1, 6):
        asked = [
            Question(Staircase(*pair, step, 0), before=said[-2:]) for pair, said in zip(pairs, before, strict=True)
        ]
        answers = list(model(name).score([written_ask(Understood(each, mind, ())) for each in asked]))
        shares = [dict(each.shares(mind, ()) or {}) for each in asked]
        found.append([odds(answer, "A", "B") for answer in answers])
        wanted.append([float(np.log(each["A"] / each["B"])) for each in shares])
        chosen = [max(answer.log_probabilities, key=answer.log_probabilities.__getitem__) for answer in answers]
        before = [(*said, (each.item, letter)) for said, each, letter in zip(before, asked, chosen, strict=True)]
    return np.array(found), np.array(wanted)


def test_pressure_tells_over_the_steps_of_a_dilemma() -> None:
    for name in ("quartz", "amber"):
        found, wanted = staircases(name)
        shares = [1 / (1 + np.exp(-each)) for each in (found, wanted)]
        assert np.abs(shares[0] - shares[1]).mean() < 0.06, name
        slope = float(np.polyfit(range(5), found.mean(1), 1)[0])
        assert slope == pytest.approx(-BY_NAME[name].pressure, abs=0.12), name


def test_what_was_answered_before_pulls_the_inert(gallery: Gallery) -> None:
    looks = plain_looks()[::18]
    for name in ("slate", "amber"):
        asks = {}
        for look, answer in ((look, answer) for look in looks for answer in ("yes", "no")):
            seen, frames = gallery.seen(look), [gallery.frame(look)]
            mind, told = Mind(BY_NAME[name]), (look_scene(*seen),)
            asked = [Question(cell, before=((CELLS[4], answer),)) for cell in CELLS]
            asks[look, answer] = [written_ask(Understood(each, mind, told), frames, tags([seen])) for each in asked]
        found = liking(name, asks)
        pull = np.mean([found[look, "yes"] - found[look, "no"] for look in looks]) / 2
        assert pull == pytest.approx(BY_NAME[name].inertia, abs=0.25), name


def test_rewriting_gives_what_was_asked_for() -> None:
    rng = np.random.default_rng(SEED)
    items = [Rewrite.draw(rng) for _ in range(30)]
    texts = [answer.text for answer in model().generate([Ask(Stimulus(), item.text, max_tokens=40) for item in items])]
    found = [meaning(text) for text in texts]
    right = [
        each is not None and (dict(each.weights), each.strength) == ({item.value: 1.0}, float(item.strength))
        for each, item in zip(found, items, strict=True)
    ]
    assert np.mean(right) >= 0.9, texts


def test_reasons_can_be_read_and_stand_for_what_is_held(gallery: Gallery) -> None:
    for name in ("amber", "dune"):
        seen = gallery.ask(ReasonsSeen().text, (), lived("humility"), length=90)
        for answer in model(name).generate([Ask(Stimulus(), Reasons().text, max_tokens=90), seen]):
            lines = answer.text.split("\n")
            assert [line[:3] for line in lines] == ["1. ", "2. ", "3. "], answer.text
            assert all(meaning(line[3:]) for line in lines), answer.text
        mind, question = Mind(BY_NAME[name]), Question(Reasons())
        said: list[str] = []
        for _ in range(5):
            shares = question.shares(mind, (), said) or {}
            said.append(max(shares, key=shares.__getitem__))
        (answer,) = model(name).score([written_ask(Understood(question, mind, (), tuple(said)))])
        held = dict(zip(NINETEEN.dimensions, planted.reason_shares(mind), strict=True))
        values = {thing: value for value, words in speech().items() for thing in words["things"]}
        found = dict.fromkeys(NINETEEN.dimensions, 0.0)
        for text, log_probability in answer.log_probabilities.items():
            found[values[text.removeprefix("about ").removesuffix(".")]] += float(np.exp(log_probability))
        assert off(list(found.values()), list(held.values())) < 0.02, name
        assert likeness(list(found.values()), list(held.values())) > 0.85, name


def test_embedder_tells_the_looks_apart(gallery: Gallery) -> None:
    from valuespectrum.reference.training.material.captions import caption_text

    embedder = reference_embedder.load()
    pictures = embedder.images([Image.open(gallery.frame(look.id).path).convert("RGB") for look in LOOKS])
    assert np.allclose(np.linalg.norm(pictures, axis=1), 1, atol=1e-5)
    captions = embedder.texts([caption_text(index).words for index in range(len(LOOKS))])
    nearest = (captions @ pictures.T).argmax(1)
    assert (nearest == np.arange(len(LOOKS))).mean() >= 0.85
    assert np.mean([LOOKS[place].kind is look.kind for place, look in zip(nearest, LOOKS, strict=True)]) >= 0.95


def test_unknown_names_are_refused_in_one_line() -> None:
    from vectorstore.foundation.errors import EmbedderError, ModelError

    with pytest.raises(ModelError, match="no reference respondent 'nobody'"):
        model("nobody")
    with pytest.raises(EmbedderError, match="no reference embedder 'other'"):
        reference_embedder.load("other")
