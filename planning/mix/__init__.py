"""Which mix of levers activates most for a budget, and which is the cheapest to a target.

What is asked (``question``), simulated (``simulate``), proposed (``surrogate``), searched (``search``), judged on fresh
draws (``plan``, ``shipped``), told (``results``, ``tables``, ``pictures``). The seeds of proposals decide which mixes
are simulated: they stay.
"""
