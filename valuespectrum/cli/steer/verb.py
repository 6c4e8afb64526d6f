"""``steer``: change what a model values, and find out what else changes."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.cli.console.verbs import NamedCommand, VerbElsewhere

VERBS: Mapping[str, NamedCommand] = {
    "list": VerbElsewhere("valuespectrum.cli.steer.applying:list_steering"),
    "apply": VerbElsewhere("valuespectrum.cli.steer.applying:apply"),
    "pairs": VerbElsewhere("valuespectrum.cli.steer.fit:write_pairs"),
    "fit": VerbElsewhere("valuespectrum.cli.steer.fit:fit"),
    "export": VerbElsewhere("valuespectrum.cli.steer.exporting:export"),
    "features": VerbElsewhere("valuespectrum.cli.steer.features:features"),
    "words": VerbElsewhere("valuespectrum.cli.steer.words:words"),
    "sweep": VerbElsewhere("valuespectrum.cli.steer.sweep:sweep"),
    "graph": VerbElsewhere("valuespectrum.cli.steer.graph:graph"),
    "neurons": VerbElsewhere("valuespectrum.cli.steer.neurons:neurons"),
    "counterfactual": VerbElsewhere("valuespectrum.cli.steer.counterfactual:counterfactual"),
}
"""The verbs of steering, in the order of the help; each is imported when it is named, for they stand on much."""
