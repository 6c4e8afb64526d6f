"""Ratings by a cumulative logit: respondent x value effects, with items, versions and people as what they are."""
