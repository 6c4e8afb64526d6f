"""An agent that looks through a feed: sessions, policies, what it sees and decides, logs, replay."""
