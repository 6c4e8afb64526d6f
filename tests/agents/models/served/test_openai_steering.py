"""A server that steers is told with each request, and is a model of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from asks import YES
from fault_server import KEY, Behaviour, serving
from tiny_models import PictureMaker

from agents.models.ask_key import ask_key
from agents.models.base import Ask, Choice, ModelOptions, Stimulus
from agents.models.model_names import ModelId, ModelSpec
from agents.models.registry import load_model
from vectorstore.foundation.errors import InputError, ModelError

FIELDS = {"steer_vector_request", "control_vector"}


def test_a_server_that_steers_is_told_with_each_request_and_keeps_keys_of_its_own(
    make_picture: PictureMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
    ask = Ask(Stimulus((make_picture(1),)), "Like it?", (YES, Choice("no", ("no", "No"))))
    told = tmp_path / "My Security.json"
    told.write_text(json.dumps({"steer_vector_local_path": "/srv/s.gguf", "scale": 2.0}))
    with serving(Behaviour()) as server:
        spec = f"openai:toy-1@{server.url}"
        option = f"steering={str(told).replace(' ', '%20')}"
        plain = load_model(spec)
        before = len(server.seen.bodies)
        models = [
            load_model(f"{spec}?{option}"),
            load_model(f"{spec}?{option}&steering_field=control_vector"),
            load_model(f"{spec}?{option}&steering_field=none"),
        ]
        answers = [next(model.score([ask])) for model in (plain, *models)]
        sent = server.seen.bodies[before:]
    assert not any(answer.error for answer in answers)
    fields = [set(body) & FIELDS for body in sent]
    assert {"steer_vector_request"} in fields and {"control_vector"} in fields and set() in fields
    assert all(
        body[name]["scale"] == 2.0 for body in sent for name in set(body) & {"steer_vector_request", "control_vector"}
    )
    assert all("steer_vector_request" not in body for body in server.seen.bodies[:before])
    assert len({ask_key(ask, model) for model in (plain, *models)}) == 4
    known = ModelId.parse(models[0].id)
    assert known.steering.startswith("my-security~") and known.without_steering == ModelId.parse(plain.id)
    assert "by the server, in steer_vector_request" in models[0].settings["steering"]
    assert "as the server was started" in models[2].settings["steering"] and "steering" not in plain.settings
    assert ModelSpec.parse(f"{spec}?{option}").could_name(known) and not ModelSpec.parse(spec).could_name(known)
    assert not ModelSpec.parse(f"{spec}?{option}").could_name(ModelId.parse(plain.id))


@pytest.mark.parametrize(
    ("content", "field", "problem"),
    [
        ("[1]", "steer_vector_request", "no JSON object"),
        ("{}", "steer_vector_request", "no JSON object"),
        ("no", "steer_vector_request", "is not JSON"),
        ('{"a": 1}', "messages", "cannot say 'messages' to mean steering"),
        ('{"a": 1}', "top_k", "cannot say 'top_k'"),
        ('{"a": 1}', "a b", "cannot say 'a b'"),
    ],
)
def test_what_a_server_cannot_be_told_is_one_line(content: str, field: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "told.json"
    path.write_text(content)
    with pytest.raises(InputError, match=problem):
        load_model(f"openai:m@http://127.0.0.1:9/v1?steering={path}&steering_field={field.replace(' ', '%20')}")
    with pytest.raises(InputError, match="cannot read"):
        load_model(f"openai:m@http://127.0.0.1:9/v1?steering={path}2")


def test_a_field_without_a_file_is_refused() -> None:
    """Whoever names where steering stands wants some; the model would answer as it is."""
    with pytest.raises(InputError, match="steering_field means nothing without steering"):
        load_model("openai:m@http://127.0.0.1:9/v1?steering_field=steering")


def test_a_file_for_models_of_this_process_is_nothing_for_a_server() -> None:
    with pytest.raises(ModelError, match="'openai' cannot be steered by a file"):
        load_model("openai:m@http://127.0.0.1:9/v1", ModelOptions(steer=("security.steer",)))
