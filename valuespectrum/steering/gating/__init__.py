"""Gates that come with the project: made out of example texts, by nearness to them or by a classifier."""
