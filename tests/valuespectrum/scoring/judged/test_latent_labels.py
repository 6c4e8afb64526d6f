"""Labels that several judges leave open, on planted labels and errors."""

from __future__ import annotations

import numpy as np
import pytest

from valuespectrum.scoring.judged.latent import latent_labels


def test_probabilities_are_as_often_right_as_they_say() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(5, size=3000)
    errors = np.array([0.1, 0.3, 0.4])
    slips = (rng.random((3000, 3)) < errors) * rng.integers(1, 5, (3000, 3))
    found = latent_labels(((truth[:, None] + slips) % 5).astype(float), 5)
    assert found.sum(axis=1) == pytest.approx(1.0)
    said, right = found.ravel(), (truth[:, None] == np.arange(5)).ravel()
    for low, high in ((0.02, 0.3), (0.3, 0.7), (0.7, 0.98)):
        some = (said > low) & (said < high)
        assert some.sum() > 100 and said[some].mean() == pytest.approx(right[some].mean(), abs=0.06)
    first = ((truth[:, None] + slips) % 5)[:, 0]
    assert (found.argmax(axis=1) == truth).mean() > (first == truth).mean(), "the best judge alone is worse"


def test_what_all_say_is_certain_and_nothing_said_is_not_known() -> None:
    verdicts = np.array([[0, 0, 0]] * 20 + [[1, 1, 1]] * 20 + [[np.nan] * 3, [1, np.nan, 1]])
    found = latent_labels(verdicts, 3)
    assert found[0, 0] > 0.999 and found[25, 1] > 0.999 and found[41, 1] > 0.99
    assert np.isnan(found[40]).all()
