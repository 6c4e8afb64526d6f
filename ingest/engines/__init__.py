"""Where the work of ingest is done: on this machine, or on a cluster."""
