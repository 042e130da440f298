"""Data files: read through ``calibration.tables``; where each figure comes from stands in ``SOURCES.md``."""
