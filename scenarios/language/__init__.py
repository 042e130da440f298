"""What may a scenario file say? Schema, regions, dates and targets, all errors of a file at once, the template of a
new one. A key is added in the lever's schema; keys and defaults of existing files keep their meaning.
"""
