"""What a training leaves behind: the loss of every step, and a row of numbers for every epoch."""

from dataclasses import dataclass, field

MOST_ROWS = 12
HEADER = "epoch   train loss   test loss   test right   seconds"


@dataclass
class History:
    """The course of a training; as a cell's value it shows itself as a small table.

    step_loss: of every step, measured before it. One entry an epoch: train_loss (the mean over the epoch's examples,
    each measured before its step), test_loss and test_accuracy (empty lists without test examples), seconds.
    interrupted: whether it was stopped by hand; step_loss then holds the unfinished epoch's steps too.
    """

    step_loss: list[float] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    interrupted: bool = False

    @property
    def epochs(self):
        """The number of finished epochs."""
        return len(self.train_loss)

    def __repr__(self):
        rows = [self._row(epoch) for epoch in range(self.epochs)]
        if len(rows) > MOST_ROWS:
            rows = [*rows[: MOST_ROWS // 2], "    …", *rows[-MOST_ROWS // 2 :]]
        return "\n".join([HEADER, *rows, *([self.stopped()] if self.interrupted else [])])

    def stopped(self):
        """Say in one sentence where the training was stopped by hand."""
        return (
            f"Stopped by hand after {self.epochs} whole epochs and {len(self.step_loss)} steps; "
            "the model keeps what it has learned so far."
        )

    def _row(self, epoch):
        test_loss = f"{self.test_loss[epoch]:9.4f}" if epoch < len(self.test_loss) else f"{'–':>9}"
        right = f"{self.test_accuracy[epoch]:10.1%}" if epoch < len(self.test_accuracy) else f"{'–':>10}"
        return f"{epoch + 1:5}   {self.train_loss[epoch]:10.4f}   {test_loss}   {right}   {self.seconds[epoch]:7.1f}"
