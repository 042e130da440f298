"""Posteriors for the hindcast, ``<origin>.parquet``, each fitted to what was published up to its day."""
