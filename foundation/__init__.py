"""What would any simulation project need? Errors, quantiles, derived seeds; nothing here knows Mon espace santé. All
may be touched but ``seeds.py``: purposes of derived seeds are results and never renumbered.
"""
