"""What understanding costs: `python -m tests.bench.language`.

The goals: under 1 ms of CPU a text (95 in 100), no hostile text over 20 ms, a model under
5 MiB, loaded in under 300 ms.

CPU time of one process, first on texts whose words were never met before (the cache of
words is emptied before each), then as the running program meets them; hostile strings of
4096 characters; load time in a fresh process; the size of the model; and the figures on
the held-out fifth and on unseen wordings.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path

from services.language import corpus, features, model, understand
from services.language.measure import measure
from services.language.understanding import Recogniser

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 3, 1)
LOAD = (
    "import time; wall, cpu = time.perf_counter(), time.process_time();"
    "from services.language import model, understand;"
    "imported = time.perf_counter(); model.default(); loaded = time.perf_counter();"
    "understand('salam');"
    "print(imported - wall, loaded - imported, time.perf_counter() - loaded)"
)


def cpu_ms(text: str) -> float:
    """CPU milliseconds to understand one text."""
    started = time.process_time_ns()
    understand(text, today=TODAY)
    return (time.process_time_ns() - started) / 1e6


def line(name: str, times: list[float]) -> str:
    """A row of the table: median, 95th percentile and maximum, in milliseconds."""
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    median, most = statistics.median(ordered), ordered[-1]
    return f"{name:<44}{median:>9.3f}{p95:>9.3f}{most:>9.3f}"


def cold(text: str) -> float:
    """The cost when no word of the text was met before."""
    features._of_word.cache_clear()
    return cpu_ms(text)


def hostile() -> list[str]:
    """Long strings made to be slow: many different words, marks, emoji, digits, unfolding."""
    source = random.Random(3)
    arabic = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    latin = "abcdefghijklmnopqrstuvwxyz23579"

    def words(letters: str, longest: int) -> str:
        return " ".join(
            "".join(source.choices(letters, k=source.randint(1, longest))) for _ in range(4096)
        )[:4096]

    made = [words(letters, longest) for letters in (arabic, latin, arabic + latin)
            for longest in (1, 2, 3, 6, 12) for _ in range(20)]  # fmt: skip
    made += [
        "ﷺ" * 4096, "\u0651" * 4096, "😀" * 4096, "\u202e" * 4096, "a" * 4096, "5a" * 2048,
        "0" * 4096, "1 " * 2048, "05 " * 1365, "R-16-" * 819, "+213 5" * 682, "30/09/" * 682,
        "مليون " * 682, "ما ش " * 819, "ne pas " * 585, "l'" * 2048, "3'a" * 1365,
        "<script>" * 512, "' OR 1=1 --" * 372, "million " * 512, "خمسين ألف " * 409, "\x00" * 4096,
    ]  # fmt: skip
    return [text[:4096] for text in made]


def main() -> int:
    """Print the tables; 1 when a goal was missed."""
    rows = corpus.read_folder(corpus.UTTERANCES)
    _, held_out = corpus.split(rows, corpus.held_out_fingerprints())
    understand("salam", today=TODAY)
    imports, loading, first = load_times()
    new = [cold(row.text) for row in held_out]
    usual = [cpu_ms(row.text) for row in held_out]
    attacked = [cold(text) for text in hostile()]
    size = model.MODEL_FILE.stat().st_size / 2**20
    print(f"{'CPU ms a text':<44}{'p50':>9}{'p95':>9}{'max':>9}")
    print(line(f"held out, each word new ({len(new)})", new))
    print(line("held out, as the program runs", usual))
    print(line(f"hostile, 4096 characters ({len(attacked)})", attacked))
    print(f"\nmodel: {size:.2f} MiB, {len(model.default().names)} features")
    print(f"fresh process, ms: imports {imports:.0f}, model {loading:.0f}, first text {first:.0f}")
    tests = ROOT / "tests" / "services" / "language"
    sets = {
        "held out": held_out,
        "unseen wordings": corpus.read_file(tests / "unseen.csv"),
        "unseen wordings, the later and harder set": corpus.read_file(tests / "unseen_later.csv"),
    }
    recogniser = Recogniser(model.default())
    for name, some in sets.items():
        print(f"\n{name}")
        for key, value in asdict(measure(recogniser, some)).items():
            print(f"  {key:<24}{value:>8.3f}" if key != "utterances" else f"  {key:<24}{value:>8}")
    quick = sorted(new)[int(len(new) * 0.95)] < 1 and max(attacked) < 20
    return int(not (quick and size < 5 and loading < 300))


def load_times() -> list[float]:
    """Medians over fresh processes, in wall milliseconds: imports, the model, the first text."""
    runs = []
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", LOAD], cwd=ROOT, capture_output=True, text=True, check=True
        )
        runs.append([float(part) * 1000 for part in done.stdout.split()])
    return [statistics.median(part) for part in zip(*runs, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
