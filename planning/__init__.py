"""What should be decided? The mix under a budget, what drives it, and what would be worth knowing. Each room takes
simulated strategies and answers one of these; none knows anything that the model doesn't.
"""
