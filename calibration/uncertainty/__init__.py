"""What is the uncertainty of a result made of? Structure, fitted parameters, lever effects, and the randomness of
the simulated people, by nested simulations. The split is a result; its table and picture may change.
"""
