"""Which scenario activates how many people, for whom, at what cost? Runs over all draws, their folder, tables and
pictures. How it is shown may change; frames and their hashes are results.
"""
