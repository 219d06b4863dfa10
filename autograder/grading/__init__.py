"""Grading submissions: intake, execution, judging and recording, used by nbgrader and by the command line alike."""

import sys

# jsonschema, which nbformat imports, can do without it, and to import it takes two seconds.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
