"""Hypothesis on a machine that others use too: slow is no fault."""

from hypothesis import settings

settings.register_profile("calm", deadline=None)
settings.load_profile("calm")
