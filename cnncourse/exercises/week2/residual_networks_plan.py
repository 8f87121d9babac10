"""Exercise of notebook 2.2: the list of all blocks of a residual network."""

from cnncourse.exercises.engine import Case, Exercise


def block_plan(blocks, widths, expansion):
    """Return (in_channels, out_channels, stride) for every block of a network, in order.

    Stage i has blocks[i] blocks, each of which gives expansion · widths[i] maps and takes
    what the block before it gives. The very first block takes widths[0] maps. The first
    block of every stage but the first has stride 2, all others have stride 1.

    Example: blocks (1, 2), widths (4, 8), expansion 1 gives
    [(4, 4, 1), (4, 8, 2), (8, 8, 1)].
    """
    plan, channels = [], widths[0]
    for stage, (count, width) in enumerate(zip(blocks, widths, strict=True)):
        for number in range(count):
            stride = 2 if stage > 0 and number == 0 else 1
            plan.append((channels, expansion * width, stride))
            channels = expansion * width
    return plan


def _plan(came=None, gives=None, stride=None, first=None, counts=None):
    """Return a planner with one thing changed; each rule sees the stage, the number in it, widths and expansion."""

    def plan(blocks, widths, expansion):
        rows = []
        for stage, count in enumerate((counts or list)(blocks)):
            for number in range(count):
                given = (stage, number, widths, expansion)
                taken = (came or _came)(*given) if rows else (first or _first)(widths, expansion)
                rows.append((taken, (gives or _gives)(*given), (stride or _stride)(stage, number)))
        return rows

    return plan


def _first(widths, expansion):
    return widths[0]


def _came(stage, number, widths, expansion):
    return expansion * widths[stage if number else stage - 1]


def _gives(stage, number, widths, expansion):
    return expansion * widths[stage]


def _stride(stage, number):
    return 2 if stage and not number else 1


_stage_before = _plan(came=lambda stage, number, w, e: e * w[stage - 1] if stage else w[0])
_width_before = _plan(came=lambda stage, number, w, e: w[max(stage - 1, 0)])
_own_width = _plan(came=lambda stage, number, w, e: e * w[stage])
_expansion_not_taken = _plan(came=lambda stage, number, w, e: w[stage if number else stage - 1])
_no_expansion = _plan(came=lambda stage, number, w, e: w[stage if number else stage - 1], gives=lambda s, n, w, e: w[s])
_first_expanded = _plan(first=lambda widths, expansion: expansion * widths[0])
_from_the_picture = _plan(first=lambda widths, expansion: 3)
_stride_everywhere = _plan(stride=lambda stage, number: 2 if stage else 1)
_stride_nowhere = _plan(stride=lambda stage, number: 1)
_stride_in_first_stage = _plan(stride=lambda stage, number: 1 if number else 2)
_stride_in_every_block = _plan(stride=lambda stage, number: 2)
_one_fewer = _plan(counts=lambda blocks: [count - 1 for count in blocks])
_one_a_stage = _plan(counts=lambda blocks: [1] * len(blocks))


def _stride_on_last(blocks, widths, expansion):
    plan, stage_ends = block_plan(blocks, widths, expansion), set()
    for count in blocks[:-1]:
        stage_ends.add(max(stage_ends, default=-1) + count)
    return [(came, gives, 2 if i in stage_ends else 1) for i, (came, gives, _) in enumerate(plan)]


def _grows_late(blocks, widths, expansion):
    rows, channels = [], widths[0]
    for stage, count in enumerate(blocks):
        for number in range(count):
            after = widths[min(stage + 1, len(widths) - 1)] if number == count - 1 else widths[stage]
            rows.append((channels, expansion * after, _stride(stage, number)))
            channels = expansion * after
    return rows


def _nested(blocks, widths, expansion):
    plan = block_plan(blocks, widths, expansion)
    return [[plan.pop(0) for _ in range(count)] for count in blocks]


def _stride_with_the_width(blocks, widths, expansion):
    return [(taken, given, 1 if taken == given else 2) for taken, given, _ in block_plan(blocks, widths, expansion)]


def _never_updated(blocks, widths, expansion):
    return [(widths[0], given, stride) for _, given, stride in block_plan(blocks, widths, expansion)]


def _returned_in_loop(blocks, widths, expansion):
    return block_plan(blocks, widths, expansion)[: blocks[0]]


def _plan_cases():
    yield Case("the example", ((1, 2), (4, 8), 1), [(4, 4, 1), (4, 8, 2), (8, 8, 1)])
    yield Case("a single stage", ((3,), (5,), 1), [(5, 5, 1), (5, 5, 1), (5, 5, 1)])
    yield Case(
        "three stages of odd widths",
        ((2, 1, 3), (5, 7, 11), 1),
        [(5, 5, 1), (5, 5, 1), (5, 7, 2), (7, 11, 2), (11, 11, 1), (11, 11, 1)],
    )
    yield Case(
        "bottlenecks: each block gives four times its width",
        ((2, 2), (3, 6), 4),
        [(3, 12, 1), (12, 12, 1), (12, 24, 2), (24, 24, 1)],
    )
    yield Case(
        "expansion 2, stages of one, three and two",
        ((1, 3, 2), (4, 5, 9), 2),
        [(4, 8, 1), (8, 10, 2), (10, 10, 1), (10, 10, 1), (10, 18, 2), (18, 18, 1)],
    )
    yield Case(
        "widths that stay and shrink",
        ((2, 2, 1), (6, 6, 2), 1),
        [(6, 6, 1), (6, 6, 1), (6, 6, 2), (6, 6, 1), (6, 2, 2)],
    )
    yield Case(
        "ResNet-18",
        ((2, 2, 2, 2), (64, 128, 256, 512), 1),
        [
            (64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1),
            (128, 256, 2), (256, 256, 1), (256, 512, 2), (512, 512, 1),
        ],
    )  # fmt: skip


BLOCK_PLAN = Exercise(
    solution=block_plan,
    cases=_plan_cases,
    mistakes={
        _stage_before: "Every block of a stage takes the maps of the stage before. That holds for its first block "
        "alone; the next ones take what that one gives.",
        _width_before: "Every block takes the bare width of the stage before. It takes the maps that the one before it "
        "gives, expansion and all.",
        _own_width: "The first block of a stage takes the maps of its own stage. At the boundary it still gets those "
        "of the stage before.",
        _expansion_not_taken: "A block gives expansion · width maps, but your next one takes width. What comes in is "
        "what went out before.",
        _no_expansion: "`expansion` is not used: each block gives expansion · width maps.",
        _first_expanded: "The very first block takes widths[0] maps: no block has expanded them yet.",
        _from_the_picture: "The first block does not see the picture's 3 channels: the layers before it have made "
        "widths[0] maps of them.",
        _stride_everywhere: "All blocks of the later stages have stride 2. One halving a stage, in its first block.",
        _stride_nowhere: "Every stride is 1: the first block of each later stage halves the maps.",
        _stride_in_first_stage: "The first stage halves too. Its first block has stride 1.",
        _stride_in_every_block: "Every block has stride 2: after a few the maps would be a single pixel.",
        _stride_on_last: "The last block of a stage has the stride; it is the first block of the next stage that has "
        "it.",
        _grows_late: "The width grows in a stage's last block. It grows in the first block of the next stage, together "
        "with the stride.",
        _stride_with_the_width: "You halve wherever the number of maps changes. A bottleneck changes it in the first "
        "stage without halving: the first block of every stage but the first has stride 2.",
        _never_updated: "Every block takes widths[0] maps. That holds for the very first; the others take what the one "
        "before them gives.",
        _returned_in_loop: "Only the first stage comes back: `return` stands inside the loop over the stages.",
        _one_fewer: "Each stage has one block too few: the first one counts as well.",
        _one_a_stage: "Each stage has a single block; blocks says how many.",
        _nested: "You return a list for each stage: one flat list of all blocks is wanted.",
    },
    hints=(
        "Two loops: stages outside, blocks inside. A variable remembers how many maps the last block gave.",
        "The stride is 2 when the stage is not the first and the block is: `2 if stage > 0 and number == 0 else 1`.",
    ),
    minutes=8,
    difficulty=2,
)
