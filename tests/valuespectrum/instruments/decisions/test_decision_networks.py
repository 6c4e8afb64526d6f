"""LabelNet and RateNet: held to torch, learnt, written, read, refused where files are wrong; both kinds of encoders."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from language_models import write_language_model
from PIL import Image

from valuespectrum.instruments.decisions.network import learning
from valuespectrum.instruments.decisions.network.deciding import Decider, ensemble_order, rated_clips, rated_scenes
from valuespectrum.instruments.decisions.network.encoders import PIECE_WORDS, EmbeddedPieces, load_encoder, pieces
from valuespectrum.instruments.decisions.network.heads import DecisionHead, combined, pooled_states
from valuespectrum.instruments.decisions.network.learning import (
    LearningOptions,
    examples_of,
    learn,
    scene_steps,
)
from valuespectrum.instruments.decisions.network.saved import (
    MANIFEST,
    WEIGHTS,
    DecisionNetwork,
    NetworkManifest,
    load_network,
    own_network,
    save_network,
)
from valuespectrum.instruments.decisions.network.train import main as train_main
from valuespectrum.instruments.decisions.scenes.files import write_scenes
from valuespectrum.instruments.decisions.scenes.grammar import drawn_scenes
from valuespectrum.instruments.wordings.choosing import VIEWER_MOVES
from vectorstore.foundation.errors import EmbedderError, InputError
from vectorstore.foundation.torch_setup import prepare_torch

RNG = np.random.default_rng(0)
WIDTH, HIDDEN = 8, 5


class Words:
    """An embedder without a network: the same vector for the same words."""

    id = "words@1"

    def __init__(self, dimension: int = WIDTH) -> None:
        self.dimension = dimension

    def texts(self, texts: Any) -> np.ndarray:
        return np.stack(
            [np.random.default_rng(zlib.crc32(text.encode())).normal(size=self.dimension) for text in texts]
        )

    def images(self, pictures: Any) -> np.ndarray:
        return np.stack([np.full(WIDTH, np.asarray(picture).mean() / 255) for picture in pictures])


def head(seed: int = 0) -> DecisionHead:
    rng = np.random.default_rng(seed)
    shapes = {
        **{
            "in_weight": (3 * WIDTH, WIDTH),
            "in_bias": (3 * WIDTH,),
            "out_weight": (WIDTH, WIDTH),
            "out_bias": (WIDTH,),
        },
        **{"hidden_weight": (HIDDEN, WIDTH), "hidden_bias": (HIDDEN,), "last_weight": (6, HIDDEN), "last_bias": (6,)},
    }
    return DecisionHead.from_arrays({name: rng.normal(0, 0.5, shape) for name, shape in shapes.items()})


def network(inputs: str = "separate") -> DecisionNetwork:
    manifest = NetworkManifest("words@1", "words", WIDTH, 4, 2.0, inputs, "nothing")
    return DecisionNetwork(head(0), head(1), manifest)


def test_arrays_give_what_torch_gives() -> None:
    prepare_torch(1)
    import torch

    own, states = head(), RNG.normal(size=(7, 5, WIDTH))
    modules = learning._modules(WIDTH, HIDDEN)
    names = {"in_proj_weight": own.in_weight, "in_proj_bias": own.in_bias}
    names |= {"out_proj.weight": own.out_weight, "out_proj.bias": own.out_bias}
    parts = {"attention": names, "hidden": {"weight": own.hidden_weight, "bias": own.hidden_bias}}
    parts["last"] = {"weight": own.last_weight, "bias": own.last_bias}
    for part, arrays in parts.items():
        modules[part].load_state_dict({name: torch.tensor(each, dtype=torch.float32) for name, each in arrays.items()})
    learning._train(modules, False)
    with torch.inference_mode():
        wanted = learning.forward(modules, torch.tensor(states, dtype=torch.float32)).tanh().numpy()
    assert own.forward(states, "tanh") == pytest.approx(wanted, abs=1e-5)
    assert DecisionHead.from_arrays(learning._arrays(modules)).forward(states, "tanh") == pytest.approx(
        wanted, abs=1e-5
    )


@pytest.mark.parametrize("length", [1, 3, 4, 5, 11])
def test_pooling_is_that_of_torch(length: int) -> None:
    import torch

    states = RNG.normal(size=(length, 3))
    wanted = torch.nn.functional.adaptive_avg_pool1d(torch.tensor(states.T[None]), 4)[0].T.numpy()
    assert pooled_states([states], 4)[0] == pytest.approx(wanted)


def test_nothing_cannot_be_rated_and_labels_scale_ratings() -> None:
    with pytest.raises(InputError, match="without anything"):
        pooled_states([np.zeros((0, 3))], 4)
    ratings, labels = np.full((1, 6), 0.5), np.array([[0.2, 0.4, 0, 0, 0, 0.1]])
    assert combined(ratings, labels)[0].tolist() == pytest.approx([0.25, 0.5, 0, 0, 0, 0.125])


def test_single_vectors_are_rated_as_sequences_of_one() -> None:
    vectors = RNG.normal(size=(9, WIDTH))
    assert network().ratings_of_vectors(vectors) == pytest.approx(network().ratings([each[None] for each in vectors]))
    for wrong in (np.zeros((2, 3)), np.zeros(WIDTH)):
        with pytest.raises(InputError, match="8 numbers a state"):
            network().ratings_of_vectors(wrong)
    with pytest.raises(InputError, match="3"):
        network().ratings([np.zeros((2, 3))])


def test_networks_go_through_files(tmp_path: Path) -> None:
    kept = save_network(tmp_path, network())
    found = load_network(tmp_path)
    assert found.manifest == kept and kept.weights
    vectors = RNG.normal(size=(4, WIDTH))
    assert found.ratings_of_vectors(vectors) == pytest.approx(network().ratings_of_vectors(vectors), abs=5e-3)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / WEIGHTS).unlink(), "cannot read"),
        (lambda folder: (folder / MANIFEST).unlink(), MANIFEST),
        (
            lambda folder: (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-2] + b"ab"),
            "is not the file",
        ),
        (lambda folder: _manifest(folder, format=9), "another version"),
        (lambda folder: _manifest(folder, width=3), "not 3"),
        (lambda folder: _manifest(folder, positions=0), "another version"),
        (lambda folder: _manifest(folder, scale="much"), "scale"),
        (lambda folder: _weights(folder, b"pickled"), "no safetensors"),
    ],
)
def test_files_that_are_wrong_or_do_not_belong_together_are_named(tmp_path: Path, spoil: Any, says: str) -> None:
    save_network(tmp_path, network())
    spoil(tmp_path)
    with pytest.raises(InputError, match=says) as error:
        load_network(tmp_path)
    assert str(tmp_path) in error.value.message


def _manifest(folder: Path, **changed: object) -> None:
    told = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(told | changed))


def _weights(folder: Path, content: bytes) -> None:
    import hashlib

    (folder / WEIGHTS).write_bytes(content)
    _manifest(folder, weights=hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"in_bias": np.zeros(3)}, "in_bias have the shape"),
        ({"last_bias": np.full(6, np.nan)}, "no number"),
        ({"out_weight": np.zeros((6, 6))}, "shape"),
    ],
)
def test_weights_that_do_not_fit_are_refused(changed: dict[str, np.ndarray], says: str) -> None:
    with pytest.raises(InputError, match=says):
        DecisionHead.from_arrays(head().arrays() | changed)
    with pytest.raises(InputError, match="missing"):
        DecisionHead.from_arrays({})


def test_texts_are_cut_at_clauses_and_long_ones_into_equal_parts() -> None:
    long = "one two three four five six seven eight nine"
    assert pieces(f"It rains. {long}, and then stop") == [
        "It rains.", "one two three four five", "six seven eight nine", "stop",
    ]  # fmt: skip
    assert all(len(piece.split()) <= PIECE_WORDS for piece in pieces(long * 5))


def test_a_network_learns_words_and_stops_by_scenes_it_does_not_see() -> None:
    """Ratings that follow the vector of one word are learnt; the losses are those of the published code."""
    encoder = EmbeddedPieces(Words(32))  # type: ignore[arg-type]
    scenes = list(drawn_scenes(126, 0, "tried", 3))
    options = LearningOptions(
        hidden=16, positions=4, steps=(1e-2, 1e-2), batches=(64, 64), most_epochs=6, inputs="separate"
    )
    steps = scene_steps(scenes, encoder, "separate")
    assert len(steps) == 126 * 4 and len(scene_steps(scenes, encoder, "joined")) == 126 * 3
    learnt = learn(examples_of(steps, options), encoder, ("words", "scenes"), options)
    rated = rated_scenes(scenes, learnt, encoder)
    truth = np.concatenate([scene.act_ratings for scene in scenes])
    found = np.concatenate([each.actions for each in rated])
    assert np.abs(found - truth).mean() < 0.8 * np.abs(truth).mean()
    again = learn(examples_of(steps, options), encoder, ("words", "scenes"), options)
    assert again.rate.last_weight == pytest.approx(learnt.rate.last_weight)


def test_ratenet_weighs_what_is_not_there_half() -> None:
    prepare_torch(1)
    import torch

    modules = learning._modules(WIDTH, HIDDEN)
    learning._train(modules, False)
    states = RNG.normal(size=(2, 4, WIDTH)).astype(np.float16)
    ratings = np.array([[0.5, 0, 0, -1, 0, 0], [0, 0, 0.2, 0, 0, 0]])
    examples = learning.LearningExamples(states, ratings, np.array([1, 2]), np.array([0, 1]))
    found = float(learning._loss(modules, examples, np.array([0, 1]), 1).detach())
    with torch.inference_mode():
        out = learning.forward(modules, torch.tensor(states, dtype=torch.float32)).tanh().numpy()
    mask = (ratings != 0).astype(float)
    assert found == pytest.approx(float(((out * (0.5 + 0.5 * mask) - ratings) ** 2).mean()), rel=1e-4)


def test_the_curriculum_lets_sizes_in_by_turns() -> None:
    sizes = np.repeat(np.arange(1, 7), 8)
    examples = learning.LearningExamples(np.zeros((48, 1, 4), np.float16), np.zeros((48, 6)), sizes, np.arange(48))
    options = LearningOptions(chunks=2, most_epochs=2)
    epochs = list(learning._epochs(examples, np.zeros(48, bool), options, np.random.default_rng(0)))
    came = [sorted({int(sizes[row]) for row in epoch.rows}) for epoch in epochs]
    assert came[:4] == [[6], [6], [1, 6], [1, 6]] and [len(epoch.rows) for epoch in epochs[:3]] == [4, 8, 12]
    assert [epoch.whole for epoch in epochs] == [False] * 11 + [True] * 3


@pytest.mark.parametrize(
    "options",
    [
        {"curriculum": (1, 2)},
        {"validation": 1.0},
        {"positions": 0},
        {"inputs": "sideways"},
        {"steps": (float("nan"), 1e-5)},
        {"steps": (1e-3, -1.0)},
        {"most_epochs": -1},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        LearningOptions(**options)


def test_what_needs_more_memory_than_can_be_meant_is_refused() -> None:
    step = learning.LearningStep(np.zeros((1, 4096)), (0.0,) * 6, 1, 0)
    with pytest.raises(InputError, match="GiB"):
        examples_of([step] * 100_000, LearningOptions(positions=100))
    with pytest.raises(InputError, match="nothing to learn"):
        examples_of([], LearningOptions())


def test_scenes_are_rated_as_networks_were_trained() -> None:
    encoder, scenes = EmbeddedPieces(Words()), list(drawn_scenes(2, 0, "tried", 3))  # type: ignore[arg-type]
    joined, separate = (rated_scenes(scenes, network(how), encoder) for how in ("joined", "separate"))
    assert joined[0].scene == pytest.approx(separate[0].scene)
    assert not np.allclose(joined[0].actions, separate[0].actions)
    act = network().ratings(encoder.texts([scenes[1].acts[2].text]))[0]
    assert separate[1].actions[2] == pytest.approx(act)
    assert sorted(ensemble_order([joined[0], separate[0]], Decider(), np.full(6, 0.5))) == [0, 1, 2]


def test_a_clip_takes_the_place_of_a_scene_and_moves_follow_it() -> None:
    encoder = EmbeddedPieces(Words())  # type: ignore[arg-type]
    frames = [Image.new("RGB", (4, 4), (shade,) * 3) for shade in (10, 200)]
    clips = encoder.frames([frames[:1], frames])
    found = rated_clips(clips, VIEWER_MOVES, network(), encoder)
    assert clips[1].shape == (2, WIDTH) and found[0].actions.shape == (6, 6)
    move = np.concatenate([clips[1], encoder.texts([VIEWER_MOVES[3]])[0]])
    assert found[1].actions[3] == pytest.approx(network().ratings([move])[0])


def test_our_own_networks_are_small_and_know_their_scenes() -> None:
    """Trained on other scenes of the same parts."""
    own = own_network()
    folder = Path(str(__import__("valuespectrum.reference").reference.__path__[0])) / "weights" / "decisions"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 300_000
    encoder = load_encoder("reference")
    assert own.manifest.encoder == encoder.id
    scenes = list(drawn_scenes(63, 5, "tried", 3))
    rated = rated_scenes(scenes, own, encoder)
    truth, found = (
        np.concatenate([scene.act_ratings for scene in scenes]),
        np.concatenate([each.actions for each in rated]),
    )
    assert np.mean(np.abs(found - truth) < 0.2) > np.mean(np.abs(truth) < 0.2) + 0.3


def test_a_language_encoder_gives_a_state_a_token_and_knows_no_frames(tmp_path: Path) -> None:
    encoder = load_encoder(f"text:{write_language_model(tmp_path / 't5')}")
    one, other = encoder.texts(["open the trunk", "rest"])
    assert one.shape == (3, 8) and other.shape == (1, 8) and encoder.width == 8
    (alone,) = encoder.texts(["rest"])
    assert other == pytest.approx(alone, abs=1e-5)
    with pytest.raises(InputError, match="reads texts and no frames"):
        encoder.frames([[Image.new("RGB", (4, 4))]])
    with pytest.raises(EmbedderError, match="cannot load the language encoder"):
        load_encoder(f"text:{tmp_path / 'none'}")


def test_networks_of_ones_own_are_trained_by_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_scenes(tmp_path / "scenes.json", list(drawn_scenes(12, 0, "tried", 2)))
    encoder = f"text:{write_language_model(tmp_path / 't5')}"
    asked = [str(tmp_path / "out"), "--scenes", str(tmp_path / "scenes.json"), "--encoder", encoder]
    assert train_main([*asked, "--positions", "4", "--hidden", "4", "--epochs", "1"]) == 0
    assert "24 texts were learnt" in capsys.readouterr().out
    found = load_network(tmp_path / "out")
    assert found.manifest.written_as == encoder and found.manifest.inputs == "joined"
    with pytest.raises(SystemExit) as ended:
        train_main([str(tmp_path / "out"), "--scenes", str(tmp_path / "none.json")])
    assert ended.value.code == 2 and "none.json" in capsys.readouterr().err
    (tmp_path / "a file").write_text("")
    with pytest.raises(SystemExit):
        train_main([str(tmp_path / "a file"), "--scenes", str(tmp_path / "none.json")])
    said = capsys.readouterr().err
    assert "a file" in said and "none.json" not in said, "looked at before anything is learnt"
