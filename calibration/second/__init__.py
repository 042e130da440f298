"""Does another method find the same posterior? Regression-adjusted ABC on a bank of prior runs, beside the walk over
the emulator. Everything may be touched: no result but the page rests on it.
"""
