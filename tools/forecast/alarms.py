"""Many small trees in numpy that say whether an amount is spent within N: gradient boosting of log-odds.

The same arithmetic as agent/core/forecast/alarm.c. The last column of x is the step of N, and may be asked about like
any feature.
"""

import numpy

import trees

BINS, STEPS, FIRST_STEP, STEP_WIDTH, LEAF_UNIT = 64, 64, -3.2, 0.1, 1e-3


def step_of(ln_ratio):
    """Of the log of N to the experts' median."""
    return numpy.clip(numpy.floor((ln_ratio - FIRST_STEP) / STEP_WIDTH), 0, STEPS - 1)


def bounds_with_steps(x):
    return trees.bounds_of(x[::5, :-1], BINS) + [numpy.arange(STEPS - 1, dtype=numpy.float32)]


def grow(x, bounds, within, weight, random, count, rate=0.1, rows=0.3, columns=0.5, ballast=30.0):
    """A forest as one row of floats for each tree: features, bounds, leaves."""
    table, odds, forest = trees.binned(x, bounds), numpy.zeros(len(x)), []
    for _ in range(count):
        pick = random.choice(len(x), int(rows * len(x)), replace=False)
        chance = 1 / (1 + numpy.exp(-odds[pick]))
        slope, bend = (within[pick] - chance) * weight[pick], chance * (1 - chance) * weight[pick]
        features = random.choice(len(bounds), int(columns * len(bounds)), replace=False)
        node, questions = trees.ask(table[:, pick], bounds, [slope], bend, features, ballast, BINS)
        leaves = 1 << trees.DEPTH
        moves = rate * numpy.bincount(node, slope, leaves) / (numpy.bincount(node, bend, leaves) + ballast)
        values = numpy.rint(moves / LEAF_UNIT)
        odds += LEAF_UNIT * values[trees.leaf_of(table, questions)]
        forest.append(trees.row_of(bounds, questions, values))
    return numpy.array(forest, numpy.float32)
