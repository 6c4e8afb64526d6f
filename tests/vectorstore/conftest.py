"""Fixtures of the tests of this package."""

from vectorstore_fixtures import corpus as corpus
