"""What may be anybody's is looked at before it is believed: documents, tables, folders, model files."""
