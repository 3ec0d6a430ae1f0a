"""Dishonest submissions, and what stock nbgrader and our grader make of them."""
