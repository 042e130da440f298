"""How did comparable services go on? The law that growth without a known cause is given, from their published counts.
Choices of the analysis, and figures that others take from it, are results.
"""

from __future__ import annotations
