"""Features of sparse autoencoders: read published files, rank features, and steer by them."""
