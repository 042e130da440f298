"""What is typed after ``mes``: a file for each command, a signature and a lazy import. Options and their texts may
be refined; names, exit statuses and JSON keys are kept. Heavy imports stay inside the functions.
"""
