"""An instrument of an installed package that fails is named in one line, and is in no other's way."""

from __future__ import annotations

from pathlib import Path

import pytest
from installed_packages import install

import valuespectrum as vs
from valuespectrum.instruments.registry import INSTRUMENTS, load_instrument
from vectorstore.foundation.errors import InputError

CODE = '''
from valuespectrum.instruments.svo.slider import Svo


class Renamed(Svo):
    """Has the name of another one."""


class Dear(Svo):
    name = "dear"

    def __init__(self, options=None):
        raise RuntimeError("no key")


class Plain(Svo):
    name, Options = "plain", dict


class Mute(Svo):
    name = "mute"

    def questions(self, setting):
        raise RuntimeError("no words")


class Failing(Svo):
    name = "failing"

    def measure(self, answers, units, options):
        raise KeyError("angle")


class Silent(Svo):
    name = "silent"

    def measure(self, answers, units, options):
        return {"angle": float("nan")}


class Costly(Svo):
    name = "costly"

    def cost(self, pictures):
        return 1 // 0
'''
NAMES = ("renamed", "dear", "plain", "mute", "failing", "silent", "costly")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = {name: f"instruments_of_others:{name.title()}" for name in NAMES}
    install(monkeypatch, tmp_path / "installed", "instruments_of_others", CODE, {INSTRUMENTS.group: points})


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("renamed", "the instrument 'renamed' calls itself 'svo': runs would name another one"),
        ("dear", "the instrument 'dear' cannot be made: no key"),
        ("plain", "the options of instrument 'plain' are no dataclass"),
    ],
)
def test_one_that_cannot_be_made_is_named(name: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_instrument(name)
    assert caught.value.message == said


@pytest.mark.usefixtures("installed")
def test_those_that_cannot_be_used_are_in_no_others_way() -> None:
    found = vs.list_instruments().to_dict()
    assert {"svo", "like", "mute"} <= {each["name"] for each in found["instruments"]}
    assert set(found["broken"]) == {"renamed", "dear", "plain", "costly"}
    assert "costly" not in vs.known_batteries() and "like" in vs.known_batteries()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mute", "the instrument 'mute' cannot say what it asks: no words"),
        ("failing", "the instrument 'failing' cannot score what was answered: 'angle'"),
        ("silent", "the instrument 'silent' gives {'angle': nan}, which is no Measurement"),
    ],
)
def test_one_that_fails_in_a_run_is_named(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        vs.run_instrument(name, "simulated:amber", tmp_path / "run")
    assert caught.value.message == said
