"""The grader of the course: reference builder, rubric, nbgrader plug-ins, class runner."""
