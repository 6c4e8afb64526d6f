"""What a media file says of itself, before a picture of it is decoded."""
