"""Posteriors of earlier origins, ``<origin>.parquet``, each fitted to what was published up to its day: for the hindcast."""
