"""The page about threats names tests that exist, all reasons, and the version that is really asked for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from ingest.downloading.fetcher import REASONS
from ingest.downloading.options import MINIMUM_VERSION

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE)
    assert len(named) > 20
    for file, name in named:
        places = (ROOT / "tests").rglob(file)
        assert any(f"def {name}(" in path.read_text(encoding="utf-8") for path in places), (file, name)


def test_every_reason_is_explained() -> None:
    section = PAGE[PAGE.index("## Reasons") : PAGE.index("## yt-dlp")]
    assert set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\|([^|]*)\|", section, re.M)))) == REASONS


def test_the_minimum_version_is_the_same_everywhere() -> None:
    version = ".".join(map(str, MINIMUM_VERSION))
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert f"yt-dlp>={version}" in dependencies
    assert f"At least {version} is required" in PAGE
