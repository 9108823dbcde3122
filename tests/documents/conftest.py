"""Settings of hypothesis for the documents' tests."""

from hypothesis import HealthCheck, settings

# A busy machine makes single examples slow; that is no fault of what is tested.
settings.register_profile("nnsim", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nnsim")
