"""Files of questions and of answers that people rated."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from valuespectrum.steering.counterfactual.question_files import read_labels, read_questions
from vectorstore.foundation.errors import InputError


def test_questions_name_their_pictures_from_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "bridge.png").write_bytes(b"picture")
    path = tmp_path / "questions.yaml"
    path.write_text(
        "- {id: q1, question: ' What now? ', frames: [bridge.png]}\n- {id: q2, question: Why?, system: Be.}"
    )
    first, second = read_questions(path)
    assert first.text == "What now?" and second.system == "Be."
    frame = first.stimulus.frames[0]
    assert frame.picture_sha == hashlib.sha256(b"picture").hexdigest() and frame.path == tmp_path / "bridge.png"


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "- {id: q1}",
        "- {id: q1, question: a}\n- {id: q1, question: b}",
        "- {id: q1, question: ' '}",
        "- {id: q1, question: a, frames: [none.png]}",
        "- {id: q1, question: a, frames: [" + ", ".join(["x"] * 40) + "]}",
        "q1: a",
    ],
)
def test_other_questions_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "questions.yaml"
    path.write_text(text)
    with pytest.raises(InputError):
        read_questions(path)


def test_rated_answers(tmp_path: Path) -> None:
    path = tmp_path / "labels.yaml"
    path.write_text("- {text: I help., scores: {care: 5}}")
    assert read_labels(path, {"care": "Care"})[0].scores == {"care": 5.0}
    for text in ("- {text: I help., scores: {fame: 5}}", "- {text: '', scores: {}}", "- {text: a, scores: {care: 9}}"):
        path.write_text(text)
        with pytest.raises(InputError, match=r"labels\.yaml"):
            read_labels(path, {"care": "Care"})
