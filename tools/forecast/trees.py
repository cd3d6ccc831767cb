"""Many small trees in numpy: gradient boosting of all five quantiles at once, pinball loss.

The same arithmetic as agent/core/forecast/trees.c. A tree asks the same five questions of everybody; which ones is
decided by how well they part the slopes of the loss, and a leaf moves each quantile a part of the way to where its own
rows have it. Leaves are rounded to what the program keeps.
"""

import numpy

from nets import LEVELS

BEGIN = numpy.array([-0.9, -0.4, 0, 0.4, 0.9])
DEPTH, BINS, LEAF_UNIT = 5, 32, 1e-4


def bounds_of(x, bins):
    """For each feature the values between which it is cut into at most that many bins."""
    shares = numpy.arange(1, bins) / bins
    return [numpy.unique(numpy.quantile(x[:, j], shares).astype(numpy.float32)) for j in range(x.shape[1])]


def binned(x, bounds):
    return numpy.stack([numpy.searchsorted(b, x[:, j], side="left").astype(numpy.uint8) for j, b in enumerate(bounds)])


def best_question(rows, bounds, node, nodes, slopes, weight, features, ballast, bins):
    """The (feature, bin) that parts the slopes best, the same in all nodes."""
    best, found = -1.0, None
    for j in features:
        place, size = node * bins + rows[j], nodes * bins
        left = numpy.bincount(place, weight, size).reshape(nodes, bins).cumsum(1)
        right, gain = left[:, -1:] - left, 0
        for slope in slopes:
            below = numpy.bincount(place, slope, size).reshape(nodes, bins).cumsum(1)
            above = below[:, -1:] - below
            gain = gain + (below * below / (left + ballast) + above * above / (right + ballast)).sum(0)
        k = int(gain[:len(bounds[j])].argmax())
        if gain[k] > best:
            best, found = gain[k], (int(j), k)
    return found


def ask(rows, bounds, slopes, weight, features, ballast, bins):
    """A tree's questions, and the leaf where each row ends."""
    node, questions = numpy.zeros(rows.shape[1], numpy.int64), []
    for depth in range(DEPTH):
        j, k = best_question(rows, bounds, node, 1 << depth, slopes, weight, features, ballast, bins)
        node = 2 * node + (rows[j] > k)
        questions.append((j, k))
    return node, questions


def leaf_of(table, questions):
    leaf = numpy.zeros(table.shape[1], numpy.int64)
    for j, k in questions:
        leaf = 2 * leaf + (table[j] > k)
    return leaf


def row_of(bounds, questions, values):
    return numpy.concatenate([[j for j, _ in questions], [bounds[j][k] for j, k in questions], values.ravel()])


def leaf_values(residual, leaf, rate, ballast):
    """For each leaf the quantiles of what is left of its rows, a part of the way."""
    order, counts = numpy.argsort(leaf, kind="stable"), numpy.bincount(leaf, minlength=1 << DEPTH)
    values, first = numpy.zeros((1 << DEPTH, len(LEVELS))), 0
    for i, count in enumerate(counts):
        rows = order[first:first + count]
        first += count
        if count >= 20:
            found = [numpy.quantile(residual[rows, l], level) for l, level in enumerate(LEVELS)]
            values[i] = numpy.array(found) * rate * count / (count + ballast)
    return numpy.rint(values / LEAF_UNIT)


def grow(x, y, weight, random, trees, rate=0.12, rows=0.3, columns=0.35, ballast=200.0):
    """A forest as one row of floats for each tree: features, bounds, leaves."""
    bounds = bounds_of(x[::7], BINS)
    table, told, forest = binned(x, bounds), numpy.tile(BEGIN, (len(x), 1)), []
    for _ in range(trees):
        pick = random.choice(len(x), int(rows * len(x)), replace=False)
        some, heavy = table[:, pick], weight[pick].astype(float)
        late = (told[pick] > y[pick, None]) - LEVELS
        slopes = [late[:, l] * heavy for l in (0, 2, 4)]
        features = random.choice(len(bounds), int(columns * len(bounds)), replace=False)
        _, questions = ask(some, bounds, slopes, heavy, features, ballast, BINS)
        leaf = leaf_of(table, questions)
        values = leaf_values(y[:, None] - told, leaf, rate, ballast)
        told += LEAF_UNIT * values[leaf]
        forest.append(row_of(bounds, questions, values))
    return numpy.array(forest, numpy.float32)
