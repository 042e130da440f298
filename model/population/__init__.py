"""Who is simulated? The insured by age, sex and region, their attributes, households, ties and doctors. Attributes
may be added; decisions that key their draws are never renumbered.
"""
