"""What the clock says, and how long things take, for people to read.

The clock may jump in either direction, so nothing is ordered by it.
"""

from __future__ import annotations

import datetime


def utc_now() -> str:
    """The present: UTC, ISO 8601, to the second."""
    return _present().isoformat(timespec="seconds")


def utc_day() -> datetime.date:
    """Today in UTC."""
    return _present().date()


def duration(seconds: float) -> str:
    """Time as a person would say it.

    Example:
        >>> duration(45), duration(600), duration(9000), duration(400_000)
        ('45 s', '10 min', '2.5 h', '4.6 days')
    """
    for unit, length, digits in (("days", 86_400, 1), ("h", 3_600, 1), ("min", 60, 0)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.{digits}f} {unit}"
    return f"{seconds:.0f} s"


def _present() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
