"""What can be read off a run: the outcome, groups, how far people have come, adults online as a survey meets them.

Counting changes nothing in a world; a new column is counted here and named in ``model.terms.outcome``.
"""
