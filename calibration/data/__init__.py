"""Data files: read through ``calibration.facts.tables``; where each figure comes from stands in ``SOURCES.md``."""
