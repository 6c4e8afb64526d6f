"""What an agent sees of a clip: pictures, words beside them, pictures that are made or taken of a page."""
