"""A whole session with an audit hook: what the program opens, writes, connects to and unpickles. Run by test_alone.

It prints what it found as JSON: the files written or removed, the files read, and every socket, process and pickle.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

FOUND: dict[str, list[str]] = {"written": [], "read": [], "forbidden": []}
CHANGES = {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod", "os.chown", "os.link",
           "os.symlink", "shutil.rmtree", "os.utime", "os.setxattr"}


def _unpickles_its_cache() -> bool:
    """Whether the compiled engine is being read from its own folder."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == "numba.core.caching":
            return True
        frame = frame.f_back
    return False


def watch(event: str, args: tuple[Any, ...]) -> None:
    """The audit hook."""
    if event == "open" and isinstance(args[0], str | bytes):
        path, mode, flags = args
        changes = any(sign in mode for sign in "wax+") if isinstance(mode, str) else bool(
            flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))
        FOUND["written" if changes else "read"].append(os.path.abspath(os.fsdecode(path)))
    elif event in CHANGES:
        # A relative name beside a number is one within a folder that is open, and was named when it was opened.
        inside = any(isinstance(part, int) and part > 2 for part in args)
        names = [os.fsdecode(part) for part in args if isinstance(part, str | bytes)]
        FOUND["written"] += [os.path.abspath(name) for name in names if os.path.isabs(name) or not inside]
    elif event.startswith("socket.") and event != "socket.gethostname":
        FOUND["forbidden"].append(f"{event} {args}")
    elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"):
        FOUND["forbidden"].append(f"{event} {args[:1]}")
    elif event == "pickle.find_class" and not _unpickles_its_cache():
        FOUND["forbidden"].append(f"{event} {args}")


def main(folder: Path) -> None:
    """Build, train, explain, save, open, recover nothing, and end."""
    sys.addaudithook(watch)
    from PySide6.QtCore import QPointF, QStandardPaths, QTimer

    from nnsim.documents.examples import EXAMPLES
    from nnsim.gui import app
    from nnsim.gui.tour.hand import Hand
    from nnsim.gui.window.panels import WORKSPACES
    from nnsim.gui.window.window import MainWindow

    QStandardPaths.setTestModeEnabled(False)

    def drive() -> None:
        window = next(w for w in app.QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        hand = Hand(window)
        hand.example("xor_to_learn")
        hand.add("hidden", QPointF(0, 120))
        for workspace in WORKSPACES:
            window.workspaces.switch(workspace)
            hand.settle()
        window.desk.session.set_speed(None)
        window.desk.session.train()
        hand.wait(lambda: window.desk.session.epoch > 20, "it trains", 60)
        window.desk.session.pause()
        window.desk.session.path = folder / "mine.nnsim"
        assert window.files.save()
        assert window.files.open(EXAMPLES["xor"].path)
        assert window.files.open(folder / "mine.nnsim")
        window.close()

    def drive_or_die() -> None:
        try:
            drive()
        except BaseException:
            traceback.print_exc()
            os._exit(1)

    QTimer.singleShot(0, drive_or_die)
    app.run()
    print(json.dumps(FOUND))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
