"""How the fast engine does it: records in memory, contacts written down ahead, and compiled weeks.

What a contact does is in ``completion`` and ``responses``, who gets one in ``processes``, when in ``agenda``; the rules
are ``model.terms.rules``, levers ``model.levers``. Codes of processes are results: never renumbered.
"""
