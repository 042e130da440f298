"""How pictures look: style, lines broken by their real width, labels that don't overlap. Results are not made here."""
