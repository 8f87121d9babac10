"""A call that works for every public function of detection, faces and style: name → function that makes arguments."""

import numpy as np
import torch
from torch import nn

from cnncourse.faces.gallery import Gallery
from cnncourse.faces.verification import VerificationHead
from cnncourse.networks.fully_convolutional import fully_convolutional
from toy_network import ToyNetwork

SIZES = np.array([[10.0, 20.0], [30.0, 12.0], [8.0, 8.0], [40.0, 38.0]])
BOXES = np.array([[0.0, 0.0, 10.0, 20.0], [5.0, 3.0, 30.0, 18.0], [2.0, 8.0, 9.0, 9.0]])
SCORES, LABELS = np.array([0.9, 0.8, 0.3]), np.array([0, 1, 0])
ANCHORS = np.array([[12.0, 18.0], [30.0, 14.0]])
IMAGE = np.random.default_rng(0).integers(0, 256, (24, 20, 3), dtype=np.uint8)
PICTURE = np.random.default_rng(1).random((9, 8, 3))
GRID = {"grid_size": 4, "anchors": ANCHORS, "image_size": 32}
DISTANCES, SAME = np.array([0.1, 0.7, 0.4, 1.2]), np.array([True, False, True, False])


def rng():
    return np.random.default_rng(0)


def tensor(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def targets():
    target = torch.zeros(2, 3, 3, 2, 7)
    target[0, 1, 2, 0] = torch.tensor([1.0, 0.4, 0.6, 0.1, -0.2, 0.0, 1.0])
    return target


def small_classifier():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4 * 3 * 3, 3)).eval()


def seen():
    return {"model": small_classifier(), "image": torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(2))}


def judged():
    predictions = [(BOXES, SCORES, LABELS), (BOXES[:1], SCORES[:1], LABELS[:1])]
    truths = [(BOXES[1:], LABELS[1:]), (BOXES[:1], LABELS[:1], np.array([False]))]
    return {"predictions": predictions, "truths": truths}


def people():
    gallery = Gallery()
    gallery.enroll("Ada", [1.0, 0.0, 0.0])
    gallery.enroll("Bo", [0.0, 1.0, 0.5])
    return gallery


def segments():
    return np.repeat(np.arange(4), 120).reshape(24, 20) % 3


def painted():
    return {"content": IMAGE, "style": IMAGE[:16, :18], "network": ToyNetwork(), "steps": 2}


ARGUMENTS = {
    "detection.anchors.shape_iou": lambda: {"sizes_a": SIZES, "sizes_b": ANCHORS},
    "detection.anchors.mean_best_iou": lambda: {"sizes": SIZES, "anchors": ANCHORS},
    "detection.anchors.kmeans_anchors": lambda: {"sizes": SIZES, "count": 2, "rng": rng()},
    "detection.anchors.kmeans_steps": lambda: {"sizes": SIZES, "anchors": ANCHORS},
    "detection.anchors.far_apart": lambda: {"sizes": SIZES, "count": 2, "rng": rng()},
    "detection.boxes.cxcywh_from_xyxy": lambda: {"boxes": BOXES},
    "detection.boxes.box_area": lambda: {"boxes": BOXES},
    "detection.boxes.iou": lambda: {"boxes_a": BOXES, "boxes_b": BOXES[1:]},
    "detection.boxes.clip_boxes": lambda: {"boxes": BOXES, "height": 15, "width": 12},
    "detection.localization.encode_object": lambda: {
        "box": np.array([3.0, 4.0, 9.0, 20.0]),
        "label": 1,
        "class_count": 3,
        "image_size": (32, 40),
    },
    "detection.localization.localization_loss": lambda: {
        "prediction": tensor(2, 8),
        "target": torch.tensor([[1.0, 0.5, 0.5, 0.2, 0.3, 0, 1, 0], [0.0, 0, 0, 0, 0, 0, 0, 0]]),
    },
    "detection.localization.mirror_landmarks": lambda: {
        "points": np.array([[1.0, 2.0], [5.0, 2.0], [3.0, 4.0]]),
        "partners": np.array([1, 0, 2]),
        "width": 8,
    },
    "detection.precision.precision_recall": lambda: {**judged(), "label": 0, "iou_threshold": 0.5},
    "detection.precision.average_precision": lambda: {**judged(), "label": 0, "iou_threshold": 0.5},
    "detection.precision.mean_average_precision": lambda: {**judged(), "iou_thresholds": (0.5, 0.75)},
    "detection.proposals.propose_regions": lambda: {"image": IMAGE, "count": 3, "rng": rng()},
    "detection.proposals_merging.initial_segments": lambda: {"image": IMAGE, "scale": 50.0, "smallest": 5},
    "detection.proposals_merging.merge_segments": lambda: {"image": IMAGE, "segments": segments(), "colours": "rgb"},
    "detection.proposals_pooling.roi_pool": lambda: {
        "features": np.random.default_rng(1).normal(size=(2, 6, 7)),
        "boxes": np.array([[0.0, 0.0, 20.0, 24.0], [4.0, 8.0, 12.0, 20.0]]),
        "output_size": (2, 3),
        "spatial_scale": 0.25,
    },
    "detection.proposals_pooling.roi_cells": lambda: {"boxes": BOXES, "map_size": (6, 7), "spatial_scale": 0.25},
    "detection.proposals_pooling.bin_edges": lambda: {"length": 7, "bins": 3},
    "detection.suppression.nms": lambda: {"boxes": BOXES, "scores": SCORES, "iou_threshold": 0.5},
    "detection.suppression.nms_per_class": lambda: {
        "boxes": BOXES,
        "scores": SCORES,
        "labels": LABELS,
        "iou_threshold": 0.5,
    },
    "detection.windows.sliding_windows": lambda: {"image": IMAGE, "size": (8, 6), "stride": (4, 3)},
    "detection.windows.window_boxes": lambda: {
        "starts": np.array([[0, 0], [4, 3]]),
        "size": (8, 6),
        "scale": (0.5, 0.75),
    },
    "detection.windows.window_batch": lambda: {
        "picture": tensor(3, 12, 10),
        "starts": np.array([[0, 0], [4, 3]]),
        "size": (8, 6),
    },
    "detection.windows.resized": lambda: {"image": PICTURE, "scale": 1.5},
    "detection.windows.scan": lambda: {
        "net": fully_convolutional(small_classifier(), (3, 8, 8)),
        "image": PICTURE,
        "scales": (1.0, 1.5),
    },
    "detection.yolo.encode": lambda: {"boxes": BOXES, "labels": LABELS, "class_count": 2, **GRID},
    "detection.yolo.collisions": lambda: {"boxes": BOXES, **GRID},
    "detection.yolo.place_of": lambda: {"boxes": BOXES, **GRID},
    "detection.yolo.decode": lambda: {
        "target": np.random.default_rng(2).random((3, 3, 2, 7)),
        "anchors": ANCHORS,
        "image_size": 32,
        "score_threshold": 0.2,
    },
    "detection.yolo_loss.yolo_loss": lambda: {
        "prediction": tensor(2, 3, 3, 2, 7),
        "target": targets(),
        "ignore": torch.zeros(2, 3, 3, 2, dtype=torch.bool),
    },
    "faces.distances.squared_distances": lambda: {"a": SIZES, "b": ANCHORS},
    "faces.distances.chi_squared": lambda: {"a": SIZES, "b": SIZES[::-1].copy()},
    "faces.triplets.triplet_loss": lambda: {
        **{name: tensor(4, 3, seed=n) for n, name in enumerate(("anchor", "positive", "negative"))},
        "margin": 0.2,
    },
    "faces.triplets.contrastive_loss": lambda: {
        "first": tensor(4, 3),
        "second": tensor(4, 3, seed=1),
        "same": torch.tensor([True, False, True, False]),
        "margin": 1.0,
    },
    "faces.triplets.hardest_triplets": lambda: {"embeddings": tensor(5, 3), "labels": torch.tensor([0, 0, 1, 1, 2])},
    "faces.triplets.semi_hard_triplets": lambda: {
        "embeddings": tensor(5, 3),
        "labels": torch.tensor([0, 0, 1, 1, 2]),
        "margin": 0.2,
    },
    "faces.verification.VerificationHead": lambda: {"kind": "absolute", "dimensions": 3},
    "faces.verification.differences": lambda: {"a": tensor(4, 3), "b": tensor(4, 3, seed=1), "kind": "absolute"},
    "faces.verification_rates.roc": lambda: {"distances": DISTANCES, "same": SAME},
    "faces.verification_rates.accept_rates": lambda: {"threshold": 0.5, "distances": DISTANCES, "same": SAME},
    "faces.verification_rates.roc_area": lambda: {
        "false_accept_rate": np.array([0.0, 0.5, 1.0]),
        "true_accept_rate": np.array([0.0, 0.8, 1.0]),
    },
    "faces.verification_rates.threshold_at": lambda: {"far": 0.5, "distances": DISTANCES, "same": SAME},
    "faces.verification_rates.true_accept_at": lambda: {"far": 0.5, "distances": DISTANCES, "same": SAME},
    "style.gram.gram_matrix": lambda: {"features": tensor(1, 3, 4, 5)},
    "style.gram.content_cost": lambda: {"content": tensor(1, 3, 4, 5), "generated": tensor(1, 3, 4, 5, seed=1)},
    "style.gram.style_cost": lambda: {"style": tensor(1, 3, 4, 5), "generated": tensor(1, 3, 6, 5, seed=1)},
    "style.seeing.layer_maps": lambda: {"model": small_classifier(), "images": tensor(2, 3, 8, 8), "layer": "0"},
    "style.seeing.top_patches": lambda: {
        "model": small_classifier(),
        "images": tensor(2, 3, 8, 8),
        "layer": "0",
        "channel": 1,
        "count": 3,
    },
    "style.seeing.field_box": lambda: {**seen(), "layer": "2", "place": (1, 2)},
    "style.seeing.deconvolve": lambda: {**seen(), "layer": "2", "channel": 1, "place": (1, 2), "rule": "deconvnet"},
    "style.seeing.saliency_map": lambda: {**seen(), "class_index": 1},
    "style.seeing.occlusion_map": lambda: {**seen(), "class_index": 1, "size": 4, "stride": 2, "fill": 0.5},
    "style.seeing_walks.WayBack": lambda: {"rule": "guided"},
    "style.transfer.transfer": lambda: {**painted(), "on_step": None, "stop": None, "progress": False},
    "style.transfer.transfer_steps": lambda: {
        **painted(),
        "content_layers": ("high",),
        "style_layers": ("low",),
        "alpha": 1.0,
        "beta": 2.0,
        "variation": 1.0,
        "start": "noise",
        "optimizer": "adam",
        "learning_rate": 0.05,
        "generator": torch.Generator().manual_seed(0),
    },
}
METHODS = {  # of what an object does: name → function that makes (the bound method, arguments)
    "faces.gallery.Gallery.enroll": lambda: (people().enroll, {"name": "Cy", "embedding": np.array([0.0, 0.0, 1.0])}),
    "faces.gallery.Gallery.enroll_many": lambda: (
        people().enroll_many,
        {"names": ["Cy", "Di"], "embeddings": np.eye(3)[:2]},
    ),
    "faces.gallery.Gallery.remove": lambda: (people().remove, {"name": "Ada"}),
    "faces.gallery.Gallery.photos_of": lambda: (people().photos_of, {"name": "Ada"}),
    "faces.gallery.Gallery.identify": lambda: (people().identify, {"embedding": np.ones(3), "threshold": 2.0}),
    "faces.gallery.Gallery.nearest": lambda: (people().nearest, {"embedding": np.ones(3)}),
    "faces.gallery.Gallery.ranking": lambda: (people().ranking, {"embedding": np.ones(3), "count": 2}),
    "faces.verification.VerificationHead.forward": lambda: (
        VerificationHead(dimensions=3).forward,
        {"a": tensor(4, 3), "b": tensor(4, 3, seed=1)},
    ),
}
