"""nbgrader plug-ins of the course."""
