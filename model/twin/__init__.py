"""The same model in plain Mesa, one agent a person, to be read: start with ``reference``.

It must equal the engine person by person (``tests/model/twin``): a rule changed in one is changed in both.
"""
