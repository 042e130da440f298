"""What can a policy add, to both engines? Kinds of levers, whom they aim at, when. A kind is added, not renumbered:
slots and ordinals enter the keys of draws and are results.
"""
