"""Says what a class understood: one page to read, and every number of it as CSV."""
