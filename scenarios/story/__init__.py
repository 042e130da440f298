"""What happened to one simulated person, and why? A life replayed by the rules of the readable twin and checked
against the engine's record. Words may change; it invents nothing.
"""
