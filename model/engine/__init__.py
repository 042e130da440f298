"""How the fast engine does it: records in memory, contacts written down ahead, and compiled weeks.

What a contact does is in ``responses`` and ``completion``, who gets one, and when, in ``search`` and ``processes``; the
rules are ``model.terms.rules``, levers ``model.levers``. Codes of processes are results: never renumbered.
"""
