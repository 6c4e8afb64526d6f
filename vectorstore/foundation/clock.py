"""What the clock says, for people to read. It may jump in either direction, so nothing is ordered by it."""

from __future__ import annotations

import datetime


def utc_now() -> str:
    """The present: UTC, ISO 8601, to the second."""
    return _present().isoformat(timespec="seconds")


def utc_day() -> datetime.date:
    """Today in UTC."""
    return _present().date()


def _present() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
