"""Where results are kept: a folder made, resumed, sealed and verified in one way (``store``), its manifest, the parts
of what isn't finished, and the fingerprint of what results depend on. Names of files and keys of manifests are read by
old and new folders alike: they are added to, not changed.
"""
