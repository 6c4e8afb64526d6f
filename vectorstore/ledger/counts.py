"""What a corpus holds, in numbers that add up."""

from __future__ import annotations

from typing import Any

from vectorstore.ledger.ledger import Ledger

Counts = dict[str, Any]  # Open: the name tells whether it is a number or a group of them
"""Plain JSON: numbers, or numbers by name."""

UNKNOWN = "unknown"
"""Name of the group about which nothing is known."""

_FIRST_SOURCE = "JOIN source_video ON link_id = (SELECT min(link_id) FROM source_video AS other \
WHERE other.video_sha = video.video_sha) JOIN source USING (source_id)"

GROUPS = {
    "platforms": f"SELECT platform, count(*) FROM video {_FIRST_SOURCE} GROUP BY 1",
    "licences": f"SELECT licence, count(*) FROM video {_FIRST_SOURCE} GROUP BY 1",
    "months": f"SELECT substr(published, 1, 7), count(*) FROM video {_FIRST_SOURCE} GROUP BY 1",
    "bases": f"SELECT basis, count(*) FROM video {_FIRST_SOURCE} GROUP BY 1",
    "codecs": "SELECT codec, count(*) FROM video GROUP BY 1",
    "failures": "SELECT reason, count(*) FROM source WHERE state = 'failed' GROUP BY 1",
    "failure_platforms": "SELECT platform, count(*) FROM source WHERE state = 'failed' GROUP BY 1",
    "words": "SELECT origin, count(DISTINCT video_sha) FROM transcript WHERE cues != '[]' GROUP BY 1",
    "recipes": "SELECT recipe_id, count(DISTINCT video_sha) FROM frame GROUP BY 1",
}
"""Clips (or failed sources) by something; a clip counts for the source that led to it first, and for each place that
has words of it."""

NUMBERS = {
    "clips": "SELECT count(*) FROM video",
    "known_duplicates": "SELECT (SELECT count(*) FROM source_video) - (SELECT count(*) FROM video)",
    "failed": "SELECT count(*) FROM source WHERE state = 'failed'",
    "clips_truncated": "SELECT count(*) FROM video WHERE truncated",
    "clips_linked_as_near_duplicates": """SELECT count(*) FROM (
        SELECT clip_id FROM clip_link WHERE kind = 'near_duplicate'
        UNION SELECT other_id FROM clip_link WHERE kind = 'near_duplicate')""",
    "clips_gone": """SELECT count(*) FROM video WHERE NOT EXISTS (
        SELECT 1 FROM source_video JOIN source USING (source_id)
        WHERE source_video.video_sha = video.video_sha AND gone_at = '')""",
    "clips_with_words": "SELECT count(DISTINCT video_sha) FROM transcript WHERE cues != '[]'",
    "uploaders": "SELECT count(DISTINCT uploader) FROM source JOIN source_video USING (source_id) WHERE uploader != ''",
    # Removals of earlier releases tell the sources alone.
    "removed": """SELECT coalesce(sum(coalesce(
        json_extract(detail, '$.versions'), json_extract(detail, '$.sources'))), 0)
        FROM event WHERE kind = 'removal'""",
    "seconds": "SELECT coalesce(round(sum(duration), 3), 0) FROM video",
    "frames": "SELECT count(*) FROM frame",
    "frames_near_duplicate": "SELECT count(*) FROM frame WHERE duplicate_of IS NOT NULL",
    "frames_blank": "SELECT count(*) FROM frame WHERE blank",
    "pictures": "SELECT count(DISTINCT picture_sha) FROM frame",
}


def corpus_counts(ledger: Ledger) -> Counts:
    """Count everything that a card or a snapshot says.

    Returns:
        Numbers and groups. ``planned`` is everything that was ever asked for: a source counts once for every
        version of its file, so that planned = clips + known_duplicates + failed + removed.
    """
    counts: Counts = {name: ledger.select(query)[0][0] for name, query in NUMBERS.items()}
    counts["planned"] = sum(counts[part] for part in ("clips", "known_duplicates", "failed", "removed"))
    for name, query in GROUPS.items():
        group: dict[str, int] = {}
        for key, number in sorted(ledger.select(query)):
            # A source may say the very word that stands for those that say nothing.
            group[key or UNKNOWN] = group.get(key or UNKNOWN, 0) + number
        counts[name] = group
    return counts
