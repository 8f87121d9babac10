"""Measure transfer, augmentation, ensembles and crops on pieces of photos; write tables and weights of notebook 2.4.

    python tools/train_transfer.py source            # data/weights/photo_net.safetensors
    python tools/train_transfer.py transfer          # data/practical_advice/transfer.json (about 5 minutes)
    python tools/train_transfer.py augmentation      # data/practical_advice/augmentation.json (2 minutes)
    python tools/train_transfer.py ensemble          # data/weights/photo_ensemble.safetensors, ensemble.json

Settings were tried on other examples and other test crops. Test crops come from tiles that training never sees.
"""

import argparse
import json
from itertools import combinations

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset
from tqdm import tqdm

from cnncourse.data_folder import DATA
from cnncourse.networks.photo_net import ENSEMBLE_WIDTHS, SOURCE, TARGET, load_photo_net, photo_net
from cnncourse.pictures.photo_crops import NAMES, photo_crops
from cnncourse.training.augmentation import colour_shift, mirror, random_crop, rotate
from cnncourse.training.ensembling import ten_crop
from cnncourse.training.fit import evaluate, fit
from cnncourse.training.transfer import precompute_features, split

RATE, DECAY = 0.003, 0.01
FROZEN = ("from scratch", 0, 1, 2, 3, 4)
EXAMPLES, SEEDS, STEPS = (1, 2, 5, 20, 100), 10, 80
NETS, PICTURES, CROP, EPOCHS = 10, 20, 32, 30


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("part", choices=PARTS)
    part = parser.parse_args().part
    torch.set_num_threads(1)
    PARTS[part]()


def batch_of(count, seed, names, part="train", size=32):
    """Return `count` crops as a float batch in [0, 1] and their labels."""
    images, labels = photo_crops(count, np.random.default_rng(seed), names, size, part)
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255, torch.from_numpy(labels)


def learn(net, data, batch, epochs, seed):
    """Train with AdamW and one cycle of the learning rate (Smith & Topin 2018), in full batches."""
    order = torch.Generator().manual_seed(seed)
    loader = DataLoader(data, min(batch, len(data)), shuffle=True, drop_last=True, generator=order)
    optimizer = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * len(loader))
    fit(net, loader, None, epochs, optimizer, scheduler=cycle, progress=False)


def source():
    torch.manual_seed(0)
    net = photo_net(len(SOURCE))
    learn(net, TensorDataset(*batch_of(6000, 0, SOURCE)), 64, 8, 0)
    right = evaluate(net, [batch_of(2000, 1, SOURCE, "test")])[1]
    save(net, "photo_net", {"command": "python tools/train_transfer.py source", "test_accuracy": f"{right:.4f}"})
    print(f"source: {right:.1%} right of 2,000 test crops of {len(SOURCE)} photos")


def transfer():
    """Measure every number of frozen blocks with every number of examples a photo, `SEEDS` times."""
    pool, test = batch_of(6000, 2, TARGET), batch_of(1000, 3, TARGET, "test")
    accuracy = np.zeros((len(FROZEN), len(EXAMPLES), SEEDS))
    for seed in tqdm(range(SEEDS)):
        for column, n in enumerate(EXAMPLES):
            chosen = examples(pool[1].numpy(), n, seed)
            data = TensorDataset(pool[0][chosen], pool[1][chosen])
            for row, frozen in enumerate(FROZEN):
                accuracy[row, column, seed] = transferred(frozen, data, test, seed)
    table = {"frozen": FROZEN, "examples": EXAMPLES, "test_crops": len(test[1]), "steps": STEPS}
    write("transfer", table | {"accuracy": accuracy.round(4).tolist()})
    print(accuracy.mean(axis=2).round(3))


def examples(labels, n, seed):
    """Return the places of `n` random examples of each photo."""
    rng = np.random.default_rng([24, seed])
    return np.concatenate([rng.permutation(np.flatnonzero(labels == photo))[:n] for photo in range(len(TARGET))])


def transferred(frozen, data, test, seed):
    """Return the accuracy on `test` after training all but the first `frozen` blocks on `data`."""
    torch.manual_seed(seed)
    net = photo_net(len(SOURCE)) if frozen == "from scratch" else load_photo_net()
    net.head[2] = nn.Linear(net.head[2].in_features, len(TARGET))
    net.train()
    tests = TensorDataset(*test)
    if frozen in (1, 2, 3, 4):
        trunk, net = split(net, f"block{frozen}")
        data, tests = (precompute_features(trunk, [part.tensors]) for part in (data, tests))
    steps = max(1, len(data) // 32)
    learn(net, data, 32, round(STEPS / steps), seed)
    return evaluate(net, [tests.tensors])[1]


class Augmented(Dataset):
    """Pictures `(N, H, W, 3)` uint8, each use of which goes through `change(picture, rng)`."""

    def __init__(self, images, labels, change, seed):
        self.images, self.labels = images / np.float32(255), labels
        self.change, self.rng = change, np.random.default_rng(seed)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, place):
        image = self.change(self.images[place], self.rng)
        return torch.from_numpy(image.transpose(2, 0, 1).copy()), self.labels[place]


def centre(image, rng):
    return image[4:36, 4:36]


def crop_and_mirror(image, rng):
    image = random_crop(image, CROP, rng)
    return mirror(image) if rng.random() < 0.5 else image


def all_of_it(image, rng):
    image = crop_and_mirror(rotate(image, rng.uniform(-15, 15)), rng)
    return colour_shift(image, rng.uniform(-0.1, 0.1, 3))


def augmentation():
    """Train from scratch on 5 and on 20 pieces of 40 × 40 of each of five photos, augmented in three ways."""
    ways = {"none": centre, "crops and mirrors": crop_and_mirror, "also turned and recoloured": all_of_it}
    images, labels = photo_crops(3000, np.random.default_rng(8), TARGET, 40)
    test, counts = batch_of(1000, 3, TARGET, "test"), (5, 20)
    accuracy = np.zeros((len(ways), len(counts), SEEDS))
    for seed in tqdm(range(SEEDS)):
        for column, n in enumerate(counts):
            chosen = examples(labels, n, seed)
            for row, change in enumerate(ways.values()):
                torch.manual_seed(seed)
                net = photo_net(len(TARGET))
                data = Augmented(images[chosen], labels[chosen], change, seed)
                learn(net, data, 25, round(100 / (len(data) // 25)), seed)
                accuracy[row, column, seed] = evaluate(net, [test])[1]
    table = {"ways": list(ways), "examples": counts, "test_crops": len(test[1]), "accuracy": accuracy.round(4).tolist()}
    write("augmentation", table)
    print(accuracy.mean(axis=2).round(3))


def ensemble():
    """Train `NETS` nets on the same few pictures; measure every subset of them with 1 to 10 crops."""
    rng = np.random.default_rng(4)
    images, labels = photo_crops(40 * PICTURES * len(NAMES), rng, size=40)
    chosen = np.concatenate([np.flatnonzero(labels == photo)[:PICTURES] for photo in range(len(NAMES))])
    tests, truth = batch_of(1500, 5, NAMES, "test", 40)
    state, probabilities = {}, []
    for number in tqdm(range(NETS)):
        torch.manual_seed(number)
        net = photo_net(len(NAMES), ENSEMBLE_WIDTHS)
        learn(net, Augmented(images[chosen], labels[chosen], crop_and_mirror, number), 30, EPOCHS, number)
        state |= {f"{number}.{name}": tensor for name, tensor in half(net).items()}
        net.load_state_dict({name: tensor.float() for name, tensor in half(net).items()})
        probabilities.append(on_ten_crops(net, tests))
    facts = {"command": "python tools/train_transfer.py ensemble"}
    save_file(state, DATA / "weights" / "photo_ensemble.safetensors", metadata=facts)
    accuracy = accuracies(np.array(probabilities), truth.numpy())
    write("ensemble", {"pictures": len(truth), "training_pictures": len(chosen), "accuracy": accuracy})
    print(np.array(accuracy)[[0, 2, 4, 9]][:, [0, 4, 9]])


@torch.no_grad()
def on_ten_crops(net, tests):
    """Return the probabilities of every picture's ten crops, `(N, 10, classes)`."""
    net.eval()
    parts = [net(ten_crop(part, CROP).flatten(0, 1)).softmax(dim=1).unflatten(0, (-1, 10)) for part in tests.split(100)]
    return torch.cat(parts).numpy()


def accuracies(probabilities, truth):
    """Return [mean, lowest, highest] accuracy over all subsets of n nets, for n nets (rows) and c crops (columns)."""
    by_crops = np.cumsum(probabilities, axis=2, dtype=np.float64)  # (nets, N, crops, classes), in ten_crop's order
    rows = []
    for n in range(1, NETS + 1):
        sums = [by_crops[list(nets)].sum(axis=0).argmax(axis=2) for nets in combinations(range(NETS), n)]
        right = np.array([(guess == truth[:, None]).mean(axis=0) for guess in sums])  # (subsets, crops)
        rows.append(np.stack([right.mean(axis=0), right.min(axis=0), right.max(axis=0)], axis=1).round(4).tolist())
    return rows


def half(net):
    """Return the net's state with float16 in place of float32."""
    return {n: t.half() if t.is_floating_point() else t for n, t in net.state_dict().items()}


def save(net, name, facts):
    save_file(half(net), DATA / "weights" / f"{name}.safetensors", metadata=facts)


def write(name, table):
    path = DATA / "practical_advice" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(table) + "\n", encoding="utf-8")


PARTS = {"source": source, "transfer": transfer, "augmentation": augmentation, "ensemble": ensemble}

if __name__ == "__main__":
    main()
