"""How is one region asked for? ``--region`` and ``--level`` of runs, and the fit of ``mes calibrate --region``. What a
region is, and what its level means, is decided below; here options become an experiment or a folder.
"""
