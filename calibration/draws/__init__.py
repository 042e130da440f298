"""Which draws does a command use? Files of posterior draws with their provenance, the shipped posterior of each
structure, and mixtures by evidence. How a file is written or chosen may change; names of parameters and the order of
draws are results.
"""
