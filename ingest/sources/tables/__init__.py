"""Lists of clips as files: rows of CSV, JSON and Parquet, all read alike."""
