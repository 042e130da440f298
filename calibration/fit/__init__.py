"""Does the model agree with what was published, and what did the data teach it? Residuals of the patterns,
predictions, identifiability of each parameter. A pattern is added in its tables; seeds of predictions are results.
"""
