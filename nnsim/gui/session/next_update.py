"""What one more update would make of the parameters."""

from nnsim.core.optimizers import OPTIMIZERS
from nnsim.gui.session.desk import Desk
from nnsim.training.update import Update


def next_update(desk: Desk) -> Update:
    """What the next update would be, with the samples that are studied; there must be some."""
    samples, trainer = desk.study.samples, desk.session.paused_trainer
    assert samples is not None
    return Update(desk.session.network, desk.session.document.training, samples.X, samples.T, desk.study.notation,
                  None if trainer is None else trainer.memory, desk.session.epoch, desk.study.backward)


def is_remembered_by_the_run(desk: Desk) -> bool:
    """Whether the optimizer goes by what it remembers, and a run has that now: the next update is not to be told."""
    optimizer = OPTIMIZERS[desk.session.document.training.optimizer_name]
    return desk.session.training and bool(optimizer.memory)
