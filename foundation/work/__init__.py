"""Where tasks are computed, and how they are stopped: this process, local processes, a cluster; what fails, what is
lost, Ctrl-C, progress. Nothing here may change a bit of a result.
"""
