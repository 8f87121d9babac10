"""Exercise of notebook 5.3: how deep a number of bits reaches, and how many sums there are."""

import math

from cnncourse.exercises.engine import Case, Exercise


def depth_within(bits, places, K):
    """Return (depth, sums): how many codes a place may have, how many stacks that makes.

    A picture has `places` places; each code of a place, one of K, takes log₂ K bits,
    rounded up to whole bits. depth is the largest whole number with which all places
    together take at most `bits` bits (0 if not even one code fits). sums is K to the power
    of depth: how many stacks there are for one place, a whole number.
    """
    each = math.ceil(math.log2(K))
    depth = bits // (places * each)
    return depth, K**depth


def _pair(depth, K):
    return depth, K**depth


def _rounded_up(bits, places, K):
    return _pair(-(-bits // (places * math.ceil(math.log2(K)))), K)


def _bits_of_a_fraction(bits, places, K):
    return _pair(int(bits / (places * math.log2(K)) + 1e-9), K)


def _natural(bits, places, K):
    return _pair(bits // (places * math.ceil(math.log(K))), K)


def _rounded_down_bits(bits, places, K):
    return _pair(bits // (places * max(int(math.log2(K) + 1e-9), 1)), K)


def _one_bit_more(bits, places, K):
    return _pair(bits // (places * K.bit_length()), K)


def _k_bits(bits, places, K):
    return _pair(bits // (places * K), K)


def _one_place(bits, places, K):
    return _pair(bits // math.ceil(math.log2(K)), K)


def _all_places(bits, places, K):
    depth, _ = depth_within(bits, places, K)
    return depth, K ** (depth * places)


def _times(bits, places, K):
    depth, _ = depth_within(bits, places, K)
    return depth, K * depth


def _depth_to_k(bits, places, K):
    depth, _ = depth_within(bits, places, K)
    return depth, depth**K


def _power_of_two(bits, places, K):
    depth, _ = depth_within(bits, places, K)
    return depth, 2 ** (depth * math.ceil(math.log2(K)))


def _hat(bits, places, K):
    depth, _ = depth_within(bits, places, K)
    return depth, K ^ depth


def _two_to_depth(bits, places, K):
    depth, _ = depth_within(bits, places, K)
    return depth, 2**depth


def _at_least_one(bits, places, K):
    return _pair(max(depth_within(bits, places, K)[0], 1), K)


def _one_less(bits, places, K):
    each = places * math.ceil(math.log2(K))
    return _pair(max(math.ceil(bits / each) - 1, 0), K)


def _bytes(bits, places, K):
    return _pair(8 * bits // (places * math.ceil(math.log2(K))), K)


def _float_depth(bits, places, K):
    return bits / (places * math.ceil(math.log2(K))), K ** depth_within(bits, places, K)[0]


def _exchanged(bits, places, K):
    return depth_within(bits, places, K)[::-1]


def _depth_alone(bits, places, K):
    return depth_within(bits, places, K)[0]


def _choices_without_order(bits, places, K):
    depth, _ = depth_within(bits, places, K)
    return depth, math.comb(K + depth - 1, depth)


def _expected(bits, places, K):
    """Count up, depth by depth, and double until K codes can be told apart: the oracle."""
    each, apart = 0, 1
    while apart < K:
        each, apart = each + 1, 2 * apart
    depth = 0
    while (depth + 1) * places * each <= bits:
        depth += 1
    sums = 1
    for _ in range(depth):
        sums *= K
    return depth, sums


def _cases():
    yield Case("64 places, 32 codes, 1,280 bits: 4 codes of 5 bits", (1280, 64, 32), (4, 1_048_576))
    yield Case("one bit less", (1279, 64, 32), (3, 32_768))
    yield Case("not even one code fits", (63, 64, 2), (0, 1))
    yield Case("20 codes take 5 bits", (100, 4, 20), (5, 3_200_000))
    for arguments in ((512, 64, 256), (999, 16, 10), (77, 3, 5), (40, 5, 2), (300, 9, 33)):
        bits, places, K = arguments
        yield Case(f"{bits} bits, {places} places, {K} codes", arguments, _expected(*arguments))


DEPTH_WITHIN = Exercise(
    solution=depth_within,
    cases=_cases,
    mistakes={
        _rounded_up: "You round the depth up: then it takes more bits than there are.",
        _bits_of_a_fraction: "A code takes whole bits: round log₂ K up first.",
        _natural: "You take the natural logarithm: bits need the one to base 2.",
        _rounded_down_bits: "You round log₂ K down: 20 codes cannot be told apart by 4 bits.",
        _one_bit_more: "One bit too many where K is a power of 2: 32 codes are told apart by 5 bits.",
        _k_bits: "A code takes log₂ K bits, not K.",
        _one_place: "You spend all bits on one place: there are `places` of them.",
        _all_places: "You count the stacks of all places together: those of one place are wanted.",
        _times: "K · depth is how many codes are looked at. The stacks are K to the power of depth.",
        _depth_to_k: "Base and exponent are exchanged: K choices, depth times.",
        _power_of_two: "You count what the bits could say; K codes say K to the power of depth.",
        _hat: "`^` is no power in Python: K**depth.",
        _two_to_depth: "A code has K values, not 2.",
        _at_least_one: "Where not even one code fits, the depth is 0.",
        _one_less: "Exactly full is still within: at most `bits` bits.",
        _bytes: "You count bits as bytes.",
        _float_depth: "The depth is a whole number: divide with //.",
        _exchanged: "The order is (depth, sums).",
        _depth_alone: "Return both: (depth, sums).",
        _choices_without_order: "You count stacks without their order. The task counts all K to the power of depth.",
    },
    hints=(
        "`math.ceil(math.log2(K))` bits tell K codes apart.",
        "One code more a place takes `places` times as many bits.",
        "`bits // (places * each)` and `K**depth`.",
    ),
    minutes=5,
    difficulty=1,
    points=1,
    returns=("depth", "sums"),
)
