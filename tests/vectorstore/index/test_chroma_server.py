"""The same corpus with its index on a Chroma server, as several processes would share it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from corpus_parts import EMBEDDER, add, embed, sha

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError
from vectorstore.index.chroma import IndexPlace, VectorIndex
from vectorstore.ledger.records import Removal

DIMENSION = 24
_RUN = "import sys; sys.argv = ['chroma', *sys.argv[1:]]; from chromadb.cli.cli import app; app()"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server of our own. Its output goes to a file: started with a pipe that nobody reads, it blocks."""
    folder, port = tmp_path_factory.mktemp("server"), _free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ["run", "--path", str(folder / "data"), "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", _RUN, *arguments], stdout=output, stderr=output)
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=2).close()
                break
            except (OSError, urllib.error.URLError):
                if process.poll() is not None:
                    break
                time.sleep(0.1)
        else:
            pytest.skip("no Chroma server came up within 15 s")
        if process.poll() is not None:
            pytest.skip(f"`chroma run` does not start here: {(folder / 'output').read_text()[-300:]}")
        yield url
    finally:
        process.kill()
        process.wait()


def names(url: str) -> set[str]:
    with talking_to(url) as client:
        return {collection.name for collection in client.list_collections()}


@contextlib.contextmanager
def talking_to(url: str) -> Iterator[Any]:
    index = VectorIndex(IndexPlace(Path(), "test", url), write=False)
    yield index._client
    index.close()


def answers(corpus: Corpus, engine: str) -> list[tuple[str, float]]:
    hits = corpus.search(np.random.default_rng(3).normal(size=DIMENSION), 99, engine=engine)
    return [(hit.frame.frame_id, round(hit.similarity, 4)) for hit in hits]


def test_a_corpus_lives_with_its_index_on_a_server(server: str, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    before = names(server)
    with Corpus.ensure(folder, chroma_url=server) as corpus:
        for number in range(6):
            add(corpus, f"clip {number}")
        embed(corpus, dimension=DIMENSION)
        assert answers(corpus, "chroma") == answers(corpus, "exact")
        assert corpus.verify() == []
        # Readers on a server need no lock: the server keeps them apart.
        with Corpus.open(folder, chroma_url=server) as reader:
            assert answers(reader, "chroma") == answers(corpus, "exact")
        assert corpus.rebuild_index() == 24
        assert answers(corpus, "chroma") == answers(corpus, "exact")
        assert len(names(server) - before) == 1
        corpus.remove(Removal("clip", (sha("clip 2"),)))
        assert len(answers(corpus, "chroma")) == 20
        assert len(names(server) - before) == 1
    assert not list(folder.glob("chroma*"))
    with Corpus.open(folder, chroma_url=f"{server}/") as corpus:
        assert len(answers(corpus, "chroma")) == 20


def test_two_corpora_on_one_server_keep_apart(server: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        with Corpus.ensure(tmp_path / name, chroma_url=server) as corpus:
            add(corpus, name)
            embed(corpus, dimension=DIMENSION)
            corpus.rebuild_index()
    for name in ("one", "two"):
        with Corpus.open(tmp_path / name, chroma_url=server) as corpus:
            hits = corpus.search(np.ones(DIMENSION), 99, EMBEDDER, "chroma")
            assert {hit.frame.clip_id for hit in hits} == {sha(name)}


def test_an_index_moves_to_a_server_and_back(server: str, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    with Corpus.ensure(folder) as corpus:
        add(corpus, "clip")
        embed(corpus, dimension=DIMENSION)
        expected = answers(corpus, "exact")
    for url, elsewhere in ((server, None), (None, server)):
        with Corpus.open(folder, chroma_url=url) as reader, pytest.raises(CorpusError, match="is kept in"):
            answers(reader, "chroma")
        with Corpus.open(folder, write=True, chroma_url=url) as corpus:
            assert answers(corpus, "chroma") == expected
            assert corpus.verify() == []
        assert bool(list(folder.glob("chroma*"))) == (url is None)
        with Corpus.open(folder, chroma_url=elsewhere) as reader, pytest.raises(CorpusError, match="is kept in"):
            answers(reader, "chroma")


def test_what_others_did_on_the_server_is_mended(server: str, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    before = names(server)
    with Corpus.ensure(folder, chroma_url=server) as corpus:
        add(corpus, "clip")
        embed(corpus, dimension=DIMENSION)
    (ours,) = names(server) - before
    with talking_to(server) as client:
        client.delete_collection(ours)
    with Corpus.open(folder, write=True, chroma_url=server) as corpus:
        assert answers(corpus, "chroma") == answers(corpus, "exact")
        assert [kind for _, kind, _ in corpus.events()] == ["index_rebuilt"]


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{_free_port()}"
    with pytest.raises(CorpusError, match="no Chroma server answers"):
        Corpus.ensure(tmp_path / "corpus", chroma_url=url)
    with Corpus.open(tmp_path / "corpus", write=True) as corpus:
        add(corpus, "clip")
        embed(corpus, dimension=DIMENSION)
    with pytest.raises(CorpusError, match="no Chroma server answers"):
        Corpus.open(tmp_path / "corpus", write=True, chroma_url=url)
    with Corpus.open(tmp_path / "corpus", chroma_url=url) as corpus:
        assert len(answers(corpus, "exact")) == 4
        with pytest.raises(CorpusError, match="is kept in"):
            answers(corpus, "chroma")


def test_a_copy_of_a_corpus_does_not_shut_it_out(server: str, tmp_path: Path) -> None:
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        add(corpus, "both")
        embed(corpus, dimension=DIMENSION)
    shutil.copytree(tmp_path / "corpus", tmp_path / "copy")
    for name in ("copy", "corpus", "copy"):
        # Both have the same names on the server, and each finds there what the other has.
        with Corpus.open(tmp_path / name, write=True, chroma_url=server) as corpus:
            if name.title() not in {clip.title for clip in corpus.clips()}:
                add(corpus, name)
                embed(corpus, dimension=DIMENSION, seed=len(name))
            assert answers(corpus, "chroma") == answers(corpus, "exact")
