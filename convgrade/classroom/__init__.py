"""Grades a whole class in parallel, with one writer to the gradebook."""

import sys

# nbformat imports jsonschema, and that a parser of internationalised addresses, which takes
# seconds to build in every process and which no notebook needs. Where it is missing, jsonschema
# does without.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
