"""Shipped posteriors, one a structure, and their manifest."""
