"""What is stored is what a player shows: colours and corners, for every decoder right or refused by name."""

from __future__ import annotations

import importlib.util
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext
from looks import (
    BARS,
    CORNERS,
    Look,
    Shape,
    as_hlg,
    as_p3,
    as_pq,
    combs,
    corners,
    read_bars,
    read_corners,
    with_dolby_vision,
    with_matrix,
    write_camera_clip,
    write_fields,
    write_look,
    write_rgba,
    write_shape,
)
from videos import VideoWriter, write_numbered

from ingest.decoding.colours import WHITE, Colours, to_screen
from ingest.decoding.decode import Decoded, DecodeOptions, decode
from ingest.examining.worker_pool import DecodePool
from ingest.media.picture_sizes import to_jpeg
from vectorstore.foundation.errors import MediaError

DECODERS = ("pyav", "decord", "torchcodec")
HD = (1280, 720)
HDR = {"codec": "libx265", "options": {"x265-params": "log-level=none:crf=6"}, "bits": 10, "matrix": 9}


def tags(matrix: int = 2, transfer: int = 2, primaries: int = 2, full: int = 0) -> dict[str, int]:
    said = {"colorspace": matrix, "color_trc": transfer, "color_primaries": primaries, "color_range": full}
    return {name: value for name, value in said.items() if value != (0 if name == "color_range" else 2)}


PLAIN = {
    "untagged SD is BT.601": Look(),
    "BT.601": Look(tags=tags(6, 6, 6, 1)),
    "BT.709 of any size": Look(matrix=1, tags=tags(1, 1, 1, 1)),
    "BT.709 HD": Look(matrix=1, tags=tags(1, 1, 1, 1), size=HD),
    "BT.601 HD": Look(tags=tags(6, 6, 6, 1), size=HD),
    "full range": Look(matrix=1, full=True, tags=tags(1, 1, 1, 2)),
}
SPECIAL = {
    "untagged HD is BT.709": (Look(matrix=1, size=HD), "untagged_colours"),
    "untagged HD by width": (Look(matrix=1, size=(1280, 544)), "untagged_colours"),
    "untagged HD upright": (Look(matrix=1, size=(720, 1280)), "untagged_colours"),
    "PQ": (Look(light=as_pq, tags=tags(9, 16, 9, 1), **HDR), "wide_colours"),  # type: ignore[arg-type]
    "PQ without primaries": (Look(light=as_pq, tags=tags(9, 16), **HDR), "wide_colours"),  # type: ignore[arg-type]
    "HLG": (Look(light=as_hlg, tags=tags(9, 18, 9, 1), **HDR), "wide_colours"),  # type: ignore[arg-type]
    "Display P3": (Look(matrix=1, light=as_p3, tags=tags(1, 1, 12, 1)), "wide_colours"),
}

ORIENTATIONS = {
    (1, 0, 0, 1): ["red", "green", "blue", "white"],
    (0, 1, -1, 0): ["blue", "red", "white", "green"],
    (-1, 0, 0, -1): ["white", "blue", "green", "red"],
    (0, -1, 1, 0): ["green", "white", "red", "blue"],
    (-1, 0, 0, 1): ["green", "red", "white", "blue"],
    (1, 0, 0, -1): ["blue", "white", "red", "green"],
    (0, 1, 1, 0): ["red", "blue", "green", "white"],
    (0, -1, -1, 0): ["white", "green", "blue", "red"],
}
"""Display matrices (a, b, c, d) and the corners that they show."""


def shown(path: Path, decoder: str = "auto") -> Decoded:
    if decoder == "torchcodec" and importlib.util.find_spec("torchcodec") is None:
        pytest.skip("torchcodec is not installed")
    return decode(path, DecodeOptions(decoder=decoder, frames=3))


def refused(path: Path, decoder: str) -> str:
    with pytest.raises(MediaError, match=f"{path.name}: {decoder}.*use --decoder auto") as refusal:
        shown(path, decoder)
    return refusal.value.reason


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("decoder", DECODERS)
def test_ordinary_colours_are_those_of_every_decoder(tmp_path: Path, name: str, decoder: str) -> None:
    path = write_look(tmp_path / "clip.mp4", PLAIN[name])
    for frame in shown(path, decoder).frames:
        assert np.abs(read_bars(frame.picture) - BARS).max() < 5


@pytest.mark.parametrize("name", SPECIAL)
@pytest.mark.parametrize("decoder", DECODERS)
def test_other_colours_come_out_as_on_an_ordinary_screen(tmp_path: Path, name: str, decoder: str) -> None:
    look, reason = SPECIAL[name]
    path = write_look(tmp_path / "clip.mp4", look)
    if decoder != "pyav":
        assert refused(path, decoder) == reason
        return
    for frame in shown(path).frames:
        assert np.abs(read_bars(frame.picture) - BARS).max() < 8


def test_colours_that_only_the_container_names(tmp_path: Path) -> None:
    lossless = {**HDR, "codec": "ffv1", "options": {}}
    path = write_look(tmp_path / "clip.mkv", Look(light=as_pq, tags=tags(9, 16, 9, 1), **lossless))  # type: ignore[arg-type]
    for frame in shown(path).frames:
        assert np.abs(read_bars(frame.picture) - BARS).max() < 10


def test_white_of_hdr_is_white_and_lights_above_it_are_told_apart() -> None:
    nits = np.array([0, 50, WHITE, 400, 1000, 4000])
    power = (nits / 10000) ** 0.1593017578125
    coded = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    grey = np.rint(np.broadcast_to(coded[None, :, None], (1, 6, 3)) * 65535).astype(np.uint16)
    values = to_screen(grey, Colours(9, 1, 16, 9, False))[0]
    assert np.ptp(values.astype(int), axis=1).max() <= 1
    assert values[0, 0] == 0 and 240 <= values[2, 0] <= 255
    assert np.all(np.diff(values[:5, 0].astype(int)) >= 1) and values[5, 0] >= values[4, 0]


def test_colours_that_nobody_can_convert_are_refused_by_name(tmp_path: Path) -> None:
    for said, words in ((tags(14, 16, 9, 1), "matrix 14"), (tags(1, 8, 1, 1), "transfer 8")):
        path = write_look(tmp_path / "clip.mp4", Look(matrix=1, tags=said))
        with pytest.raises(MediaError, match=words) as refusal:
            shown(path)
        assert refusal.value.reason == "unsupported_colours"


@pytest.mark.parametrize("said", [{}, tags(9, 16, 9, 1)])
def test_dolby_vision_is_refused_where_it_alone_describes_the_colours(tmp_path: Path, said: dict[str, int]) -> None:
    path = write_look(tmp_path / "clip.mp4", Look(light=as_pq, tags=said, **HDR))  # type: ignore[arg-type]
    content = path.read_bytes()
    assert b"hev1" in content
    path.write_bytes(content.replace(b"hev1", b"dvhe"))
    if said:
        assert np.abs(read_bars(shown(path).frames[0].picture) - BARS).max() < 8
        return
    with pytest.raises(MediaError, match="Dolby Vision") as refusal:
        shown(path)
    assert refusal.value.reason == "unsupported_colours"


@pytest.mark.parametrize("name", ["clip.mkv", "clip.mp4"])
@pytest.mark.parametrize("said", [{}, tags(9, 16, 9, 1)])
@pytest.mark.parametrize(("profile", "shown_by_others_as"), [(5, 0), (8, 1)])
def test_a_record_of_dolby_vision_says_whether_others_can_show_it(
    tmp_path: Path, name: str, said: dict[str, int], profile: int, shown_by_others_as: int
) -> None:
    """Major and minor version, seven bits of profile, six of level, three flags, four of compatibility."""
    record = bytes([1, 0, profile << 1, 0b00011_1_0_1, shown_by_others_as << 4]) + bytes(19)
    plain = write_look(tmp_path / name, Look(light=as_pq, tags=said, **HDR))  # type: ignore[arg-type]
    bars = read_bars(shown(plain).frames[0].picture)
    path = with_dolby_vision(plain, record)
    if profile != 5:
        assert np.array_equal(read_bars(shown(path).frames[0].picture), bars)
        return
    with pytest.raises(MediaError, match="Dolby Vision") as refusal:
        shown(path)
    assert refusal.value.reason == "unsupported_colours"


@pytest.mark.parametrize("matrix", ORIENTATIONS)
@pytest.mark.parametrize("decoder", DECODERS)
def test_all_eight_ways_round(tmp_path: Path, matrix: tuple[int, int, int, int], decoder: str) -> None:
    path = with_matrix(write_look(tmp_path / "clip.mp4", Look(), corners), matrix)
    a, b, c, d = matrix
    if a * d - b * c < 0 and decoder != "pyav":
        assert refused(path, decoder) == "mirrored"
        return
    decoded = shown(path, decoder)
    size = (320, 180) if a else (180, 320)
    assert (decoded.width, decoded.height) == size
    for frame in decoded.frames:
        assert frame.picture.size == size
        assert read_corners(frame.picture) == ORIENTATIONS[matrix]


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, [["red", "green"], ["blue", "white"]]),
        (2, [["green", "red"], ["white", "blue"]]),
        (3, [["white", "blue"], ["green", "red"]]),
        (6, [["blue", "red"], ["white", "green"]]),
        (7, [["white", "green"], ["blue", "red"]]),
        (8, [["green", "white"], ["red", "blue"]]),
    ],
)
def test_pictures_with_the_notes_of_a_camera(tmp_path: Path, orientation: int, expected: list[list[str]]) -> None:
    """PyAV hands out nothing of what is beside a frame where it does not know one kind of it."""
    frames = shown(write_camera_clip(tmp_path / "clip.mov", orientation)).frames
    assert len(frames) == 3
    for frame in frames:
        assert read_corners(frame.picture) == [name for row in expected for name in row]


def test_the_way_round_that_only_the_first_picture_says(tmp_path: Path) -> None:
    plain = write_look(tmp_path / "plain.mp4", Look(), corners)
    path = tmp_path / "clip.mp4"
    with av.open(str(plain)) as reader, av.open(str(path), "w") as writer:
        stream = reader.streams.video[0]
        turn = BitStreamFilterContext("h264_metadata=display_orientation=insert:flip=horizontal", stream)
        copy = writer.add_stream_from_template(stream)
        for packet in reader.demux(stream):
            for turned in turn.filter(packet if packet.size else None):
                turned.stream = copy
                writer.mux(turned)
    assert [read_corners(frame.picture) for frame in shown(path).frames] == [ORIENTATIONS[-1, 0, 0, 1]] * 3


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("vp9.webm", "libvpx-vp9", "yuva420p"),
        ("vp8.webm", "libvpx", "yuva420p"),
        ("png.mov", "png", "rgba"),
        ("animation.mov", "qtrle", "argb"),
        ("ffv1.mkv", "ffv1", "bgra"),
    ],
)
@pytest.mark.parametrize("decoder", DECODERS)
def test_what_is_transparent_is_black(tmp_path: Path, name: str, codec: str, pixels: str, decoder: str) -> None:
    picture = np.empty((96, 160, 4), np.uint8)
    picture[:] = (0, 255, 0, 0)
    picture[24:72, 40:120] = (*CORNERS["red"], 255)
    picture[:24, 40:120] = (*CORNERS["white"], 128)
    path = write_rgba(tmp_path / name, codec, pixels, picture)
    if decoder != "pyav":
        assert refused(path, decoder) == "transparency"
        return
    for frame in shown(path).frames:
        seen = np.asarray(frame.picture, int)
        assert seen[40:60, :32].max() < 12 and seen[80:, :].max() < 12
        assert np.abs(seen[36:60, 60:100] - CORNERS["red"]).max() < 12
        assert np.abs(seen[4:18, 60:100] - 115).max() < 12


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libx264", {"x264-params": "tff=1"}),
        ("libx264", {"x264-params": "bff=1"}),
        ("mpeg2video", {"flags": "+ildct+ilme"}),
    ],
)
@pytest.mark.parametrize("decoder", DECODERS)
def test_fields_leave_no_combs(tmp_path: Path, codec: str, options: dict[str, str], decoder: str) -> None:
    path = write_fields(tmp_path / "clip.mkv", codec, options)
    if decoder != "pyav":
        assert refused(path, decoder) == "interlaced"
        return
    frames = shown(path).frames
    assert len(frames) == 3
    for frame in frames:
        assert combs(frame.picture) < 1.5
        assert 200 < np.asarray(frame.picture.convert("L")).max() <= 255


def test_confined_workers_show_the_same(tmp_path: Path) -> None:
    picture = np.full((96, 160, 4), (0, 255, 0, 128), np.uint8)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(
        b"".join(
            write_shape(tmp_path / f"{first}.ts", Shape(aspect, first)).read_bytes()
            for first, aspect in ((0, Fraction(4, 3)), (10, Fraction(2, 1)))
        )
    )
    paths = [
        write_look(tmp_path / "pq.mp4", SPECIAL["PQ"][0]),
        write_rgba(tmp_path / "alpha.webm", "libvpx-vp9", "yuva420p", picture),
        write_fields(tmp_path / "fields.mkv", "libx264", {"x264-params": "tff=1"}),
        with_matrix(write_look(tmp_path / "mirror.mp4", Look(), corners), (0, 1, 1, 0)),
        joined,
    ]
    with DecodePool(1, DecodeOptions(frames=3)) as pool:
        for path in paths:
            found = pool.submit(path).result(60)
            assert found.failure is None
            assert [picture.jpeg for picture in found.pictures] == [
                to_jpeg(frame.picture) for frame in shown(path).frames
            ]


def test_a_turned_picture_of_wide_pixels(tmp_path: Path) -> None:
    path = with_matrix(write_shape(tmp_path / "clip.mp4", Shape(Fraction(2, 1))), (0, 1, -1, 0))
    decoded = shown(path)
    assert (decoded.width, decoded.height) == (96, 320)
    assert {frame.picture.size for frame in decoded.frames} == {(96, 320)}


def test_whole_frames_are_not_touched(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "clip.mkv", VideoWriter(size=(320, 240)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.decoding.as_shown._through", None)
        assert len(shown(path).frames) == 3


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.flv", "clip.avi", "clip.ts", "clip.mpg"])
def test_pixels_that_are_not_square(tmp_path: Path, name: str) -> None:
    codec = {".mpg": "mpeg2video", ".avi": "mpeg4"}.get(Path(name).suffix, "libx264")
    decoded = shown(write_shape(tmp_path / name, Shape(Fraction(12, 11), codec=codec)))
    # MPEG-2 knows the shape of the whole picture only.
    assert decoded.width in ((175,) if codec != "mpeg2video" else (171, 174, 175))
    assert {frame.picture.size for frame in decoded.frames} == {(decoded.width, 96)}


def test_pixels_that_change_their_shape_midway(tmp_path: Path) -> None:
    parts = [Shape(Fraction(4, 3)), Shape(Fraction(2, 1), first=10), Shape(None, first=20)]
    content = b"".join(write_shape(tmp_path / f"{n}.ts", part).read_bytes() for n, part in enumerate(parts))
    path = tmp_path / "joined.ts"
    path.write_bytes(content)
    decoded = decode(path, DecodeOptions(frames=30))
    assert [frame.picture.width for frame in decoded.frames] == [213] * 10 + [320] * 10 + [160] * 10
    assert decoded.width == 213


@pytest.mark.parametrize("decoder", ["decord", "torchcodec"])
def test_pixels_of_another_shape_than_said_at_first_are_refused_where_nobody_looks(
    tmp_path: Path, decoder: str
) -> None:
    same = write_shape(tmp_path / "same.flv", Shape(Fraction(4, 3)))
    assert shown(same, decoder).width == 213
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.decoding.as_shown.frame_aspect", lambda frame: 2.0)
        assert refused(same, decoder) == "pixel_aspect"
