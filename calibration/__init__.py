"""What do the data say? Facts, the posterior, how well it fits and forecasts, and how sure it is. ``warm`` compiles
the kernels beforehand. Rooms may be read one by one: each answers one question.
"""
