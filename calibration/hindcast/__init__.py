"""How well would the model have forecast, beside simple methods? Forecasts from earlier days, scored on what came.
Forecasters are added in their room; origins and seeds are results.
"""
