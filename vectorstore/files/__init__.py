"""The files of a corpus folder: where each lies, frames by their hash, snapshots."""
