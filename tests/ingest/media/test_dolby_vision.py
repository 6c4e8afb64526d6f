"""What a container says of Dolby Vision is found where it stands, and hostile files end the search."""

from __future__ import annotations

import io
import random
import time

import pytest

from ingest.media.dolby_vision import is_dolby_vision_alone

ALONE, COMPATIBLE = (bytes([1, 0, profile << 1, 0, other << 4]) + bytes(19) for profile, other in ((5, 0), (8, 1)))
OF_AV1 = {other: bytes([1, 0, 10 << 1, 0, other << 4]) + bytes(19) for other in (0, 1)}


def box(name: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + name + content


def mp4(*tracks: tuple[bytes, bytes], record: bytes = b"dvvC") -> bytes:
    """A file with tracks: what each is of, and its record, empty for none."""
    made = b""
    for kind, said in tracks:
        entry = box(b"hvc1", bytes(78) + box(b"hvcC", b"?") + (box(record, said) if said else b""))
        table = box(b"minf", box(b"stbl", box(b"stsd", bytes(8) + entry)))
        made += box(b"trak", box(b"tkhd", b"") + box(b"mdia", box(b"hdlr", bytes(8) + kind + bytes(12)) + table))
    return box(b"ftyp", b"isom") + box(b"mdat", bytes(99)) + box(b"moov", box(b"mvhd", bytes(9)) + made)


def element(name: str, content: bytes, width: int = 2) -> bytes:
    return bytes.fromhex(name) + (len(content) | 1 << 7 * width).to_bytes(width, "big") + content


def matroska(*tracks: tuple[int, bytes], record: bytes = b"dvvC", segment: bytes = b"") -> bytes:
    """A file with tracks: Matroska's number for their kind, and their record, empty for none."""
    made = b""
    for kind, said in tracks:
        added = element("41e4", element("41f0", b"\4") + element("41e7", record) + element("41ed", said))
        made += element("ae", element("d7", b"\1", 1) + element("83", bytes([kind])) + (added if said else b""))
    parts = element("114d9b74", b"") + element("1654ae6b", made) + element("1f43b675", bytes(50))
    head = element("1a45dfa3", bytes(20)) + element("ec", bytes(3))
    return head + (bytes.fromhex("18538067") + segment + parts if segment else element("18538067", parts, 8))


UNKNOWN_LENGTH = b"\x01" + b"\xff" * 7
FILES = {
    "MP4": (mp4((b"soun", b""), (b"vide", ALONE)), "mov", 0, True),
    "MP4 that others can show": (mp4((b"vide", COMPATIBLE)), "mov", 0, False),
    "MP4 without": (mp4((b"vide", b"")), "mov", 0, False),
    "AV1 for itself": (mp4((b"vide", OF_AV1[0])), "mov", 0, True),
    "AV1 for others, too": (mp4((b"vide", OF_AV1[1])), "mov", 0, False),
    "another box": (mp4((b"vide", ALONE), record=b"hvcE"), "mov", 0, False),
    "another track": (mp4((b"vide", b""), (b"vide", ALONE)), "mov", 0, False),
    "the second track": (mp4((b"vide", b""), (b"vide", ALONE)), "mov", 1, True),
    "Matroska": (matroska((2, b""), (1, ALONE)), "matroska", 0, True),
    "Matroska of a stream": (matroska((1, ALONE), segment=UNKNOWN_LENGTH), "matroska", 0, True),
    "a name as a long number": (matroska((1, ALONE), record=b"\0\0dvcC"), "matroska", 0, True),
    "Matroska that others can show": (matroska((1, COMPATIBLE)), "matroska", 0, False),
    "Matroska without": (matroska((1, b"")), "matroska", 0, False),
    "something else added": (matroska((1, ALONE), record=b"itut"), "matroska", 0, False),
    "a record that is cut off": (matroska((1, ALONE[:4])), "matroska", 0, False),
    "another container": (mp4((b"vide", ALONE)), "mpegts", 0, False),
}


@pytest.mark.parametrize("name", FILES)
def test_the_record_of_the_track_decides(name: str) -> None:
    content, demuxer, place, expected = FILES[name]
    file = io.BytesIO(content)
    file.seek(5)
    assert is_dolby_vision_alone(file, demuxer, place) is expected
    assert file.tell() == 5


@pytest.mark.parametrize("demuxer", ["mov", "matroska"])
def test_any_file_is_looked_through_in_bounded_time(demuxer: str) -> None:
    sound = mp4((b"vide", ALONE)) if demuxer == "mov" else matroska((1, ALONE))
    dice = random.Random(7)
    for _ in range(300):
        broken = bytearray(sound)
        for _ in range(3):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        is_dolby_vision_alone(io.BytesIO(bytes(broken[: dice.randrange(len(broken))])), demuxer, 0)
    many = box(b"free", b"") * 300_000 if demuxer == "mov" else element("ec", b"", 1) * 300_000
    start = time.process_time()
    for content in (b"", many, bytes(1000), b"\xff" * 1000):
        assert not is_dolby_vision_alone(io.BytesIO(content), demuxer, 0)
    assert time.process_time() - start < 2
