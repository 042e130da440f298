"""Which uncertain input drives a result, and what would it be worth to know it? Indices on common random numbers,
value of information by study. Studies are in ``studies.toml``; places and seeds are results.
"""
