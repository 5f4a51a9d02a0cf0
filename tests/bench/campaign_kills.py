"""A campaign of 20,000 while the whole program is killed again and again (SIGKILL).

`python -m tests.bench.campaign_kills [PEOPLE] [KILLS]`: nobody may get two, and no more than
what was in flight at the kills may be in doubt, each of them listed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.support.campaign_kills import survive

PEOPLE, KILLS = 20_000, 20


def main() -> int:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else KILLS
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'casnos.db'}"
        survived = survive(url, Path(folder), people=people, kills=kills)
    print(survived)
    survived.check()
    return 0


if __name__ == "__main__":
    sys.exit(main())
