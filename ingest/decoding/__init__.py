"""From a media file to the pictures at given times, as a player shows them."""
