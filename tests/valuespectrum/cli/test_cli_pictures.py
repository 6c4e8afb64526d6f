"""``corpus label``, ``nuisance``, ``relevance`` and ``score --ratings``, from a corpus to a page."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_world import ColourEmbedder, colour
from PIL import Image

import ingest.embedding.base
from valuespectrum.cli import main
from valuespectrum.operations.corpora.labelling import LabelSettings, label
from valuespectrum.operations.corpora.pictures import PictureSettings
from valuespectrum.operations.corpora.relevance import nuisance
from valuespectrum.theory.values import VALUES
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.ledger.records import EmbedderRecord, Frame, Media, Recipe, Source

EACH = 6
MODEL = "simulated:hedonism=1,security=-1,noise=0.4"
Ask = Callable[..., tuple[int, dict[str, Any], str]]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def add_clip(corpus: Corpus, value: str, number: int) -> None:
    """A clip of one colour that is lighter than the one before, with a picture of another lightness at its end."""
    name, shas = f"{value}_{number}", []
    for step in (0.0, 0.1):
        file = io.BytesIO()
        light = 0.4 + 0.1 * ((number * 7 + VALUES.index(value) * 3) % EACH) + step
        pixels = np.full((48, 32, 3), np.array(colour(value)) * light, dtype=np.uint8)
        pixels[: 4 + number] //= 2
        Image.fromarray(pixels).save(file, "JPEG", quality=95)
        shas += corpus.store_pictures([file.getvalue()])
    media = Media(sha(name), 9, "mov", "h264", 32, 48, 0, 2.0, False, 0, 2)
    frames = [
        Frame(sha(f"{name}|{at}"), sha(name), at, float(at), shas[at], 32, 48, sha(f"{name}{at}")[:16], None)
        for at in range(2)
    ]
    corpus.add_clip(Source(f"https://example.org/{name}", "1", name), media, Recipe("recipe", "{}"), frames)


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ingest.embedding.base, "load_embedder", lambda spec, *_, **__: ColourEmbedder())
    embedder = ColourEmbedder()
    with Corpus.ensure(tmp_path / "corpus") as opened:
        opened.add_embedder(EmbedderRecord(embedder.id, embedder.spec, embedder.dimension))
        for value in VALUES:
            for number in range(EACH):
                add_clip(opened, value, number)
        for picture in opened.pictures_without_vector(embedder.id):
            with Image.open(opened.picture_path(picture)) as file:
                opened.add_embeddings(embedder.id, [picture], embedder.images([file.convert("RGB")]))
        opened.index_pending()
    return tmp_path / "corpus"


@pytest.fixture
def ask(capfd: pytest.CaptureFixture[str]) -> Ask:
    def call(*words: object) -> tuple[int, dict[str, Any], str]:
        capfd.readouterr()
        code = main([str(word) for word in words] + ["--json"])
        out, error = capfd.readouterr()
        return code, json.loads(out) if out.strip() else {}, error

    return call


def fill(table: Path, seen: Callable[[int, str], tuple[str, str]]) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        with Image.open(row["picture"]) as picture:
            shows = VALUES[int(ColourEmbedder().images([picture.convert("RGB")])[0].argmax())]
        row["value"], row["state"] = seen(int(row["frame"], 16), shows)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def one_in_five_is_another(number: int, shows: str) -> tuple[str, str]:
    other = VALUES[(VALUES.index(shows) + 3) % len(VALUES)]
    return (other if number % 5 == 0 else shows, "endorsed")


def test_from_pictures_to_corrected_scores_and_a_page(ask: Ask, corpus: Path, tmp_path: Path) -> None:
    run, table = tmp_path / "run", tmp_path / "anna.csv"
    assert ask("bench", "--corpus", corpus, "--model", MODEL, "--run", run)[0] == 0
    label = ("corpus", "label", corpus, "--run", run, "--by")
    people = (*label, "people", "--rater", "anna", "--file", table)
    code, queue, _ = ask(*people)
    assert code == 0 and queue["labelled"] == 0 and queue["pictures"] >= 30
    assert ask(*people)[0] == 2, "an empty table is no label"
    fill(table, one_in_five_is_another)
    code, labelled, _ = ask(*people)
    assert code == 0 and labelled["labelled"] == queue["pictures"]
    code, near, error = ask(*label, "embedding")
    assert code == 0 and near["labelled"] == queue["pictures"] and "calibrated on" in error

    code, rated, _ = ask("corpus", "nuisance", corpus, "--run", run)
    assert code == 0 and {"brightness", "motion", "prettiness"} <= set(rated["names"])
    code, found, _ = ask("corpus", "relevance", corpus, "--run", run)
    assert code == 0 and list(found["raters"]) == ["anna"], "the embedder that found the clips cannot check them"
    shares = [row["wrong"] for row in found["wrong"].values() if row["wrong"] is not None]
    assert 0.05 < np.mean(shares) < 0.4
    assert found["agreement"]["value"]["alpha"] is None, "nor can it agree with those who can"
    assert found["balance"]["hedonism"]["brightness"] is not None

    code, scores, _ = ask("score", run, "--ratings", f"{corpus}-ratings")
    assert code == 0
    (bare,) = [one for one in scores["respondents"] if one["persona"] == "none"]
    alone = bare["corrected"]["relabelled"]
    assert not alone["after"]["values"] and alone["after"]["why"].startswith("not corrected") and alone["before"]
    second = tmp_path / "bert.csv"
    by_bert = (*label, "people", "--rater", "bert", "--file", second)
    assert ask(*by_bert)[0] == 0
    fill(second, one_in_five_is_another)
    assert ask(*by_bert)[0] == 0
    assert ask("corpus", "relevance", corpus, "--run", run)[1]["agreement"]["value"]["alpha"] == 1.0
    code, scores, _ = ask("score", run, "--ratings", f"{corpus}-ratings")
    (bare,) = [one for one in scores["respondents"] if one["persona"] == "none"]
    before, after = (bare["corrected"]["relabelled"][name]["values"] for name in ("before", "after"))
    assert abs(after["hedonism"]["centred"]) > abs(before["hedonism"]["centred"]) > 0.5
    assert bare["corrected"]["adjusted"]["slopes"] and bare["corrected"]["matched"]["balance"]
    assert ask("report", run)[0] == 0
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "Do the pictures show what they stand for?" in page and "wrong clips out" in page
    assert ask("score", run)[1].get("pictures") is None


def test_the_embedder_that_found_pictures_checks_none_of_them_whichever_the_corpus_has_most_of(
    ask: Ask, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("corpus", "label", corpus, "--by", "embedding")[0] == 0
    monkeypatch.setattr(Corpus, "default_embedder", lambda self: "another")
    code, found, _ = ask("corpus", "relevance", corpus)
    assert code == 0 and not found["raters"] and any("cannot check them" in note for note in found["notes"])


BAD: tuple[tuple[tuple[str, ...], str], ...] = (
    (("label", "CORPUS"), "no judge was named"),
    (("label", "CORPUS", "--by", "people"), "people need a table and a name"),
    (("label", "CORPUS", "--by", "embedding", "--model", MODEL), "--model with --by embedding"),
    (("label", "CORPUS", "--by", "embedding", "--file", "x.csv"), "--file with --by embedding"),
    (("relevance", "CORPUS"), "there are no ratings"),
    (("nuisance", "CORPUS", "--ratings", "CORPUS"), "holds no ratings but something else"),
    (("label", "CORPUS", "--by", "embedding", "--rater", "../x"), "cannot be the name of a rater"),
    (("label", "CORPUS", "--by", "embedding", "--run", "nowhere"), "nowhere"),
)


def test_bad_input_is_one_line(ask: Ask, corpus: Path) -> None:
    for words, told in BAD:
        code, document, _ = ask("corpus", *(word.replace("CORPUS", str(corpus)) for word in words))
        assert code == 2 and told in document["error"]["message"], words


def test_a_judge_is_looked_at_first_and_what_was_measured_is_kept_where_it_fails(
    ask: Ask, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from valuespectrum.stimuli.ratings.folder import Ratings

    folder = Path(f"{corpus}-ratings")
    for verb in ("label", "nuisance"):
        assert ask("corpus", verb, corpus, "--model", "nobody:knows")[0] == 2
        assert not folder.exists(), "nothing was begun"

    def gone(*_: object) -> None:
        raise ModelError("the judge is gone")

    monkeypatch.setattr("valuespectrum.operations.corpora.relevance.loaded_judge", gone)
    code, refused, _ = ask("corpus", "nuisance", corpus, "--model", MODEL)
    assert code == 2 and refused["error"]["message"] == "the judge is gone"
    kept = Ratings(folder).nuisances()
    assert kept is not None and kept.rows and "brightness" in kept.names


def test_ratings_of_other_pictures_correct_nothing(ask: Ask, corpus: Path, tmp_path: Path) -> None:
    from valuespectrum.stimuli.ratings.folder import Ratings

    run = tmp_path / "run"
    assert ask("bench", "--corpus", corpus, "--model", MODEL, "--run", run)[0] == 0
    Ratings(tmp_path / "ratings", make=True)
    code, document, _ = ask("score", run, "--ratings", tmp_path / "ratings")
    assert code == 2 and "knows none of the pictures" in document["error"]["message"]


def test_keywords_beside_a_run_are_refused_however_they_are_given() -> None:
    settings = PictureSettings(run=Path("run"), keywords=Path("words.yaml"))
    people = LabelSettings(by="people", rater="somebody", file=Path("table.csv"))
    with pytest.raises(InputError, match="--keywords with --run"):
        nuisance("corpus", settings)
    with pytest.raises(InputError, match="--keywords with --run"):
        label("corpus", people, settings)
