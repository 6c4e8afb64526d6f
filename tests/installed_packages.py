"""Packages that offer extensions, installed for one test the way an installer leaves them on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest


def install(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    package: str,
    code: str,
    points: Mapping[str, Mapping[str, str]],
) -> None:
    """Put a package of one module where Python finds it, with its metadata.

    Args:
        monkeypatch: Takes it away after the test.
        folder: Empty or not there yet.
        package: Name of the distribution and of the module.
        code: The module.
        points: Group to name to ``module:object``.
    """
    metadata = folder / f"{package}-1.2.dist-info"
    metadata.mkdir(parents=True)
    (folder / f"{package}.py").write_text(code)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
    (metadata / "entry_points.txt").write_text(
        "\n".join(
            "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in offered.items())])
            for group, offered in points.items()
        )
    )
    monkeypatch.syspath_prepend(folder)
