"""Who computes? One function over many small tasks: in this process, in several, on a cluster; lost workers,
failures and interrupts. Results don't depend on anything here.
"""
