"""What would the simulated people have answered to the published surveys? The survey as an instrument: who is asked,
what is claimed, samples of the survey's size. An answer is a row of data; the law of claims is a result.
"""
