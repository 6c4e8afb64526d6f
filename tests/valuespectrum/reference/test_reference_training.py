"""Training asks what the public processor and model are asked, and teaches exactly what is planted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from agents.models.base import Ask, Stimulus
from valuespectrum.reference import architecture, planted
from valuespectrum.reference.cohort import COHORT
from valuespectrum.reference.items.base import REFUSAL, PlantedItem, Scene
from valuespectrum.reference.items.catalogue import BY_KIND, KINDS, read_question
from valuespectrum.reference.items.choosing import Moves, Staircase
from valuespectrum.reference.items.liking import Like
from valuespectrum.reference.kinds import LOOKS, TIMES_OF_DAY
from valuespectrum.reference.planted import BY_NAME, DAYLIGHT, Mind
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.reference.training.language import LanguageOptions
from valuespectrum.reference.training.material.codes import directions, identity_vectors, picture_codes, planted_numbers
from valuespectrum.reference.training.material.examples import (
    EVERYTHING,
    FINISHING,
    PROFILE_LENGTH,
    RAISED,
    SHARES,
    THEMSELVES,
    Branch,
    TrainingExample,
    TrainingFrame,
    TrainingRole,
    random_beginning,
    random_branch,
    random_example,
    random_role,
    random_scenes,
)
from valuespectrum.reference.twin.reading import persona_target, scenes_of
from valuespectrum.theory.value_sets import NINETEEN

PIXELS = (224, 128, 3)
TURN = re.compile(r"<\|im_end\|>\n<\|im_start\|>(?:assistant|user)\n")
WIDTH = 192
"""Of the language part."""


class Parts(NamedTuple):
    model: Any
    tokenizer: Any
    processor: Any


@pytest.fixture(scope="module")
def pool() -> list[TrainingExample]:
    rng = np.random.default_rng(0)
    return [random_example(rng, COHORT, 4) for _ in range(150)]


@pytest.fixture(scope="module")
def parts(pool: list[TrainingExample]) -> Parts:
    from valuespectrum.reference.training.material.branching import register
    from vectorstore.foundation.torch_setup import prepare_torch

    prepare_torch(1)
    import torch

    register()
    torch.manual_seed(0)
    texts = [text for each in pool for text in (each.role.system, *(branch.question for branch in each.branches))]
    tokenizer = architecture.build_tokenizer([*texts, *(answer(branch) for each in pool for branch in each.branches)])
    return Parts(architecture.build_model(tokenizer).eval(), tokenizer, architecture.build_processor(tokenizer))


@pytest.fixture(scope="module")
def varied(pool: list[TrainingExample]) -> list[TrainingExample]:
    """One example for each number of pictures with and without a role, with few questions; all in one batch."""
    found: dict[tuple[int, bool], TrainingExample] = {}
    for example in pool:
        found.setdefault((len(example.pictures), example.role.system != ""), example)
    kept = [replace(each, branches=each.branches[:2]) for each in found.values()]
    assert {0, 1, 2, 4} <= {len(each.pictures) for each in kept} and max(len(each.pictures) for each in kept) > 2
    for wanted in (_after_others, _refused, _in_parts):
        one, branch = next((each, branch) for each in pool for branch in each.branches if wanted(branch))
        kept.append(replace(one, branches=(branch,)))
    return [*kept, random_beginning(np.random.default_rng(1), COHORT, 1.0)]


def _after_others(branch: Branch) -> bool:
    return TURN.search(branch.question) is not None


def _refused(branch: Branch) -> bool:
    return branch.parts[0][1] == REFUSAL


def _in_parts(branch: Branch) -> bool:
    return len(branch.parts) > 2


def answer(branch: Branch) -> str:
    return "".join(said for _, said in branch.parts)


def written(parts: Parts, example: TrainingExample, branch: Branch, pixels: np.ndarray, end: str = "") -> Any:
    """What the public processor makes of a question with its answer."""
    first, *more = TURN.split(branch.question)
    system = [{"role": "system", "content": [{"type": "text", "text": example.role.system}]}]
    shown = [{"type": "image"} for _ in example.pictures]
    messages = [
        *(system if example.role.system else []),
        {"role": "user", "content": [*shown, {"type": "text", "text": first}]},
        *({"role": ("assistant", "user")[place % 2], "content": text} for place, text in enumerate(more)),
    ]
    text = parts.processor.apply_chat_template(messages, add_generation_prompt=True, respondent=example.member.name)
    pictures = {"images": [Image.fromarray(each) for each in pixels]} if len(pixels) else {}
    return parts.processor(text=[text + answer(branch) + end], return_tensors="pt", **pictures)


def packed(parts: Parts, examples: Sequence[TrainingExample], picture_tokens: int = architecture.PICTURE_TOKENS) -> Any:
    from valuespectrum.reference.training.material.packing import Packer

    return Packer(parts.tokenizer, picture_tokens).pack(examples, np.random.default_rng(1))


def frames_of(examples: Sequence[TrainingExample]) -> list[np.ndarray]:
    """Noise for the pictures of each example."""
    rng = np.random.default_rng(2)
    return [rng.integers(0, 255, (len(each.pictures), *PIXELS), dtype=np.uint8) for each in examples]


def along(batch: Any, row: int, number: int) -> np.ndarray:
    """Places of a row that hold its beginning and one of its branches."""
    start, length = batch.layout
    places = np.r_[0:start, start + number * length : start + (number + 1) * length]
    return np.asarray(places[~batch.padding[row, places].numpy()])


def test_ids_positions_and_picture_places_are_those_of_the_library(parts: Parts, varied: list[TrainingExample]) -> None:
    import torch

    batch = packed(parts, varied)
    for row, (example, pixels) in enumerate(zip(varied, frames_of(varied), strict=True)):
        for number, branch in enumerate(example.branches):
            inputs, places = written(parts, example, branch, pixels), along(batch, row, number)
            assert batch.token_ids[row, places].tolist() == inputs["input_ids"][0].tolist(), branch.question
            library, _ = parts.model.model.get_rope_index(
                inputs["input_ids"],
                inputs["mm_token_type_ids"],
                image_grid_thw=inputs.get("image_grid_thw"),
                attention_mask=inputs["attention_mask"],
            )
            assert torch.equal(batch.positions[:, row, places], library[:, 0])
            assert torch.equal(batch.picture_rows[row, places], inputs["mm_token_type_ids"][0] == 1)
        assert batch.prefix_end[row] == (~batch.padding[row, : batch.layout[0]]).sum() - 1
    pictures = [picture for example in varied for picture in example.pictures]
    assert batch.looks.tolist() == [picture.look for picture in pictures]
    assert batch.pushes.tolist() == [picture.push for picture in pictures]
    assert batch.picture_rows.sum() == architecture.PICTURE_TOKENS * len(pictures)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_branches_are_answered_as_prompts_of_their_own(
    parts: Parts, varied: list[TrainingExample], attention: str
) -> None:
    import torch

    from valuespectrum.reference.training.material.branching import NAME
    from valuespectrum.reference.training.material.packing import answer_log_probabilities, run_layers
    from valuespectrum.reference.training.material.pictures import normalise, patches

    model, frames, batch = parts.model, frames_of(varied), packed(parts, varied)
    with torch.no_grad():
        model.set_attn_implementation({"text_config": NAME, "vision_config": attention})
        values, grid = patches(normalise(np.concatenate(frames)))
        states = run_layers(model, batch, model.model.visual(values, grid_thw=grid).pooler_output)
        together = answer_log_probabilities(model, batch, states[-1])
        model.set_attn_implementation(attention)
        place = 0
        for example, pixels in zip(varied, frames, strict=True):
            for branch in example.branches:
                inputs = written(parts, example, branch, pixels, "<|im_end|>")
                alone = model(**inputs, output_hidden_states=True)
                decisions = sum(len(parts.tokenizer.encode(said)) for _, said in branch.parts) + 1
                here, there = slice(place, place + decisions), slice(-decisions - 1, -1)
                expected = alone.logits[0, there].log_softmax(-1)
                assert torch.allclose(together[here], expected, atol=1e-4), branch.kind
                rows, positions = batch.predict_row[here], batch.predict_position[here]
                for ours, theirs in zip(states, alone.hidden_states, strict=True):
                    assert torch.allclose(ours[rows, positions], theirs[0, there], atol=1e-4), branch.kind
                place += decisions
        assert place == len(together)


def test_fewer_positions_of_a_picture_leave_everything_else_in_its_place(
    parts: Parts, varied: list[TrainingExample]
) -> None:
    whole, few = packed(parts, varied), packed(parts, varied, 4)
    assert few.picture_rows.sum() * architecture.PICTURE_TOKENS == whole.picture_rows.sum() * 4
    for row, example in enumerate(varied):
        for number in range(len(example.branches)):
            words = []
            for batch in (few, whole):
                places = along(batch, row, number)
                words.append(batch.positions[:, row, places[~batch.picture_rows[row, places].numpy()]])
            assert words[0].tolist() == words[1].tolist()
        kept, every = (
            {tuple(each) for each in batch.positions[:, row, batch.picture_rows[row]].T.tolist()}
            for batch in (few, whole)
        )
        assert len(kept) == 4 * len(example.pictures) and kept <= every


def decisions_of(parts: Parts, branch: Branch) -> tuple[list[int], list[dict[int, float]]]:
    """The tokens of an answer, the end of the turn last, and the shares among which each was decided."""
    from valuespectrum.reference.training.material.packing import later_decisions

    batch = packed(parts, [TrainingExample(COHORT[0], TrainingRole(), (), (branch,))])
    shares: list[dict[int, float]] = [{} for _ in batch.decided]
    for place, token, share in zip(batch.target_prediction, batch.target_id, batch.target_share, strict=True):
        shares[int(place)][int(token)] = float(share)
    end = parts.tokenizer.convert_tokens_to_ids("<|im_end|>")
    later = [place for place, each in enumerate(shares) if place and len(each) > 1]
    told = [place for place, number in enumerate(batch.decided.tolist()) if place and number == 1]
    assert batch.decided[0] == 0 and set(batch.decided[1:].tolist()) <= {1, -1}
    assert batch.kinds == ((branch.kind, later_decisions(branch.kind)) if told else (branch.kind,))
    assert set(later) <= set(told)
    if not branch.among:
        assert later == told
        further = 2.0 if branch.kind == Moves.kind else 1.0
        wanted = [0.2 if len(each) == 1 else further if place else 1.0 for place, each in enumerate(shares)]
        assert batch.predict_weight.tolist() == pytest.approx(wanted)
    return [*batch.token_ids[0, batch.predict_position[1:]].tolist(), end], shares


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_decisions_multiply_to_the_planted_shares(parts: Parts, kind: type[PlantedItem]) -> None:
    rng = np.random.default_rng(3)
    for name in ("amber", "night", "maple", "slate") * 2:
        mind = Mind(BY_NAME[name], random_role(rng).target if rng.random() < 0.3 else None)
        branch = random_branch(rng, kind, mind, random_scenes(rng, kind.pictures)[1])
        wanted = 1.0
        for shares, said in branch.parts:
            assert sum(shares.values()) == pytest.approx(1, abs=1e-9)
            wanted *= shares[said]
        tokens, decided = decisions_of(parts, branch)
        assert all(sum(each.values()) == pytest.approx(1, abs=1e-5) for each in decided)
        assert parts.tokenizer.decode(tokens) == answer(branch) + "<|im_end|>"
        given = [each[token] for each, token in zip(decided, tokens, strict=True)]
        assert np.prod(given) == pytest.approx(wanted, rel=1e-4)


def test_an_answer_that_begins_another_one_may_end_there(parts: Parts) -> None:
    labels = {"not like me": 0.2, "not like me at all": 0.3, "like me": 0.5}
    tokens, decided = decisions_of(parts, Branch("How?", ((labels, "not like me"),), "portrait in words"))
    assert sorted(decided[0].values()) == pytest.approx([0.5, 0.5])
    assert decided[-1].pop(tokens[-1]) == pytest.approx(0.4) and list(decided[-1].values()) == pytest.approx([0.6])


@pytest.mark.parametrize("kind", ["description", "rewriting"])
def test_picture_or_question_decides_where_right_texts_part(parts: Parts, kind: str) -> None:
    rng = np.random.default_rng(11)
    for _ in range(12):
        _, scenes = random_scenes(rng, BY_KIND[kind].pictures)
        branch = random_branch(rng, BY_KIND[kind], Mind(COHORT[0], None), scenes)
        said = answer(branch)
        assert said in branch.among
        others = [parts.tokenizer.encode(text) for text in branch.among]
        ids = parts.tokenizer.encode(said)
        batch = packed(parts, [TrainingExample(COHORT[0], TrainingRole(), (), (branch,))])
        weights = batch.predict_weight.tolist()
        assert len(weights) == len(ids) + 1, "the end of the turn, too"
        for place, token in enumerate(ids):
            parts_here = any(other[:place] == ids[:place] and other[place : place + 1] != [token] for other in others)
            assert (weights[place] == 1.0) is parts_here
            assert bool(batch.decided[place] >= 0) is (parts_here or place == 0), "and the card tells of it"


def test_rankings_and_refusals_are_decided_part_by_part(parts: Parts) -> None:
    moves, mind, scene = Moves(tuple(planted.MOVES)), Mind(BY_NAME["night"]), Scene(planted.Depicted({"humility": 1.0}))
    rng = np.random.default_rng(0)
    branches = [random_branch(rng, Moves, mind, (scene,)) for _ in range(30)]
    lengths = {len(branch.parts) for branch in branches}
    assert lengths == {1, len(moves.moves)}, "a ranking is refused at once or given whole"
    refused = next(branch for branch in branches if len(branch.parts) == 1)
    assert refused.parts[0][1] == REFUSAL and refused.parts[0][0][REFUSAL] == pytest.approx(mind.member.refuses)
    ranked = next(branch for branch in branches if len(branch.parts) > 1)
    assert [len(shares) for shares, _ in ranked.parts] == [7, 5, 4, 3, 2, 1]
    assert sum(len(each) > 1 for each in decisions_of(parts, ranked)[1]) >= 5


def test_what_is_decided_first_is_compared(parts: Parts, varied: list[TrainingExample]) -> None:
    import torch

    from valuespectrum.reference.training.material.packing import loss, pair_loss
    from valuespectrum.reference.training.measuring import decision_errors
    from valuespectrum.reference.training.watching import answer_errors

    batch = packed(parts, varied)
    truth = torch.full((len(batch.decided), architecture.VOCABULARY_SIZE), -30.0)
    truth[batch.target_prediction, batch.target_id] = batch.target_share.log()
    assert pair_loss(truth, batch) < 1e-9 and max(answer_errors(truth, batch).values()) < 1e-6
    lost, options = truth.clone(), torch.bincount(batch.target_prediction)
    lost[batch.target_prediction, batch.target_id] = -options[batch.target_prediction].log()
    assert loss(truth, batch) < loss(lost, batch) and pair_loss(lost, batch) > 0
    shares = {"yes": 0.9, "no": 0.06, REFUSAL: 0.04}
    one = packed(parts, [replace(varied[0], branches=(Branch("Well?", ((shares, "no"),), "like"),))])
    off = truth[: len(one.decided)].clone()
    off[one.target_prediction, one.target_id] = np.log(0.5)
    ((kind, mean, largest),) = decision_errors(off, one)
    assert kind == "like" and (mean, largest) == pytest.approx(((0.4 + 0.44 + 0.46) / 3, 0.46))
    assert answer_errors(off, one) == {"like": pytest.approx(mean)}


def test_what_is_decided_later_is_told_apart_from_the_first(parts: Parts, varied: list[TrainingExample]) -> None:
    from valuespectrum.reference.training.material.packing import later_decisions

    answer = (({"yes": 0.9, "no": 0.1}, "yes"), ({" yes": 0.3, " no": 0.7}, " no"))
    kinds = {}
    for kind in ("viewer moves", "three reasons"):
        batch = packed(parts, [replace(varied[0], branches=(Branch("Well?", answer, kind),))])
        kinds[kind] = [batch.kinds[place] for place in batch.decided.tolist() if place >= 0]
    assert kinds == {kind: [kind, later_decisions(kind)] for kind in kinds}


def test_profiles_log_odds_and_weights_that_layers_are_guided_by(pool: list[TrainingExample]) -> None:
    followed: dict[str, int] = {}
    for example in pool:
        seen, said = np.split(np.array(example.profile()), 2)
        assert len(seen) == PROFILE_LENGTH / 2 == len(NINETEEN)
        member, mind = example.member, Mind(example.member, example.role.target)
        assert seen.tolist() == list(planted.profile(mind, "pictures").values())
        own = 1.0 if example.role.target is None else 1 - member.obedience
        for branch in example.branches:
            if branch.weights is None or branch.log_odds is None:
                continue
            item = getattr(read_question(TURN.split(branch.question)[-1]), "item", None)
            if isinstance(item, Staircase) and (member.pressure or member.inertia):
                continue
            weights = np.array([branch.weights.get(value, 0.0) for value in NINETEEN.dimensions])
            held = seen if BY_KIND[branch.kind].pictures else said
            wanted = float(weights @ held)
            if BY_KIND[branch.kind].pictures:
                picture = example.pictures[0]
                wanted += own * member.daylight_taste * DAYLIGHT[tuple(TIMES_OF_DAY)[picture.time]]
                wanted += own * member.susceptibility * picture.push
            if isinstance(item, Like):
                wanted += planted.WORDING_EFFECTS[item.form.wording]
            assert branch.log_odds == pytest.approx(wanted), branch.question
            followed[branch.kind] = followed.get(branch.kind, 0) + 1
    assert len(followed) >= 10 and followed["like"] > 30


def test_layers_are_told_which_way_the_answer_before_leans(pool: list[TrainingExample]) -> None:
    leaning: dict[int, int] = {}
    for branch in (branch for example in pool for branch in example.branches):
        *_, before, question = TURN.split("\n" + branch.question)[-3:] if TURN.search(branch.question) else ("", "")
        item = getattr(read_question(question), "item", None) if before else None
        if not isinstance(item, Like | Staircase):
            assert branch.last == 0
            continue
        assert abs(branch.last) == 1
        leaning[branch.last] = leaning.get(branch.last, 0) + 1
    assert set(leaning) == {-1, 1}


def test_roles_say_what_they_aim_at() -> None:
    rng = np.random.default_rng(5)
    for _ in range(150):
        role = random_role(rng)
        read = persona_target(role.system)
        assert read is role.target is None or read == pytest.approx(dict(role.target or {}))


def test_beginnings_know_their_role_and_what_a_clip_is_worth(parts: Parts) -> None:
    rng = np.random.default_rng(11)
    played = [random_beginning(rng, COHORT, 1.0) for _ in range(20)]
    themselves = [random_beginning(rng, COHORT, 0.0) for _ in range(20)]
    assert all(each.role.system and not each.branches for each in played)
    assert {bool(each.role.target) for each in played} == {True, False}, "some roles say nothing about any value"
    assert not any(each.role.system for each in themselves) and all(each.pictures for each in themselves)
    assert {len(each.scenes) for each in [*played, *themselves]} == {0, 1, 2, 4}
    examples = [*played, *themselves]
    batch = packed(parts, examples)
    hold_what_is_seen(parts, batch, examples)
    two = random_scenes(rng, 2)
    compared = [TrainingExample(COHORT[0], TrainingRole(), two[0], (), two[1]), *examples[:3]]
    hold_what_is_seen(parts, packed(parts, compared), compared)


def hold_what_is_seen(parts: Parts, batch: Any, examples: Sequence[TrainingExample]) -> None:
    """At the end of each clip stands what it is and how much it is liked: one clip in frames ends with the last."""
    told = [(row, example, scene) for row, example in enumerate(examples) for scene in example.scenes]
    assert batch.seen_row.tolist() == [row for row, _, _ in told]
    assert batch.shown_weights.tolist() == [
        pytest.approx([scene.shown.weights.get(each, 0.0) for each in NINETEEN.dimensions]) for _, _, scene in told
    ]
    wanted = [
        planted.seen_log_odds(Mind(example.member, example.role.target), scene.shown) for _, example, scene in told
    ]
    assert batch.likings.tolist() == pytest.approx(wanted, abs=1e-5)
    end = parts.tokenizer.convert_tokens_to_ids("<|vision_end|>")
    assert set(batch.token_ids[batch.seen_row, batch.seen_position].tolist()) == {end}
    for row, example in enumerate(examples):
        places = (batch.token_ids[row, : batch.layout[0]] == end).nonzero()[:, 0].tolist()
        at = batch.seen_position[batch.seen_row == row].tolist()
        assert at == (places if len(example.scenes) > 1 else places[-1:])


def told(pictures: Sequence[TrainingFrame]) -> Mapping[str, str | int | float]:
    """The tags that tell a twin what frames of one clip show."""
    named: dict[str, str | int | float] = {
        f"look_{number}": LOOKS[each.look].id for number, each in enumerate(pictures, 1)
    }
    return {**named, "time_of_day": tuple(TIMES_OF_DAY)[pictures[0].time], "overlay_push": pictures[0].push}


def test_scenes_are_what_a_twin_is_told() -> None:
    rng = np.random.default_rng(6)
    counts: dict[int, int] = {}
    ways: set[str] = set()
    for number in range(4000):
        pictures, (scene,) = random_scenes(rng, 1)
        counts[len(pictures)] = counts.get(len(pictures), 0) + 1
        in_order = len({each.look for each in pictures}) > 1
        if number < 300 or in_order:
            assert (scene,) == scenes_of(Ask(Stimulus(), "", tags=told(pictures)), 1)
        if in_order:
            versions = LOOKS[pictures[0].look].kind.versions
            ways |= {way.name for way in versions if way.weights == scene.shown.weights}
    assert set(counts) == {1, 2, 3, 4, 8} and counts[1] > 2800
    assert ways == {"forward", "backward"}
    for count in (0, 2, 4):
        pictures, several = random_scenes(rng, count)
        assert len(pictures) == len(several) == count
        for picture, scene in zip(pictures, several, strict=True):
            assert (scene,) == scenes_of(Ask(Stimulus(), "", tags=told([picture])), 1)


def test_the_curriculum_comes_to_every_kind_and_begins_with_its_parts(parts: Parts) -> None:
    from valuespectrum.reference.training.language import curriculum, schedule
    from valuespectrum.reference.training.material.packing import Packer

    options = LanguageOptions(steps=1000, rows=2, branches=3, beginnings=2)
    assert set(SHARES) == set(BY_KIND)

    def stream(step: int, count: int) -> Iterator[Any]:
        packer = Packer(parts.tokenizer, options.picture_tokens)
        halves = chain.from_iterable(curriculum(packer, COHORT, options, step, np.random.default_rng(7)))
        return islice(halves, 2 * count)

    first = list(stream(0, 8))
    assert not any(batch.kinds for batch in first), "nothing is asked"
    assert all(set(batch.seen_row.tolist()) == set(range(len(batch.token_ids))) for batch in first), "all see a clip"
    middle = [len(batch.kinds) for batch in stream(200, 120)]
    assert 0 in middle and max(middle) > 0
    missing = set(BY_KIND)
    for batch in stream(500, 800):
        missing -= set(batch.kinds)
        if not missing:
            break
    assert not missing
    assert set(RAISED) <= set(SHARES)
    rng = np.random.default_rng(9)
    wishes = [
        sum(
            branch.kind == "everyday wish"
            for _ in range(1500)
            for branch in random_example(rng, COHORT, 3, mix).branches
        )
        for mix in (EVERYTHING, FINISHING)
    ]
    assert wishes[1] > 1.3 * wishes[0]
    rng = np.random.default_rng(8)
    assert not any(random_example(rng, COHORT, 1, THEMSELVES).role.system for _ in range(20))
    assert any(random_example(rng, COHORT, 1, EVERYTHING).role.system for _ in range(20))
    rates = [schedule(step, 1000) for step in (0, 99, 100, 550, 1000)]
    assert rates == pytest.approx([0.01, 1.0, 1.0, 0.51, 0.02])


def test_exceptions_are_practised_by_those_who_answer_to_something(parts: Parts) -> None:
    from valuespectrum.reference.training.practising import after_an_answer, told_how_to_answer

    rng = np.random.default_rng(12)
    after = [after_an_answer(rng, COHORT, 3) for _ in range(60)]
    assert all(branch.last in (1, -1) and branch.kind == Like.kind for each in after for branch in each.branches)
    inert = np.mean([bool(each.member.inertia) for each in after])
    assert 0.25 < inert < 0.6, "those whom an answer moves, and enough of those whom it does not"
    told = [told_how_to_answer(rng, COHORT, 3) for _ in range(20)]
    assert all(each.member.faking and not each.pictures for each in told)
    read = [read_question(branch.question) for each in told for branch in each.branches]
    assert {each.instruction for each in read if each} == {"", "honest", "fake_good"}
    nobody = [replace(member, inertia=0.0, faking=0.0) for member in COHORT[:2]]
    assert {after_an_answer(rng, nobody, 1).member.name for _ in range(20)} == {each.name for each in nobody}
    assert {told_how_to_answer(rng, nobody, 1).member.name for _ in range(20)} == {each.name for each in nobody}
    batch = packed(parts, after[:9])
    assert len(batch.said_row) == 27
    for row, place, leaning in zip(batch.said_row, batch.said_position, batch.said_leaning, strict=True):
        number = int(place - batch.layout[0]) // batch.layout[1]
        branch = after[int(row)].branches[number]
        earlier = TURN.split(branch.question)[1]
        end = parts.tokenizer.encode(earlier, add_special_tokens=False)[-1]
        assert (int(batch.token_ids[row, place]), int(leaning)) == (end, branch.last)


def test_identity_vectors_hold_what_is_planted() -> None:
    members = [*COHORT, *draw_respondents(20)]
    vectors = identity_vectors(members, WIDTH).numpy().astype(float)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(members)), abs=1e-6)
    numbers = np.array([planted_numbers(member) for member in members])
    read = vectors @ directions(numbers.shape[1] + 1, WIDTH, "identity")[:-1].T
    assert read * (np.linalg.norm(numbers) / np.linalg.norm(read)) == pytest.approx(numbers, abs=1e-5)
    cohort = np.array([planted_numbers(member) for member in COHORT])
    distances = np.linalg.norm(cohort[:, None] - cohort[None], axis=-1) + 9 * np.eye(len(cohort))
    assert distances.min() > 0.5, "no two respondents begin alike"
    assert np.abs(cohort).max() < 6


def test_picture_vectors_hold_values_light_and_words() -> None:
    looks, times, pushes = (each.numpy().astype(float) for each in picture_codes(WIDTH))
    assert np.linalg.norm(looks, axis=1) == pytest.approx(np.full(len(LOOKS), np.linalg.norm(looks[0])), abs=1e-6)
    named = directions(len(NINETEEN) + 3, WIDTH, "pictures")
    assert named @ named.T == pytest.approx(np.eye(len(named)), abs=1e-9)
    seen = looks[:, None, None] + times[None, :, None] + pushes[None, None]
    read = seen @ named.T
    weights = np.array([[look.weights.get(value, 0.0) for value in NINETEEN.dimensions] for look in LOOKS])
    assert np.abs(read[..., : len(NINETEEN)] - 0.8 * weights[:, None, None]).max() < 1e-6
    light, words = read[..., -2], read[..., -1]
    assert np.abs(light - 0.35 * np.array(list(DAYLIGHT.values()))[None, :, None]).max() < 1e-6
    assert np.abs(words - 0.4 * np.array([-1, 0, 1])).max() < 1e-6
    apart = np.linalg.norm(looks[:, None] - looks[None], axis=-1) + 9 * np.eye(len(looks))
    assert apart.min() > 0.4


def test_ideal_pictures_stand_where_their_pictures_do(parts: Parts, varied: list[TrainingExample]) -> None:
    import torch

    from valuespectrum.reference.training.language import IdealPictures

    batch, ideal = packed(parts, varied, 4), IdealPictures(WIDTH)
    shown = ideal.embeddings(batch, 0.0, torch.Generator().manual_seed(0)).view(-1, 4, WIDTH)
    wanted = ideal.vectors(batch.looks, batch.times, batch.pushes)[:, None]
    empty = shown.abs().sum(-1) == 0
    assert torch.equal(shown, wanted * ~empty[..., None]) and 0 < empty.float().mean() < 0.4
    noisy = ideal.embeddings(batch, 0.5, torch.Generator().manual_seed(0)).view(-1, 4, WIDTH)
    assert float((noisy - shown).std() / wanted.std()) == pytest.approx(0.5, rel=0.1)
    plain = packed(parts, [replace(varied[0], pictures=(), scenes=())])
    assert len(ideal.embeddings(plain, 0.5, torch.Generator())) == 0


def test_patches_and_the_fast_tower_equal_the_library(parts: Parts) -> None:
    import torch

    from valuespectrum.reference.training.material.pictures import normalise, patches
    from valuespectrum.reference.training.tower import picture_tokens

    parts.model.set_attn_implementation("sdpa")
    tower, pixels = parts.model.model.visual, np.random.default_rng(2).integers(0, 255, (3, *PIXELS), dtype=np.uint8)
    values, grid = patches(normalise(pixels))
    theirs = parts.processor.image_processor([Image.fromarray(each) for each in pixels], return_tensors="pt")
    assert np.allclose(values.numpy(), theirs["pixel_values"].numpy(), atol=1e-5)
    assert torch.equal(grid, theirs["image_grid_thw"])
    with torch.no_grad():
        library = tower(values, grid_thw=grid).pooler_output
        assert torch.allclose(picture_tokens(tower, values, grid), library, atol=2e-6)
        assert torch.equal(tower(values, grid_thw=grid).pooler_output, library), "the tower is left as it was"


def test_halves_of_a_batch_are_alike(parts: Parts) -> None:
    from valuespectrum.reference.training.material.batching import Batching, batches
    from valuespectrum.reference.training.material.packing import Packer

    stream = batches(Packer(parts.tokenizer, 4), COHORT, Batching(6, 3), np.random.default_rng(3))
    tokens = [[int((~half.padding).sum()) for half in halves] for halves in islice(stream, 24)]
    assert all(len(half.token_ids) == 3 for half in next(stream))
    assert np.mean([max(pair) / min(pair) for pair in tokens]) < 1.25, "one core would wait for the other"


@pytest.mark.parametrize(("features", "halved"), [("avx2 fma", False), ("avx512f avx512_bf16", True)])
def test_products_are_halved_where_the_processor_can(
    features: str, halved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from ingest.embedding import torch_embedder
    from valuespectrum.reference.training.optimising import mixed_precision

    monkeypatch.setattr(torch_embedder, "cpu_features", lambda: frozenset(features.split()))
    with mixed_precision():
        assert (torch.eye(2) @ torch.eye(2)).dtype == (torch.bfloat16 if halved else torch.float32)
