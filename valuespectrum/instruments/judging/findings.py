"""What was found out about judges, as findings beside scores."""

from __future__ import annotations

from collections.abc import Iterable

from agents.judges.watching import JudgeRemark
from valuespectrum.scoring.guards.finding import Finding, State


def judge_findings(remarks: Iterable[JudgeRemark]) -> tuple[Finding, ...]:
    """Remarks on judges as findings, flagged ones first; those of the same name are numbered."""
    ordered = sorted(remarks, key=lambda remark: not remark.flagged)
    found: dict[str, Finding] = {}
    for remark in ordered:
        name = f"judge {remark.judge}: {remark.kind}"
        state: State = "flagged" if remark.flagged else "holds"
        found.setdefault(
            name,
            Finding(
                name, state, remark.number, remark.threshold, f"{remark.statement[:1].upper()}{remark.statement[1:]}."
            ),
        )
    return tuple(found.values())
