"""What drives the results of a comparison, and which study would be worth paying for; nothing is simulated again.

Estimators (``indices``, ``information``) hold for given draws; which study informs which input is in ``studies.toml``.
"""
