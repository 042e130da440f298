"""What is in a folder of results, and is it whole? Manifests, hashes, files that appear at once. What a manifest
records may grow; its format number goes up when older folders can't be read.
"""
