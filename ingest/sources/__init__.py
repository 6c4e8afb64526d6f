"""Where clips come from: each module turns what a user names into ``SourceItem`` rows."""
