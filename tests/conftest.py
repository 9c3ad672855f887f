"""Shared by all tests."""

from __future__ import annotations

from hypothesis import settings

# How fast an example runs says more about the machine than about the code.
settings.register_profile("leadtui", deadline=None)
settings.load_profile("leadtui")
