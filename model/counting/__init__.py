"""What is seen of the simulated people? Weekly stocks and flows, groups, the survey's respondents, prevalences at
launch. A new column is counted here and named in ``model/terms/outcome.py``; definitions of existing ones are
results.
"""
