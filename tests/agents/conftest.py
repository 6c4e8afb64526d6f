"""Fixtures of the tests of this package."""

from agents_fixtures import make_picture as make_picture
from agents_fixtures import tiny_model_folder as tiny_model_folder
