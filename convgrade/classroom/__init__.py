"""Grades a whole class in parallel, with one writer to the gradebook."""
