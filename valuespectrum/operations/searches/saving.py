"""What a sharpened set of clips saves: asks about it, and about as many clips that nobody chose as tell as much."""

from __future__ import annotations

from valuespectrum.instruments.registry import load_instrument
from valuespectrum.scoring.estimate import Estimate
from vectorstore.foundation.json_types import Json


def asks_saved(clips: int, worth: Estimate) -> Json:
    """Asks to each respondent with the set, and without it to tell two respondents apart as well.

    Args:
        clips: In the set.
        worth: How many clips that nobody chose one of them stands for.
    """
    a_clip = load_instrument("like").cost(1)
    whole = worth.moved(float(clips * a_clip))
    without, low, high = (None if end is None else round(end) for end in (whole.mean, whole.low, whole.high))
    return {
        "a_clip": a_clip,
        "sharpened": clips * a_clip,
        "unchosen": without,
        "unchosen_low": low,
        "unchosen_high": high,
        "saved": None if without is None else without - clips * a_clip,
        "why": whole.why,
    }


def saving_in_words(asks: Json) -> str:
    """What ``asks_saved`` says, in one line."""
    sharpened, without, low = asks["sharpened"], asks["unchosen"], asks["unchosen_low"]
    if without is None:
        return f"how many asks the set saves is not known: {asks['why']}"
    ends = f", no interval: {asks['why']}" if low is None else f" [{low:,}, {asks['unchosen_high']:,}]"
    told = f"{sharpened:,} asks to each respondent tell two apart as {without:,} about clips that nobody chose{ends}"
    if low is not None and low <= sharpened:
        return f"{told}: it is not shown that the set saves asks"
    return f"{told}: {asks['saved']:,} saved" if asks["saved"] > 0 else f"{told}: nothing is saved"
