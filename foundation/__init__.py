"""What every floor above uses and none of it knows of health records: folders of results, work on many cores, language,
pictures, seeds. Nothing here makes results but ``seeds`` and ``quantiles``: keys of derived seeds are never renumbered.
"""
