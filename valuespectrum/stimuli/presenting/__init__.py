"""How a clip is shown: in one picture or several, in words, or not at all."""
