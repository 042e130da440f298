"""Words, numbers, dates and amounts in French and English, read and written (``text.toml`` holds the texts)."""
