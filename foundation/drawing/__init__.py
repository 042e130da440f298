"""How does every picture look? Page, colours, wrapping and placing of labels. Change it here and every picture
follows; what is drawn is decided in the rooms of the results.
"""
