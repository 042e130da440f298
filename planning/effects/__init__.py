"""What each channel of the status quo brings: what is attributed to it, and what is missing when it is taken out.

``effects`` simulates, ``pictures`` shows. How a channel is taken out (``REMOVALS``) decides results.
"""
