"""From a file to a clip: decoded in confined workers, judged, freed of near duplicates."""
