"""What the verbs of steering do."""
