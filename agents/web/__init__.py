"""The feed as a page: a person scrolls it in a browser, an agent sees pictures of it."""
