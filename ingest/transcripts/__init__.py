"""What is said in clips: subtitle files, text tracks and speech become words with times."""
