"""The program minds its own business: its own files and those that were chosen, no socket, no foreign pickle."""

import json
import os
import subprocess
import sys
from pathlib import Path

from nnsim.training import kernel_cache
from tests.stories import watched_session


def test_a_whole_session_touches_nothing_but_what_is_its_own(tmp_path: Path) -> None:
    """A window is started, builds, trains, saves, opens and ends, and an audit hook hears of all it does."""
    places = {name: tmp_path / name for name in ("config", "data", "runtime", "chosen")}
    for place in places.values():
        place.mkdir(mode=0o700)
    environment = {**os.environ, "XDG_CONFIG_HOME": str(places["config"]), "XDG_DATA_HOME": str(places["data"]),
                   "XDG_RUNTIME_DIR": str(places["runtime"]), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, watched_session.__file__, str(places["chosen"])], capture_output=True,
                          text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["forbidden"] == []
    own = [*map(str, places.values()), str(kernel_cache.cache_folder()), "/dev/null"]
    foreign = [path for path in found["written"]
               if not path.startswith(tuple(own)) and not any(place.startswith(path + os.sep) for place in own)]
    assert foreign == []
    assert str(places["chosen"] / "mine.nnsim") in found["read"]
    program = [sys.prefix, sys.base_prefix, str(Path(kernel_cache.__file__).parents[2]), "/usr", "/proc", "/etc",
               "/sys", "/lib", "/bin"]
    foreign = [path for path in found["read"] if not path.startswith((*own, *program))]
    assert foreign == []
