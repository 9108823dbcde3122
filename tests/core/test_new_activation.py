"""An activation is added in one place: an entry that exists nowhere else is found by everything."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_an_activation_that_is_only_registered_is_found_everywhere(tmp_path: Path) -> None:
    """Trained by both engines, initialized, checked, explained, exported, with its band, saved, and plotted."""
    # Kernels of other registries than the program's must not lie in the program's cache.
    own = {name: str(tmp_path) for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA", "HOME")}
    done = subprocess.run([sys.executable, "-m", "tests.core.a_new_activation", str(tmp_path)], cwd=ROOT,
                          capture_output=True, text=True, encoding="utf-8", timeout=600, env={**os.environ, **own})
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("found everywhere\n")
