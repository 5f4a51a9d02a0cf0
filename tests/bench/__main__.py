"""`make bench`: every bench of the project, one after the other, or those named.

`python -m tests.bench updates import_rows`
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Not benches themselves: what others start.
HELPERS = {"__main__", "botapi_stub", "echo_bot", "processes"}


def main() -> int:
    wanted = sys.argv[1:] or sorted(
        file.stem for file in HERE.glob("*.py") if file.stem not in HELPERS
    )
    failed = []
    for name in wanted:
        print(f"\n=== {name}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], cwd=HERE.parents[1])
        if done.returncode:
            failed.append(name)
    if failed:
        print("\nfailed:", ", ".join(failed))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
