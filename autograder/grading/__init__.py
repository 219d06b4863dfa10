"""Grading submissions: intake, execution, judging and recording, used by nbgrader and by the command line alike."""
