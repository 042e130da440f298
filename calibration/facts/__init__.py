"""What was published, and what is believed beforehand? Tables of ``calibration/data`` as checked values: stocks,
surveys, priors, history, constants. A new figure is a row with its source in ``SOURCES.md``. A changed figure
changes every posterior: ``mes evidence`` remakes them.
"""
