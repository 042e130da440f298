"""Does the calibration say what it knows, and no more? Ranks of known truths among posterior draws, with negative
controls. Methods and lines may be added; numbers of runs and purposes of seeds are results.
"""
