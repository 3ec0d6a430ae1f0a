"""Grades model solutions by nbgrader and by us, before any student is graded."""
