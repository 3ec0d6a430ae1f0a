"""A student's session: an IPython kernel that is forked ready, spoken to over one socket."""
