"""The decision module of ValuePilot, and our instrument of decisions, on planted truth (``calibration.deciding``).

``python -m bench.truth.decisions [--sealed] [--people 40] [--scenes 126] [--respondents 150]``.
"""

from __future__ import annotations

from valuespectrum.calibration.deciding import main

if __name__ == "__main__":
    main()
