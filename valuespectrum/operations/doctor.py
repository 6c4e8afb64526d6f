"""``doctor``: is the installation in order, a model, a run?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.shared.checked import Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import ModelFormat
from valuespectrum.operations.shared.outcomes import CheckOutcome
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.escaping import printable_line
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from valuespectrum.checks.environment import Check


@dataclass(frozen=True, slots=True)
class DoctorSettings(CheckedSettings):
    """How a model is looked at; the names are those of the options of ``valuespectrum doctor``."""

    bounds: ClassVar[Bounds] = {"asks": (1, 10_000)}

    layouts: bool = False
    """Measure instead how far the model's two prompt layouts agree."""
    asks: int = 48
    """Asks with which number formats, or layouts, are compared."""
    device: str = "auto"
    dtype: ModelFormat = "auto"


@dataclass(frozen=True, repr=False)
class Health(CheckOutcome):
    """What was looked at, and whether it is as it should be."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each thing that was looked at."""
        return list(self.document["checks"])


def doctor(model: str = "", run: str | PathLike[str] | None = None, settings: DoctorSettings | None = None) -> Health:
    """Check the installation, and a model; or a run.

    A model must see pictures and answer alike through all engines; what bfloat16 changes is measured.

    Args:
        model: A model spec; it is loaded and asked.
        run: Check this run folder instead: every key and every answer.
        settings: How a model is looked at.

    Raises:
        InputError: Layouts of no model, or the folder is no run.

    Example::

        assert vs.doctor(run="runs/reference-like").passed
    """
    from agents.models.base import ModelOptions
    from valuespectrum.checks.environment import check_environment
    from valuespectrum.checks.model import check_layouts, check_model
    from valuespectrum.checks.run import check_run

    settings = settings or DoctorSettings()
    if settings.layouts and not model:
        raise InputError("no model was named whose layouts could be compared", "add --model SPEC")
    options = ModelOptions(settings.device, settings.dtype)
    checks = [] if run or settings.layouts else check_environment()
    if model:
        checks += (check_layouts if settings.layouts else check_model)(model, options, settings.asks)
    checks += check_run(user_path(run)) if run else []
    passed = all(check.ok for check in checks)
    document = {"passed": passed, "checks": [asdict(check) for check in checks]}
    return Health(document, _in_words(checks, passed))


def _in_words(checks: list[Check], passed: bool) -> str:
    lines = [
        printable_line(f"{'ok ' if check.ok else 'NOT'}  {check.name}: {check.detail}")
        + (f"\n     {printable_line(check.hint)}" if not check.ok and check.hint else "")
        for check in checks
    ]
    return "\n".join([*lines, "everything is as it should be" if passed else "some things are not as they should be"])
