"""What is known of pictures beside the search that found them, in a folder: labels of raters, and nuisances."""
