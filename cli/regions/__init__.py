"""How is one region asked for? ``--region`` and ``--level`` of runs, and ``--region`` of a calibration. What a region
is, and what its level means, is decided below; here options become an experiment or a folder.
"""
