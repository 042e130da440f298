"""What can be typed? The command ``mes``: options, errors, exit statuses, what is shown. Results come from below: a
command reads its options, calls one function and shows what it returns.
"""
