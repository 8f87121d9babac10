"""Train SmallVGG, the network of style transfer; write data/weights/small_vgg.safetensors.

    python tools/train_small_vgg.py --steps 1600 --seed 0

It learns to say which of some 600 small pictures a piece was cut from, however the piece was turned, scaled and
recoloured. Then batch norm is folded into the weights, and every map scaled so that its mean square is 1.
"""

import argparse
import copy
import json
import time

import torch
from safetensors.torch import save_file
from small_vgg_pictures import pictures, pieces
from torch import nn
from torch.nn import functional as F

from cnncourse.data_folder import DATA
from cnncourse.networks.feature_stack import scale_maps
from cnncourse.networks.small_vgg import BLOCKS, SmallVGG

BATCH, PIECE, RATE, DECAY, KEPT = 64, 40, 0.004, 0.02, 0.99
REPORT, SNAPSHOT = 50, 200  # steps between lines, and between writings of the weights so far


class Student(nn.Module):
    """The convolutions of a SmallVGG with batch norm after each, and a head that names the picture."""

    def __init__(self, answers, generator):
        super().__init__()
        self.stack = SmallVGG(generator=generator)
        for layer in self.stack.convolutions.values():
            layer.bias.requires_grad_(False)
        self.norms = nn.ModuleDict({name: nn.BatchNorm2d(norm_width(self.stack, name)) for name in self.stack.LAYERS})
        self.head = nn.Linear(2 * BLOCKS[-1][-1], answers)

    def forward(self, batch):
        """Return the logits `(N, answers)`."""
        maps, block = (batch - 0.5) / 0.25, "1"
        for name, layer in self.stack.convolutions.items():
            if name[4] != block:
                maps, block = F.avg_pool2d(maps, 2), name[4]
            maps = F.relu(self.norms[name](layer(maps)))
        return self.head(torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1))

    @torch.no_grad()
    def folded(self):
        """Return a SmallVGG that computes the same maps without batch norm."""
        stack = copy.deepcopy(self.stack)
        for name, layer in stack.convolutions.items():
            norm = self.norms[name]
            gain = norm.weight / (norm.running_var + norm.eps).sqrt()
            layer.weight.mul_(gain[:, None, None, None])
            layer.bias.copy_(norm.bias - gain * norm.running_mean)
        return stack.eval()


def norm_width(stack, name):
    return stack.convolutions[name].out_channels


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=1600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default=str(DATA / "weights" / "small_vgg.safetensors"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    every = pictures(options.seed)
    print(f"{len(every)} pictures", flush=True)
    for mean, step, seconds in train(every, options):
        right = accuracy(mean, every, options.seed + 1, rounds=5 if step == options.steps else 1)
        stack = scale_maps(mean.folded(), whole_pictures(every, options.seed + 2))
        write(stack, options, {"pictures": len(every), "steps": step, "right": f"{right:.3f}", "seconds": seconds})


def train(every, options):
    """Yield the running mean of the weights, the step, the processor seconds: now and then, and at the end."""
    generator = torch.Generator().manual_seed(options.seed)
    student = Student(len(every), generator).to(memory_format=torch.channels_last)
    mean, begun = copy.deepcopy(student).eval(), time.process_time()
    optimiser = torch.optim.AdamW(student.parameters(), RATE, weight_decay=DECAY)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=options.steps, pct_start=0.1)
    shown = []
    for step in range(1, options.steps + 1):
        labels = torch.randint(0, len(every), (BATCH,), generator=generator)
        shown.append(learn(student, pieces(every[labels], PIECE, generator), labels, optimiser))
        cycle.step()
        follow(mean, student, min(KEPT, 1 - 1 / (1 + step / 10)))
        seconds = round(time.process_time() - begun)
        if step % REPORT == 0:
            print(f"step {step}: loss {sum(shown[-REPORT:]) / REPORT:.3f}, {seconds} s", flush=True)
        if step % SNAPSHOT == 0 or step == options.steps:
            yield mean, step, seconds


def learn(student, batch, labels, optimiser):
    """Make a step on the cross-entropy and return it."""
    optimiser.zero_grad()
    with torch.autocast("cpu", torch.bfloat16):
        logits = student(batch.contiguous(memory_format=torch.channels_last))
    loss = F.cross_entropy(logits.float(), labels, label_smoothing=0.1)
    loss.backward()
    nn.utils.clip_grad_norm_(student.parameters(), 5)
    optimiser.step()
    return loss.item()


@torch.no_grad()
def follow(mean, student, kept):
    for slow, fast in zip(mean.state_dict().values(), student.state_dict().values(), strict=True):
        if slow.is_floating_point():
            slow.lerp_(fast, 1 - kept)
        else:
            slow.copy_(fast)


@torch.no_grad()
def accuracy(student, every, seed, rounds):
    """Return the share of new pieces, `rounds` of every picture, whose picture the student names."""
    generator, right = torch.Generator().manual_seed(seed), 0
    for labels in torch.arange(len(every)).repeat(rounds).split(BATCH):
        batch = pieces(every[labels], PIECE, generator)
        right += int((student(batch).argmax(1) == labels).sum())
    return right / (rounds * len(every))


def whole_pictures(every, seed, count=256):
    """Return whole pictures, not changed, over which the maps' powers are set to 1."""
    chosen = torch.randperm(len(every), generator=torch.Generator().manual_seed(seed))[:count]
    return every[chosen].float() / 255


def write(stack, options, facts):
    facts = {key: str(value) for key, value in facts.items()} | {
        "command": f"python tools/train_small_vgg.py --steps {options.steps} --seed {options.seed}",
        "seed": str(options.seed),
        "torch": torch.__version__,
    }
    state = stack.to(memory_format=torch.contiguous_format).state_dict()
    save_file({name: tensor.half().contiguous() for name, tensor in state.items()}, options.out, metadata=facts)
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
