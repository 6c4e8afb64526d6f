"""Fixtures of the tests of this package."""

from ingest_fixtures import video_folder as video_folder
