"""Pictures of plans and sensitivities: tables in, figures out."""
