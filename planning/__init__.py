"""From simulated strategies to decisions: the mix under a budget, what drives it, and what would be worth knowing.

Words of tables and pictures are in ``text.toml``.
"""
