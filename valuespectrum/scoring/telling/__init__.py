"""Questions that tell models apart: how much one tells, who wins by it, and how far the result can be trusted."""
