"""What the whole model speaks in: weeks, channels, parameters, inputs, rules, keyed draws, outcomes.

Rules and parameters may change (a change moves results: name it); codes of channels and decisions never.
"""
