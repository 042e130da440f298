"""Who goes on using the service after activation? The law of a month fitted to seven published figures, on the draws of
the posterior of activation, which it does not move. What is fitted may change; seeds of the fit are results: after a
change ``mes evidence`` remakes the shipped posteriors of use.
"""
