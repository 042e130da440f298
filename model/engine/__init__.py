"""How is the model computed fast? Contacts found once, sorted by week, handled in compiled kernels over small
records. Speed may be touched, as ``tests/golden`` and the equality with the twin hold; order of draws and codes are
results.
"""
