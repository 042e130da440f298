"""Which mix of levers is best for a budget, and which is the cheapest to a target? Search on some draws, judged on
others. Ceilings are in ``levers.toml``; the split of the draws and seeds of the search are results.
"""
