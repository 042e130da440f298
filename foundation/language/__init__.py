"""How are words, numbers, dates and pages written in English and French? Mechanisms only: the words of a room are in
the room. A number is shown the same way everywhere, so change it here.
"""
