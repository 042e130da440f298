"""Loaded last by the process that workers are copies of (``executors.load_ahead``): what is loaded by then stays one
copy in memory. A worker's garbage collector would otherwise write into every object there is, and whatever is written
into is copied.
"""

import gc

gc.freeze()
