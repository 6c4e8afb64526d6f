"""Whether and how a role is played: interviews, checks, and falling out of it."""
