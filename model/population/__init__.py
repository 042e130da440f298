"""Who there is: the insured, drawn from the national pyramid; their attributes, guardians, doctors and ties.

Decision codes 100 to 139 and the order of rows are results: never renumbered.
"""
