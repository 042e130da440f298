"""What do the rules say, read slowly? The model once more in plain Mesa, one agent a person, equal to the engine
person by person. Clarity comes first; it changes with a rule, never alone.
"""
