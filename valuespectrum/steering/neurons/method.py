"""Value neurons as a steering method: what ``steer fit --method neurons`` calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import get_args

from agents.models.base import Stimulus
from agents.models.capabilities import TorchModel
from agents.models.steering.positions import check_phase
from valuespectrum.steering.neurons.firing import Counted
from valuespectrum.steering.neurons.fitting import METHOD, NeuronWish, check_wish, fit_neurons
from valuespectrum.steering.registry import STEERING, FittedSteering, SteeringWish
from vectorstore.foundation.errors import InputError

_ON = {"yes": True, "true": True, "no": False, "false": False}


@STEERING.register(METHOD)
class NeuronMethod:
    """ValueLocate, as far as it is known: neurons that fire more often where a value is held."""

    name = METHOD

    def check(self, wish: SteeringWish) -> None:
        """Refuse what makes no sense, without a model.

        Raises:
            InputError: An option makes no sense or is missing, or there is no such value or file.
        """
        check_wish(wish.value, read_wish(wish))

    def fit(self, model: TorchModel, wish: SteeringWish) -> FittedSteering:
        """Find neurons under opposing aspects, and make edits that boost and suppress them.

        Raises:
            InputError: An option makes no sense or is missing, or no neuron tells the aspects apart.
        """
        stimuli = [Stimulus(frames) for frames in wish.clips]
        found = fit_neurons(model, wish.value, read_wish(wish), stimuli=stimuli)
        return FittedSteering(found.intervention, found.told, found.notes)


def read_wish(wish: SteeringWish) -> NeuronWish:
    """Options out of what a user wrote.

    Raises:
        InputError: There is no such option, it is no number, or threshold or gamma is missing.
    """
    known = {each.name: each for each in fields(NeuronWish) if each.name not in ("away", "seed")}
    needed = [name for name, each in known.items() if each.default is MISSING and name not in wish.options]
    if needed:
        raise InputError(
            f"value neurons need a {needed[0]}, which ValueLocate does not publish",
            "NPTI, its parent method, takes threshold=0.1 and gamma=0.6 to 1.5",
        )
    found = {name: _read(name, text, known) for name, text in wish.options.items()}
    made = NeuronWish(**found, away=wish.away, seed=wish.seed)  # type: ignore[arg-type]
    check_phase(made.phase)
    if made.counted not in get_args(Counted):
        raise InputError(f"no tokens are called {made.counted!r:.40}", f"choose {', '.join(get_args(Counted))}")
    return made


def _read(name: str, text: str, known: Mapping[str, object]) -> object:
    if name not in known:
        raise InputError(f"value neurons have no option {name!r:.60}", f"known: {', '.join(known)}")
    kinds = {"threshold": float, "gamma": float, "keep": float, "pairs": int, "fewest": int}
    try:
        return _ON[text.lower()] if name == "suppress" else kinds.get(name, str)(text)
    except (ValueError, KeyError) as error:
        raise InputError(f"{name}={text!r:.60} is not understood") from error
