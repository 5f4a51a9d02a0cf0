"""What is kept of a person, given to them or erased on demand (law 18-07).

Each subject that keeps something about people adds a `Holding` to the list in `holdings`.
"""

from services.personal_data.holdings import HOLDINGS, Holding, erase, export

__all__ = ["HOLDINGS", "Holding", "erase", "export"]
