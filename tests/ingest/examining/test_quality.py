"""Quality measures order pictures the way a person would."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ingest.examining.quality import grey_picture, is_blank, is_frozen, measure, motion, sharpness, text_share

SENTENCE = "The quick brown fox jumps over the lazy dog and then sleeps"


def scene(seed: int = 0, size: tuple[int, int] = (256, 455)) -> Image.Image:
    """Soft shapes, no text."""
    random = np.random.default_rng(seed)
    small = Image.fromarray(random.integers(0, 256, (8, 5, 3), dtype=np.uint8))
    return small.resize(size, Image.Resampling.BICUBIC)


def with_text(picture: Image.Image, lines: int, size: int = 18) -> Image.Image:
    copy = picture.copy()
    draw = ImageDraw.Draw(copy)
    draw.rectangle((0, 40, copy.width, 50 + lines * (size + 6)), fill="black")
    for line in range(lines):
        draw.text((4, 46 + line * (size + 6)), SENTENCE, fill="white", font=ImageFont.load_default(size))
    return copy


def jpeg(picture: Image.Image, quality: int = 90) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


@pytest.mark.parametrize("level", [0, 17, 128, 255])
def test_one_colour_is_blank_and_as_bright_as_it_is(level: int) -> None:
    found = measure(grey_picture(jpeg(Image.new("RGB", (300, 200), (level,) * 3))))
    assert found.blank
    assert found.brightness == pytest.approx(level, abs=2)
    assert found.sharpness < 1
    assert found.text_share == 0


def test_noise_does_not_hide_that_nothing_is_shown_and_a_title_does_not_count_as_nothing() -> None:
    noise = np.random.default_rng(0).normal(30, 6, (400, 225, 3)).clip(0, 255).astype(np.uint8)
    assert is_blank(grey_picture(Image.fromarray(noise)))
    title = Image.new("RGB", (225, 400))
    ImageDraw.Draw(title).text((60, 190), "The end", fill="white", font=ImageFont.load_default(20))
    assert not is_blank(grey_picture(title))
    assert not is_blank(grey_picture(scene()))


def test_blur_lowers_sharpness_at_every_step() -> None:
    picture = with_text(scene(), 3)
    steps = [
        sharpness(grey_picture(picture.filter(ImageFilter.GaussianBlur(radius)) if radius else picture))
        for radius in (0, 1, 2, 4, 8)
    ]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > 20 * steps[-1]


@pytest.mark.parametrize("size", [14, 18, 28])
@pytest.mark.parametrize("shape", [(256, 455), (455, 256)])
def test_text_is_told_from_its_absence(size: int, shape: tuple[int, int]) -> None:
    plain = [text_share(grey_picture(jpeg(scene(seed, shape)))) for seed in range(5)]
    written = [text_share(grey_picture(jpeg(with_text(scene(seed, shape), 4, size)))) for seed in range(5)]
    assert max(plain) < 0.01
    assert min(written) > 0.04


def test_more_text_has_a_larger_share() -> None:
    shares = [text_share(grey_picture(with_text(scene(), lines))) for lines in (0, 2, 5, 10)]
    assert shares == sorted(shares)
    assert shares[-1] > 3 * shares[1]


def test_a_single_edge_or_a_frame_around_is_no_text() -> None:
    half = Image.new("RGB", (256, 256))
    half.paste((255, 255, 255), (128, 0, 256, 256))
    assert text_share(grey_picture(half)) == 0
    framed = Image.new("RGB", (256, 256), "white")
    ImageDraw.Draw(framed).rectangle((20, 20, 236, 236), outline="black", width=4)
    assert text_share(grey_picture(framed)) == 0


def test_motion_and_stillness() -> None:
    still = [grey_picture(jpeg(scene(), quality)) for quality in (95, 80, 60, 90)]
    assert is_frozen(still)
    assert (motion(still) or 0) < 2
    moving = [grey_picture(scene(seed)) for seed in range(4)]
    assert not is_frozen(moving)
    assert (motion(moving) or 0) > 20
    assert motion(moving[:1]) is None
    assert not is_frozen(moving[:1])


def test_a_slow_drift_is_not_frozen_although_each_step_is_small() -> None:
    drift = [np.full((256, 256), level, dtype=np.float32) for level in range(0, 40, 2)]
    assert motion(drift) == 2
    assert not is_frozen(drift)


@given(st.binary(min_size=48, max_size=48), st.integers(1, 400), st.integers(1, 400))
def test_measures_stay_in_their_ranges(content: bytes, width: int, height: int) -> None:
    picture = Image.frombytes("RGB", (4, 4), content).resize((width, height))
    found = measure(grey_picture(picture))
    assert 0 <= found.brightness <= 255
    assert found.sharpness >= 0
    assert 0 <= found.text_share <= 1
