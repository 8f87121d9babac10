"""Train the smile detector of notebook 2.6, and measure what the notebook says about other ways to train.

    python tools/train_smile_detector.py             writes data/weights/smile_detector.safetensors
    python tools/train_smile_detector.py --traits    writes data/weights/face_traits.safetensors
    python tools/train_smile_detector.py --transfer  writes data/smile_detector/transfer.csv (after --traits)
    python tools/train_smile_detector.py --compare   writes data/smile_detector/comparison.csv

The detector learns tight faces first, then all, changed more and more. Extra faces, of other people than the shipped
ones, are rendered into build/smiles on first use. The last ones of each preset are the validation set, by which the
settings were chosen; the test sets are looked at once, at the end.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from smile_pictures import CHUNK, HAIR, NUMBERS, extra_pictures, traits
from smile_training import BATCH, accuracy, smile_loss, train
from torch import nn
from torch.nn import functional as F

from cnncourse.data_folder import DATA
from cnncourse.networks.smile_detector import (
    LARGE_WIDTHS,
    WIDTHS,
    SmileNet,
    load_face_traits,
    pictures_to_batch,
)
from cnncourse.pictures.smiles import PRESETS, smiles
from cnncourse.training.transfer import freeze

VALIDATION = {"tight": 200, "street": 400}
SEEDS = (0, 1, 2)
EXAMPLES = (20, 50, 200, 1000)
STEPS = {20: 60, 50: 120, 200: 300, 1000: 1000}
LARGE_BATCH = 32  # of the detector
TIGHT_EPOCHS, ALL_EPOCHS = 20, 10  # of the comparison
NETS = {  # name: the arguments of SmileNet
    "residual": {},
    "plain": {"shortcuts": False},
    "residual, grid 1": {"grid": 1},
}


def main():
    options = read_options()
    torch.set_num_threads(options.processes)
    work = {"detector": train_detector, "traits": train_traits, "transfer": measure_transfer, "compare": compare}
    work[options.work](options)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tight", type=int, default=2400, help="extra tight pictures, a multiple of 100")
    parser.add_argument("--street", type=int, default=2000, help="extra street pictures, a multiple of 100")
    parser.add_argument("--cache", type=Path, default=Path("build/smiles"))
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=18, help="of the last lesson")
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(work="detector")
    for work in ("traits", "transfer", "compare"):
        parser.add_argument(f"--{work}", action="store_const", const=work, dest="work")
    options = parser.parse_args()
    for preset in PRESETS:
        count = getattr(options, preset)
        if count % CHUNK or count <= VALIDATION[preset]:
            parser.error(f"--{preset} must be a multiple of {CHUNK} above {VALIDATION[preset]}, got {count}")
    return options


def train_detector(options):
    pictures, validation = all_pictures(options)

    def report(words):
        parts = [f"{preset} {accuracy(net, *shown):.4f}" for preset, shown in validation.items()]
        print(words, *parts, flush=True)

    torch.manual_seed(options.seed)
    net = SmileNet(LARGE_WIDTHS)
    seconds = 0
    for name, epochs, rate, hardness in lessons(options.epochs):
        images, labels = pictures["tight"] if name == "tight" else joined(pictures.values())
        steps = epochs * len(images) // LARGE_BATCH
        seconds += train(net, images, smile_loss(labels), steps, rate, hardness, report=report, batch=LARGE_BATCH)
    facts = {f"{preset}_validation_accuracy": accuracy(net, *shown) for preset, shown in validation.items()}
    facts |= {f"{preset}_test_accuracy": accuracy(net, *smiles("test", preset)) for preset in PRESETS}
    write(net, "smile_detector", options, len(images), seconds, facts)


def lessons(epochs):
    """Return (pictures, epochs, learning rate, hardness by share of the steps done) of the detector's lessons."""
    return (
        ("tight", 20, 0.01, None),
        ("all", 10, 0.006, lambda done: min(1, 1.5 * done)),
        ("all", epochs, 0.006, lambda done: 0.4 * (1 - done)),
    )


def train_traits(options):
    pictures, _ = all_pictures(options)
    images, _ = joined(pictures.values())
    kinds = [(len(smiles("train", p)[0]), getattr(options, p) - VALIDATION[p], p) for p in PRESETS]
    asked = [traits(n, split, p) for shipped, extra, p in kinds for n, split in ((shipped, "train"), (extra, "extra"))]
    numbers, hair = (torch.cat(parts) for parts in zip(*asked, strict=True))

    def loss_of(outputs, chosen):
        measured = F.mse_loss(outputs[:, :4], numbers[chosen, :4])
        answered = F.binary_cross_entropy_with_logits(outputs[:, 4:NUMBERS], numbers[chosen, 4:])
        return 4 * measured + answered + 0.5 * F.cross_entropy(outputs[:, NUMBERS:], hair[chosen])

    torch.manual_seed(options.seed)
    net = SmileNet(WIDTHS)
    net.head = nn.Linear(net.head[0].in_features, NUMBERS + HAIR)
    steps = options.epochs * len(images) // BATCH
    seconds = train(net, images, loss_of, steps, 0.006, lambda t: 0.3, mirrored=False)
    write(net, "face_traits", options, len(images), seconds, trait_errors(net))


@torch.no_grad()
def trait_errors(net):
    """Return how well the questions are answered on the tight test faces."""
    images, _ = smiles("test", "tight")
    numbers, hair = traits(len(images), "test", "tight")
    outputs = net.eval()(pictures_to_batch(images))
    right = ((outputs[:, 4:NUMBERS] > 0) == (numbers[:, 4:] > 0.5)).float().mean(dim=0)
    facts = {f"{name}_right": float(share) for name, share in zip(("glasses", "beard", "grey"), right, strict=True)}
    facts["hair_right"] = float((outputs[:, NUMBERS:].argmax(dim=1) == hair).float().mean())
    return facts | {"turn_error_degrees": float((outputs[:, 0] - numbers[:, 0]).abs().mean() * 28)}


def measure_transfer(options):
    """Write the accuracy on the tight test faces by number of examples, start and seed."""
    images, labels = smiles("train", "tight")
    rows = ["examples,start,seed,accuracy,seconds"]
    for count in EXAMPLES:
        for seed in SEEDS:
            people = np.random.default_rng([seed, count]).permutation(len(images) // 2)[: count // 2]
            chosen = np.sort(np.concatenate([2 * people, 2 * people + 1]))
            for start in ("from scratch", "frozen", "fine-tuned"):
                net = started(start, seed)
                rate = 0.03 if start == "frozen" else 0.01
                seconds = train(net, images[chosen], smile_loss(labels[chosen]), STEPS[count], rate)
                rows.append(f"{count},{start},{seed},{accuracy(net, *smiles('test', 'tight')):.4f},{seconds:.1f}")
                print(rows[-1], flush=True)
    save_rows("transfer", rows)


def started(start, seed):
    torch.manual_seed(seed)
    net = SmileNet(WIDTHS) if start == "from scratch" else load_face_traits()
    if start == "frozen":
        freeze(net, "parts")
    return net


def compare(options):
    """Write what nets and curricula reach on both test sets from the shipped pictures, by seed."""
    tight, street = (smiles("train", preset) for preset in PRESETS)
    rows = ["net,trained on,seed,loss,tight,street,seconds"]

    def measured(name, learned, seed, net, seconds, shown):
        loss = F.binary_cross_entropy_with_logits(answers(net, shown[0]), torch.from_numpy(shown[1]).float())
        tests = ",".join(f"{accuracy(net, *smiles('test', preset)):.4f}" for preset in PRESETS)
        rows.append(f'"{name}",{learned},{seed},{float(loss):.4f},{tests},{seconds:.1f}')
        print(rows[-1], flush=True)

    for seed in SEEDS:
        for name, arguments in NETS.items():
            torch.manual_seed(seed)
            net = SmileNet(**arguments)
            seconds = train(net, tight[0], smile_loss(tight[1]), TIGHT_EPOCHS * len(tight[0]) // BATCH, 0.01)
            measured(name, "tight", seed, net, seconds, tight)
            if not arguments:
                seconds = train(net, *both(tight, street), 0.006, lambda t: min(1, 1.5 * t))
                measured(name, "tight then both", seed, net, seconds, street)
        torch.manual_seed(seed)
        net = SmileNet()
        steps = (TIGHT_EPOCHS * len(tight[0]) + ALL_EPOCHS * (len(tight[0]) + len(street[0]))) // BATCH
        seconds = train(net, street[0], smile_loss(street[1]), steps, 0.01)
        measured("residual", "street", seed, net, seconds, street)
    save_rows("comparison", rows)


def both(tight, street):
    """Return all pictures, their loss, and the number of steps."""
    images, labels = joined((tight, street))
    return images, smile_loss(labels), ALL_EPOCHS * len(images) // BATCH


@torch.no_grad()
def answers(net, images):
    return torch.cat([net.eval()(pictures_to_batch(images[i : i + 200])) for i in range(0, len(images), 200)])


def all_pictures(options):
    """Return the training pictures of each preset, shipped before extra, and the validation set of each."""
    training, validation = {}, {}
    for preset in PRESETS:
        images, labels = extra_pictures(preset, getattr(options, preset), options.cache, options.processes)
        kept = -VALIDATION[preset]
        validation[preset] = images[kept:], labels[kept:]
        training[preset] = joined((smiles("train", preset), (images[:kept], labels[:kept])))
    return training, validation


def joined(pairs):
    return tuple(np.concatenate(column) for column in zip(*pairs, strict=True))


def save_rows(name, rows):
    (DATA / "smile_detector").mkdir(parents=True, exist_ok=True)
    (DATA / "smile_detector" / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def write(net, name, options, count, seconds, facts):
    kind = " --traits" if options.work == "traits" else ""
    given = f"--tight {options.tight} --street {options.street} --epochs {options.epochs} --seed {options.seed}"
    facts = {key: f"{value:.4f}" for key, value in facts.items()} | {
        "command": f"python tools/train_smile_detector.py{kind} {given}",
        "seed": str(options.seed),
        "training_pictures": str(count),
        "seconds": f"{seconds:.0f}",
        "torch": torch.__version__,
    }
    state = net.to(memory_format=torch.contiguous_format).state_dict()
    half = {key: tensor.half() if tensor.is_floating_point() else tensor for key, tensor in state.items()}
    save_file(half, DATA / "weights" / f"{name}.safetensors", metadata=facts)
    print(json.dumps(facts, indent=2))


if __name__ == "__main__":
    main()
