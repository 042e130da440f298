"""Which words and rules does the model consist of? Parameters, structure, weeks, channels, the rules as pure
functions, keyed draws. A rule changes here, with its case in the tests, for both engines. Process codes and
decisions never change.
"""
