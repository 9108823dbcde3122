"""What is said when a run has ended."""

from PySide6.QtCore import QCoreApplication

from nnsim.gui.session.run import LongUpdate
from nnsim.training.config import TrainingConfig
from nnsim.training.reasons import why_ended
from nnsim.training.snapshot import Snapshot


def _tr(text: str) -> str:
    return QCoreApplication.translate("Session", text)


def ending_of(snapshot: Snapshot | None, error: BaseException | None, config: TrainingConfig) -> tuple[str, str] | None:
    """Why a run with these settings ended, as (text, kind) of ``Session.message``; None if that needs no word."""
    if isinstance(error, LongUpdate):
        return (_tr("Training stopped before it began.") if error.before else _tr(
            "Training stopped before the update under way, which takes long and is not waited for."), "info")
    if error is not None:
        why = _tr("there is not enough memory.") if isinstance(error, MemoryError) else str(error)
        return _tr("Training failed: {error}").format(error=why or type(error).__name__), "failed"
    end = why_ended(snapshot.reason, config, snapshot.epoch, snapshot.loss) if snapshot is not None else None
    if snapshot is None or end is None:
        return None
    return _tr(end[0]).format(**end[1]), "failed" if snapshot.reason == "diverged" else "info"
