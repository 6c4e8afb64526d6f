"""From ratings and preferences to an order of actions, and how far two orders agree."""
