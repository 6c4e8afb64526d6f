"""``simulated:``: a respondent that answers by rule, with the formulas of ``planted.py`` or, as ever, by a profile.

A profile over the ten values, such as ``security=2,power=-1``, makes the plain rule of
``agents.models.local.simulated``. A name of the open cohort, or what ``respondents.py`` reads, makes a twin.
"""

from __future__ import annotations

from agents.models.base import Model, ModelOptions
from agents.models.local import simulated
from valuespectrum.reference.respondents import read_member


def load(reference: str, options: ModelOptions) -> Model:
    """A respondent that answers by rule.

    Args:
        reference: A name of the open cohort, pairs or a file; ``respondents.read_member`` says which.
        options: Seed; samples and their temperature for twins.

    Raises:
        InputError: The reference is malformed.
        ModelError: Samples or temperature make no sense.
    """
    found = read_member(reference)
    if found is None:
        return simulated.load(reference, options)
    # Reading all the words of the reference world takes longer than a profile needs.
    from valuespectrum.reference.twin.model import TwinModel

    return TwinModel(found[1], options, found[0])
