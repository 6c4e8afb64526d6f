"""``doctor``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from valuespectrum.cli.console.options import DeviceOption, DtypeOption
from valuespectrum.cli.console.terminal import JsonOption, Terminal

if TYPE_CHECKING:
    from valuespectrum.checks.environment import Check


def doctor(
    model: Annotated[str, typer.Option(help="Also load this model and check how it answers.")] = "",
    layouts: Annotated[
        bool, typer.Option("--layouts", help="Measure instead how far the model's two prompt layouts agree.")
    ] = False,
    asks: Annotated[
        int, typer.Option(help="Asks with which number formats, or layouts, are compared.", min=1, max=10_000)
    ] = 48,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    run: Annotated[
        Path | None, typer.Option(help="Check this run folder instead: every key and every answer.", metavar="RUN")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check the installation, and a model; or a run.

    A model must see pictures and answer alike through all engines; what bfloat16 changes is measured.
    Exit code 1 when something is not right.
    """
    from agents.models.base import ModelOptions
    from valuespectrum.checks.environment import check_environment
    from valuespectrum.checks.model import check_layouts, check_model
    from valuespectrum.checks.run import check_run
    from vectorstore.foundation.errors import InputError

    with Terminal(as_json) as terminal:
        if layouts and not model:
            raise InputError("no model was named whose layouts could be compared", "add --model SPEC")
        options = ModelOptions(device, dtype)
        checks = [] if run or layouts else check_environment()
        if model:
            checks += (check_layouts if layouts else check_model)(model, options, asks)
        checks += check_run(run) if run else []
        passed = all(check.ok for check in checks)
        document = {"passed": passed, "checks": [asdict(check) for check in checks]}
        terminal.finish(document, _in_words(checks, passed))
    if not passed:
        raise typer.Exit(1)


def _in_words(checks: list[Check], passed: bool) -> str:
    lines = [
        f"{'ok ' if check.ok else 'NOT'}  {check.name}: {check.detail}"
        + (f"\n     {check.hint}" if not check.ok and check.hint else "")
        for check in checks
    ]
    return "\n".join([*lines, "everything is as it should be" if passed else "some things are not as they should be"])
