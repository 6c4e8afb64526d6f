"""What yt-dlp says about videos of the three platforms, in its shape; all names, ids and links are invented."""

from __future__ import annotations

from typing import Any


def _format(identity: str, size: tuple[int, int], codec: str, **more: Any) -> dict[str, Any]:
    sound = more.pop("acodec", "none")
    return {
        "format_id": identity, "url": f"https://cdn.example/{identity}.mp4", "ext": "mp4", "protocol": "https",
        "width": size[0], "height": size[1], "vcodec": codec, "acodec": sound, **more,
    }  # fmt: skip


INFOS: dict[str, dict[str, Any]] = {
    "tiktok": {
        "id": "7106798200794926362",
        "title": "making bread again #baking #slowliving",
        "description": "making bread again #baking #slowliving",
        "uploader": "invented.baker", "uploader_id": "6899999999999999999", "channel": "Invented Baker",
        "channel_id": "MS4wLjABAAAAinvented", "timestamp": 1654680400, "duration": 29, "view_count": 1200,
        "webpage_url": "https://www.tiktok.com/@invented.baker/video/7106798200794926362",
        "extractor": "TikTok", "extractor_key": "TikTok",
        # TikTok has no video without sound.
        "formats": [
            _format("download", (576, 1024), "h264", acodec="aac", format_note="watermarked", preference=-2),
            _format("h264_540p", (576, 1024), "h264", acodec="aac", tbr=900),
            _format("bytevc1_720p", (720, 1280), "h265", acodec="aac", tbr=700),
            _format("bytevc1_1080p", (1080, 1920), "h265", acodec="aac", tbr=1500),
        ],
    },
    "youtube": {
        "id": "aB3-_xyzABC",
        "title": "A walk through an invented museum #shorts",
        "description": "Filmed by ourselves.\nhttps://example.org",
        "tags": ["museum", "walk"], "categories": ["Travel"],
        "license": "Creative Commons Attribution license (reuse allowed)",
        "uploader": "Invented Walks", "uploader_id": "@inventedwalks", "channel": "Invented Walks",
        "channel_id": "UC0123456789abcdefghijAB", "upload_date": "20250331", "duration": 41, "age_limit": 0,
        "live_status": "not_live", "webpage_url": "https://www.youtube.com/shorts/aB3-_xyzABC",
        "extractor": "youtube", "extractor_key": "Youtube",
        "formats": [
            _format("18", (360, 640), "avc1.42001E", acodec="mp4a.40.2"),
            _format("137", (1080, 1920), "avc1.640028"),
            _format("134", (360, 640), "avc1.4d401e"),
            _format("133", (240, 426), "avc1.4d4015"),
            _format("243", (360, 640), "vp9", ext="webm"),
            _format("396", (360, 640), "av01.0.01M.08"),
            _format("230", (360, 640), "avc1.4D401E", protocol="m3u8_native"),
        ],
    },
    "instagram": {
        "id": "Cabc_-12345",
        "title": "Video by invented_gardener",
        "description": "First tomatoes of the year \U0001f345",
        "uploader": "An Invented Gardener", "uploader_id": "12345678901", "channel": "invented_gardener",
        "timestamp": 1740000000, "duration": 14.6, "like_count": 3, "comment_count": 1,
        "comments": [{"author": "somebody", "text": "never stored"}],
        "webpage_url": "https://www.instagram.com/reel/Cabc_-12345/",
        "extractor": "Instagram", "extractor_key": "Instagram",
        "formats": [
            _format("0", (720, 1280), "avc1.64001f", acodec="mp4a.40.5"),
            _format("dash-large", (1080, 1920), "vp09.00.40.08", ext="mp4"),
            _format("dash-small", (360, 640), "avc1.64001e"),
        ],
    },
}  # fmt: skip
