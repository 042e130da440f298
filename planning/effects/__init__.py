"""What does each channel add, and what would be lost without it? Attribution beside the effect of removal. Tables
and pictures may change; what removing a channel means is a result.
"""
