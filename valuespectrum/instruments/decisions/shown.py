"""``decisions-shown``: a clip is the scene, a viewer's moves are what can be done, and a model decides beside networks.

A model ranks the moves of a viewer about every clip, in two orders of the list; the decision module ranks them too,
from ratings of the frames by networks and from the wishes that the model states of itself. How far both agree is told
beside chance, the order of the list, and the model's own steadiness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from agents.answers.respondent import Role
from agents.models.base import Ask, Stimulus
from agents.models.parsing.thinking import split_thinking
from agents.models.pictures import read_picture
from agents.procedures.procedure import Addressed, Named, Procedure
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import OWN_WORDS, REPLY_TOKENS
from valuespectrum.instruments.decisions.asking import STATED, read_ratings, stating, written_ratings
from valuespectrum.instruments.decisions.choosing.orders import Order, orders_by_unit
from valuespectrum.instruments.decisions.measured import Followed, ListedOrder, agreement_numbers
from valuespectrum.instruments.decisions.network.deciding import Decider, RatedScene, rated_clips
from valuespectrum.instruments.decisions.network.encoders import StateEncoder, load_encoder, named_encoder
from valuespectrum.instruments.decisions.network.saved import DecisionNetwork, chosen_network
from valuespectrum.instruments.decisions.reading import VALUES, stated_wishes
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.question_list import put_to
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.choosing import MOVES, VIEWER_MOVES
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import CLIP, Estimate, Score
from valuespectrum.scoring.shares import share_row
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.presenting.exhibit import Exhibit, OneFrame
from valuespectrum.stimuli.retrieval import Assignment, StimulusRow
from valuespectrum.theory.value_sets import ValueSet, scalars
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import pandas as pd

MOVE, LISTED, RATED = "moves", "listed", "rated"
"""The tag ``item`` of a ranking; tags: moves from 0 as they are listed, and ratings of the clip and of each move."""
AGREEMENT = scalars(
    "decisions_shown",
    "Decisions about clips beside the decision module",
    {
        "stated_os_sim": "OS-Sim with the decision module, from stated wishes",
        "stated_first_acc": "First-Acc with the decision module, from stated wishes",
        "stated_os_sim_above_chance": "OS-Sim above chance",
        "printed_os_sim": "OS-Sim with the order of the list",
        "printed_first_acc": "First-Acc with the order of the list",
        "steady_os_sim": "OS-Sim of both orders of the list",
        "chance_os_sim": "OS-Sim by chance",
        "chance_first_acc": "First-Acc by chance",
    },
    "metrics of ValuePilot (arXiv 2512.13716); lines beside them are ours",
)
"""Numbers of a measurement."""


@dataclass(frozen=True, slots=True)
class ShownDecisionsOptions:
    """Options of the instrument."""

    networks: str = ""
    """Folder of networks of your own; ours, which read the reference embedder, when empty."""

    @property
    def own_items(self) -> Mapping[str, str]:
        """Which networks, since others rate otherwise.

        Raises:
            InputError: They cannot be read.
        """
        return {"networks": chosen_network(self.networks).manifest.weights}


@INSTRUMENTS.register("decisions-shown")
class DecisionsShown:
    """How far a model's moves about clips agree with those that follow from its stated wishes."""

    name: ClassVar[str] = "decisions-shown"
    title: ClassVar[str] = "Decisions about clips"
    measures: ClassVar[str] = (
        "how far a viewer's moves about clips, as a model ranks them, agree with those that follow from the wishes "
        "that it states"
    )
    Options = ShownDecisionsOptions
    value_set: ClassVar[ValueSet] = AGREEMENT
    unit: ClassVar[str] = CLIP
    pictures: ClassVar[Assignment | None] = "exclusive"
    columns: ClassVar[tuple[str, ...]] = ("value", CLIP, LISTED, RATED)
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    one_answer_says: ClassVar[str] = "its order is its own, whatever it wishes: agreement stands beside chance"
    items: ClassVar[Sequence[Item]] = (Item(MOVE, (MOVES.text,), OWN_WORDS),)

    def __init__(self, options: ShownDecisionsOptions | None = None) -> None:
        self.options: ShownDecisionsOptions = options or ShownDecisionsOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent."""
        return len(VALUES) + 2 * pictures

    def procedures(self, setting: Setting) -> Iterator[Named[object]]:
        """Wishes, and every clip in both orders of the list, for each respondent.

        Raises:
            InputError: There is no corpus, or networks cannot be read.
        """
        if setting.pictures is None:
            raise InputError("these questions are about pictures, and there is no corpus", "name one with --corpus")
        showing = setting.showing or OneFrame(setting.pictures, setting.shown)
        network = chosen_network(self.options.networks)
        with named_encoder(network.manifest.written_as, "the manifest of the networks"):
            encoder = load_encoder(network.manifest.written_as)
        if encoder.id != network.manifest.encoder:
            raise InputError(
                f"the networks were trained on {network.manifest.encoder:.160}, and {network.manifest.written_as} is "
                "another one by now",
                "train them again",
            )
        shown = [(row, each) for row in setting.rows for each in showing.exhibits(row)]
        rated = [_rated(exhibit, network, encoder) for _, exhibit in shown]
        for role in setting.respondents:
            yield Named(f"{self.name}/{role.words}/{STATED}", stating(role, dict.fromkeys(self.columns[1:], "")))
            for number, ((row, exhibit), ratings) in enumerate(zip(shown, rated, strict=True)):
                rng = stream(setting.seed, "instruments/decisions-shown/orders", number)
                order = tuple(int(move) for move in rng.permutation(len(VIEWER_MOVES)))
                name = f"{self.name}/{role.words}/{row.clip_id}/{exhibit.presentation.name}/{ratings}/{order}"
                yield Named(name, _ranking(role, row, exhibit, (order, ratings)))

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Agreement of orders, with intervals over clips."""
        rows = answers[answers["item"] == MOVE]
        orders = _orders(rows)
        stated = stated_wishes(answers[answers["item"] == STATED], options)
        followed = Followed(agreement_numbers(orders, stated, Decider()))
        estimates = followed.estimates(options)
        clips = int(rows[CLIP].nunique())
        told = {
            name: estimates.get(name) or Estimate(None, why=_lacking(name, orders, stated))
            for name in AGREEMENT.dimensions
        }
        scores = {
            name: Score(each, Estimate(None), None, len(followed.numbers.get(name, {})), len(orders), each.why or "ok")
            for name, each in told.items()
        }
        came = rows[rows["error"].fillna("") == ""]
        whole = came["text"].map(lambda text: float(read_moves(str(text)) is not None))
        by_clip = whole.groupby(came[CLIP])
        share = share_row(by_clip.sum().to_numpy(float), np.asarray(by_clip.size(), dtype=np.float64), options.level)
        return Measurement(
            instrument=self.name,
            value_set=AGREEMENT,
            unit=CLIP,
            scores=scores,
            rates={"whole_orders": Estimate.read(share)},
            covers="intervals are over clips, drawn again by leaving out one at a time; moves and words were not drawn",
            notes=(_RATED_BY_YOURS if self.options.networks else _RATED_BY_OURS,),
            n_units=len({each.unit for each in orders}),
            n_unscored=clips - len({each.unit for each in orders}),
            details={
                "decisions_shown": {
                    "stated": dict(stated),
                    "ranked": orders_by_unit((each.unit, each.order) for each in orders),
                    "whole_orders": len(orders),
                }
            },
        )


_RATED_BY_OURS = (
    "clips and moves were rated by networks that know the words of our scenes and the drawn world alone: words that "
    "they never learnt they rate no better than by predicting zero, and other clips nobody knows how well"
)
_RATED_BY_YOURS = "clips and moves were rated by networks of yours: how well they rate these nobody has measured here"


def _lacking(name: str, orders: Sequence[ListedOrder], stated: Mapping[str, float]) -> str:
    """Why there is no such number."""
    if not orders:
        return "no whole order"
    if name.startswith("steady"):
        return "no clip was put in order both ways"
    return "not every wish was said" if len(stated) < len(VALUES) else "nobody rated what was shown"


def read_moves(text: str) -> Order | None:
    """The order of the moves that an answer names, by the first word of each; ``None`` where it names not all once.

    Example:
        >>> read_moves("1. Like, 2. watch it, 3. share 4. save 5. comment 6. skip")
        (2, 0, 4, 5, 3, 1)
    """
    names = [move.split()[0] for move in VIEWER_MOVES]
    words = [word for word in re.findall(r"[a-z]+", split_thinking(text)[1].lower()) if word in names]
    return tuple(names.index(word) for word in words) if sorted(words) == sorted(names) else None


def _ranking(role: Role, row: StimulusRow, exhibit: Exhibit, how: tuple[Order, str]) -> Procedure[None]:
    """Ask about a clip in both orders of the list."""
    order, ratings = how
    asks = []
    for listed in (order, order[::-1]):
        question = MOVES.write(options="\n".join(VIEWER_MOVES[move] for move in listed))
        tags: dict[str, str | int | float] = {
            "item": MOVE,
            "value": row.value,
            "clip": row.clip_id,
            "frame": row.frame_id,
            "keyword": row.keyword,
            LISTED: " ".join(map(str, listed)),
            RATED: ratings,
        }
        ask = Ask(
            Stimulus(exhibit.frames),
            exhibit.question(question),
            max_tokens=REPLY_TOKENS,
            tags=tags | dict(exhibit.tags),
        )
        asks.append(Addressed(put_to(role, ask)))
    yield asks
    return None


def _rated(exhibit: Exhibit, network: DecisionNetwork, encoder: StateEncoder) -> str:
    """Ratings of what is shown and of each move, as a tag; of words where there is no frame."""
    if exhibit.frames:
        (states,) = encoder.frames([[read_picture(frame) for frame in exhibit.frames]])
    elif exhibit.words:
        (states,) = encoder.texts([exhibit.words.text])
    else:
        return ""
    moves = [f"{move[:1].upper()}{move[1:]}" for move in VIEWER_MOVES]
    (found,) = rated_clips([states], moves, network, encoder)
    return written_ratings((found.scene, *found.actions))


def _orders(rows: pd.DataFrame) -> list[ListedOrder]:
    found = []
    for clip, listed, rated, text in rows[[CLIP, LISTED, RATED, "text"]].astype(str).itertuples(index=False, name=None):
        order = read_moves(text)
        if order is not None:
            known = RatedScene(*read_ratings(rated)) if rated not in ("", "nan") else None
            found.append(ListedOrder(clip, tuple(map(int, listed.split())), order, known))
    return found
