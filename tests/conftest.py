"""How the tests are spread over processors: those of a file stay together, but for the many small ones."""

from __future__ import annotations

import pytest

ANYWHERE = ("test_registry", "test_mutation")  # each test for itself; they share nothing that is made


def pytest_collection_modifyitems(items):
    """With ``--dist loadgroup``, a group is one processor's: a file shares its notebooks, servers and gradebooks."""
    for item in items:
        if item.path.stem not in ANYWHERE:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
