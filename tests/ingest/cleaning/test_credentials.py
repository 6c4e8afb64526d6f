"""Keys in links stay with whoever has them; what names the clip stays in the link."""

from __future__ import annotations

import pytest

from ingest.cleaning.credentials import without_credentials

CLIP = "https://clips.example/watch"


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("X-Amz-Algorithm=A&X-Amz-Credential=B&X-Amz-Expires=60&X-Amz-Signature=C&id=7", "id=7"),
        ("id=7&Expires=1700000000&Signature=abc&Key-Pair-Id=K&Policy=P", "id=7"),
        ("GoogleAccessId=a&id=7&X-Goog-Signature=b", "id=7"),
        ("sv=2022&st=a&se=b&sr=b&sp=r&sig=c%3D&id=7", "id=7"),
        ("id=7&st=90&sp=1", "id=7&st=90&sp=1"),
        ("id=7;access_token=abc;t=3", "id=7&t=3"),
        ("id=7&ACCESS%5FTOKEN=abc", "id=7"),
        ("id=7&csrfToken=abc&api.key=d&exp=9&hdnts=e", "id=7"),
        ("id=7&id=8&list=a%20b&monkey=1&expert=2", "id=7&id=8&list=a%20b&monkey=1&expert=2"),
        ("a&&b=", "a&&b="),
    ],
)
def test_what_looks_like_a_key_goes_and_the_rest_stays_as_it_is(query: str, left: str) -> None:
    assert without_credentials(f"{CLIP}?{query}") == f"{CLIP}?{left}"


def test_a_link_of_keys_alone_and_one_without_parameters_have_none() -> None:
    assert [without_credentials(url) for url in (f"{CLIP}?token=a", CLIP)] == [CLIP, CLIP]
