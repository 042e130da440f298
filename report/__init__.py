"""What does a reader get who has no time? One HTML page from finished folders: answer, curves, costs, who is left
behind, provenance of every number. Pictures and words may change; a number is traced to its file or isn't shown.
"""
