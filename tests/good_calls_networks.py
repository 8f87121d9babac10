"""A call that works for every public function of networks and training: name → function that makes arguments.

Networks are made on torch's meta device, where weights take no memory and no time (`ON_META`).
"""

import numpy as np
import torch
from torch import nn

from cnncourse.networks.face_embedding import FaceEmbedding
from cnncourse.networks.inception import GoogLeNetOutputs
from cnncourse.networks.landmarks import LandmarkNet
from cnncourse.networks.smile_detector import SmileNet
from cnncourse.networks.tiny_yolo import TinyYOLO
from good_calls_algorithms import PICTURE, rng, small_classifier, tensor

ON_META = {
    "networks.alexnet.AlexNet",
    "networks.inception.GoogLeNet",
    "networks.inception.InceptionModule",
    "networks.resnet.BasicBlock",
    "networks.resnet.Bottleneck",
    "networks.resnet.PlainNet",
    "networks.resnet.ResNet",
    "networks.vgg.VGG",
    "networks.zfnet.ZFNet",
}


def generator():
    return torch.Generator().manual_seed(0)


def pictures(side, count=2):
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def batches():
    return [(tensor(4, 3, 8, 8, seed=n), torch.tensor([0, 1, 2, 1])) for n in range(2)]


def trained():
    model = small_classifier()
    return {"model": model, "train_loader": batches(), "test_loader": batches()[:1], "epochs": 1} | {
        "optimizer": torch.optim.SGD(model.parameters(), 0.01)
    }


def small_faces():
    return FaceEmbedding(4, (2, 2, 2, 2), (1, 0, 0, 0), generator=generator())


def logits():
    return GoogLeNetOutputs(*(tensor(2, 5, seed=seed) for seed in range(3)))


ARGUMENTS = {
    "networks.alexnet.AlexNet": lambda: {"groups": 2, "classes": 10},
    "networks.beats.beat_network": lambda: {"maps": 4, "classes": 3},
    "networks.bottleneck.through_bottleneck": lambda: {"convolution": nn.Conv2d(4, 6, 3, padding=1), "width": 2},
    "networks.car_window.car_squares": lambda: {
        "boxes": torch.tensor([[0.0, 0.0, 10.0, 20.0], [5.0, 3.0, 30.0, 18.0]])
    },
    "networks.face_embedding.FaceEmbedding": lambda: {
        "dimensions": 4,
        "widths": (2, 3, 4, 5),
        "blocks": (1, 0, 1, 0),
        "spread_out": True,
        "generator": generator(),
    },
    "networks.face_embedding.embed": lambda: {"model": small_faces(), "images": pictures(64)},
    "networks.fully_convolutional.fully_convolutional": lambda: {
        "model": small_classifier(),
        "input_shape": (3, 8, 8),
    },
    "networks.hand_signs.HandSignNet": lambda: {"classes": 3, "channels": (2, 3, 4, 5)},
    "networks.hand_signs_small.small_hand_sign_net": lambda: {"first_maps": 2, "second_maps": 3, "classes": 4},
    "networks.hand_signs_small.train_epochs": lambda: (
        lambda model: {
            "model": model,
            "train_batches": batches(),
            "test_batches": batches(),
            "optimizer": torch.optim.SGD(model.parameters(), 0.01),
            "epochs": 1,
        }
    )(small_classifier()),
    "networks.hand_signs_small.share_right": lambda: {"model": small_classifier(), "batches": batches()},
    "networks.inception.InceptionModule": lambda: {
        **dict.fromkeys(("in_channels", "ones", "threes_before", "threes", "fives_before", "fives", "pooled"), 3),
        "large_kernel": 5,
    },
    "networks.inception.GoogLeNet": lambda: {"side_heads": True, "large_kernel": 3, "classes": 10},
    "networks.inception.loss_with_side_heads": lambda: {
        "outputs": logits(),
        "labels": torch.tensor([0, 4]),
        "weight": 0.3,
    },
    "networks.landmarks.LandmarkNet": lambda: {"widths": (2, 3, 4), "generator": generator()},
    "networks.landmarks.soft_argmax_points": lambda: {"maps": tensor(2, 3, 4, 5), "cell": 2, "margin": 1},
    "networks.landmarks.landmark_points": lambda: {
        "net": LandmarkNet((2, 2, 2), generator=generator()),
        "images": pictures(64),
        "batch": 1,
    },
    "networks.layers.LocalResponseNorm": lambda: {"size": 3, "alpha": 0.1, "beta": 0.75, "k": 2},
    "networks.lenet.LeNet5": lambda: {"original": False},
    "networks.photo_net.photo_net": lambda: {"classes": 3, "widths": (2, 3, 4, 5)},
    "networks.published.published_status": lambda: {"name": "vgg19"},
    "networks.resnet.BasicBlock": lambda: {"in_channels": 4, "channels": 4, "stride": 1, "shortcut": True},
    "networks.resnet.Bottleneck": lambda: {"in_channels": 4, "channels": 4, "stride": 1, "shortcut": True},
    "networks.resnet.ResNet": lambda: {"depth": 18, "classes": 10, "generator": None},
    "networks.resnet.PlainNet": lambda: {"depth": 18, "classes": 10, "generator": None},
    "networks.small_resnet.SmallResNet": lambda: {
        "classes": 3,
        "blocks": (1, 1),
        "widths": (2, 3),
        "shortcuts": True,
        "stem_stride": 1,
        "generator": generator(),
    },
    "networks.small_vgg.SmallVGG": lambda: {"pooling": "max", "generator": generator()},
    "networks.small_vgg.load_small_vgg": lambda: {"pooling": "max"},
    "networks.small_vgg.random_orthogonal_vgg": lambda: {"generator": generator(), "pooling": "average"},
    "networks.smile_detector.SmileNet": lambda: {
        "widths": (2, 3),
        "count": 1,
        "shortcuts": True,
        "grid": 2,
        "generator": generator(),
    },
    "networks.smile_detector.recorded_runs": lambda: {"name": "comparison"},
    "networks.smile_detector.smile_probabilities": lambda: {
        "net": SmileNet((2, 3), generator=generator()),
        "images": pictures(64),
        "batch": 1,
    },
    "networks.summary.summarise": lambda: {"module": small_classifier(), "input_shape": (1, 3, 8, 8)},
    "networks.summary_rows.memory_text": lambda: {"count": 12345},
    "networks.tiny_yolo.TinyYOLO": lambda: {
        "anchors": np.array([[12.0, 18.0], [30.0, 14.0]]),
        "generator": generator(),
    },
    "networks.tiny_yolo.answers": lambda: {"model": TinyYOLO().eval(), "images": pictures(160, 1), "scale": 1},
    "networks.tiny_yolo.detect": lambda: {
        "model": TinyYOLO().eval(),
        "images": pictures(160, 1),
        "score_threshold": 0.9,
        "iou_threshold": 0.5,
        "scales": (1,),
    },
    "networks.uint8_pictures.pictures_to_batch": lambda: {"images": pictures(6)},
    "networks.vgg.VGG": lambda: {"configuration": "A", "classes": 10},
    "networks.weights.load_weights": lambda: {"model": nn.Linear(2, 2), "name": "no such weights"},
    "networks.zfnet.ZFNet": lambda: {"classes": 10},
    "training.augmentation.mirror": lambda: {"image": PICTURE},
    "training.augmentation.random_crop": lambda: {"image": PICTURE, "size": (4, 5), "rng": rng()},
    "training.augmentation.rotate": lambda: {"image": PICTURE, "degrees": 20},
    "training.augmentation.shear": lambda: {"image": PICTURE, "degrees": 20},
    "training.augmentation.colour_shift": lambda: {"image": PICTURE, "shifts": (0.1, 0.0, -0.2)},
    "training.augmentation.rgb_principal_components": lambda: {"images": [PICTURE, PICTURE[:4]]},
    "training.augmentation.pca_colour": lambda: {
        "image": PICTURE,
        "alphas": np.array([0.1, 0.0, -0.1]),
        "eigenvalues": np.array([0.3, 0.2, 0.1]),
        "eigenvectors": np.eye(3),
    },
    "training.degradation.optimizer_of": lambda: {"model": small_classifier()},
    "training.degradation.gradient_norms": lambda: {
        "model": small_classifier(),
        "pictures": tensor(4, 3, 8, 8),
        "labels": torch.tensor([0, 1, 2, 1]),
    },
    "training.degradation.smoothed": lambda: {"losses": np.arange(6.0), "width": 3},
    "training.ensembling.average_outputs": lambda: {
        "models": [small_classifier(), small_classifier()],
        "x": tensor(2, 3, 8, 8),
    },
    "training.ensembling.ten_crop": lambda: {"images": tensor(2, 3, 8, 9), "size": 4},
    "training.ensembling.crop_corners": lambda: {"height": 8, "width": 9, "size": 4},
    "training.face_scores.face_scores": lambda: {
        "embeddings": np.random.default_rng(0).normal(size=(6, 3)),
        "people": np.array([0, 0, 1, 1, 2, 2]),
    },
    "training.fit.fit": lambda: {
        **trained(),
        "on_step": None,
        "loss_function": nn.functional.cross_entropy,
        "scheduler": None,
        "device": None,
        "progress": False,
    },
    "training.fit.evaluate": lambda: {
        "model": small_classifier(),
        "loader": batches(),
        "loss_function": nn.functional.cross_entropy,
        "device": None,
    },
    "training.mining_history.face_places": lambda: {"photos": 10},
    "training.moved_batches.MovedBatches": lambda: {
        "pictures": tensor(6, 3, 8, 8),
        "labels": torch.tensor([0, 1, 2, 0, 1, 2]),
        "batch": 2,
        "shift": 1,
        "generator": generator(),
    },
    "training.people.split_by_person": lambda: {"people": np.array([0, 0, 1, 1, 2]), "share": 0.5, "rng": rng()},
    "training.transfer.freeze": lambda: {"model": small_classifier(), "up_to": "1"},
    "training.transfer.split": lambda: {"model": small_classifier(), "up_to": "1"},
    "training.transfer.precompute_features": lambda: {"trunk": small_classifier()[:2], "loader": batches()},
}
METHODS = {}  # what a network says of tensors that it cannot take is PyTorch's own message
