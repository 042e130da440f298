"""Does another method find the same posterior? A population of places that draws nearer to the figures run by run,
beside the walk over the emulator. Everything may be touched: no result but the page rests on it.
"""
