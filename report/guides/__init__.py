"""What do the project's own pages say, and is it current? One registry of parts (page, mark, function), filled by
``mes docs``; ``mes evidence`` remakes everything that parts are filled from. Pages hold what commands print: never
change a number between marks by hand.
"""
