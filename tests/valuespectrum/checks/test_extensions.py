"""What ``doctor`` says about extensions."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from installed_packages import install

from valuespectrum.checks.extensions import OWN, extension_groups, look_at_extensions

ROOT = Path(__file__).parents[3]


def test_what_we_expect_of_our_installation_is_what_it_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {group: tuple(sorted(points)) for group, points in project["entry-points"].items()}
    assert declared == OWN
    assert set(OWN) <= {group.group for group in extension_groups()}


def test_every_kind_is_listed_and_what_is_broken_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    groups = [group.group for group in extension_groups()]
    code = "class Method:\n    name = 'mine'\n    def fit(self, *args, **options): ...\n"
    points = {group: {"trial": "no_such_package:x"} for group in groups}
    points["valuespectrum.steering"] = {"trial": "trial_package:Method"}
    install(monkeypatch, tmp_path, "trial_package", code, points)
    found = {report.group: report for report in look_at_extensions()}
    assert list(found) == groups
    for group, report in found.items():
        assert "trial" in report.names
        problems = [problem for name, problem in report.broken.items() if name == "trial of trial_package 1.2"]
        assert len(problems) == (group != "valuespectrum.steering")
        assert all("no_such_package" in problem for problem in problems)
