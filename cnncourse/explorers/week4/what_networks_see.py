"""Explorers of notebook 4.3: units and their patches, switches, an occluder, three ways back; and its pictures."""

from cnncourse.explorers.week4.what_networks_see_filters import filter_sheet, first_kernels
from cnncourse.explorers.week4.what_networks_see_nets import HANDS, PHOTOS, ROAD, hits, inside, on_class
from cnncourse.explorers.week4.what_networks_see_occluder import occluder
from cnncourse.explorers.week4.what_networks_see_sanity import class_led_back, likeness, randomised
from cnncourse.explorers.week4.what_networks_see_switches import switches
from cnncourse.explorers.week4.what_networks_see_units import units
from cnncourse.explorers.week4.what_networks_see_walks import walks

__all__ = [
    "HANDS",
    "PHOTOS",
    "ROAD",
    "class_led_back",
    "filter_sheet",
    "first_kernels",
    "hits",
    "inside",
    "likeness",
    "occluder",
    "on_class",
    "randomised",
    "switches",
    "units",
    "walks",
]
