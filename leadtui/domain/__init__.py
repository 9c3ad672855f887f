"""What the program is about: campaigns, posts, leads, drafts, and the query language. Pure."""
