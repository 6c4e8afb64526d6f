"""Ray itself puts the current folder on the path of its workers: it is told another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from ingest.engines.ray import _connect


@pytest.mark.parametrize("address", [None, "auto"])
def test_workers_of_ray_do_not_look_where_somebody_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    seen: list[tuple[str, Path]] = []

    class Ray:
        def init(self, address: str, **_: Any) -> None:
            seen.append((address, Path.cwd()))

    monkeypatch.chdir(tmp_path)
    _connect(cast("Any", Ray()), address)
    assert seen == [(address or "local", Path("/"))]
    assert Path.cwd() == tmp_path
