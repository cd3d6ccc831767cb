"""Small quantile nets in numpy: one tanh layer that weighs the experts and corrects them, five quantiles that cannot
cross, pinball loss, Adam.

The same arithmetic as agent/core/forecast/net.c. Inputs are standardised while training; the scaling is folded into
the first layer afterwards, so the program multiplies raw features.
"""

import numpy

LEVELS = numpy.array([0.1, 0.25, 0.5, 0.75, 0.9], numpy.float32)
WEIGHTS = numpy.array([1, 0.5, 1, 0.5, 1], numpy.float32)
HIDDEN = 32
EXPERTS = 72  # as in agent/core/forecast/experts.h: their distances from the median are the first features


def softplus(x):
    return numpy.logaddexp(0, x)


def quantiles(out):
    """Five outputs to five rising quantiles: the median is free, the others are steps away from it."""
    gaps = softplus(out)
    middle, near_low, near_high = out[:, 2], out[:, 2] - gaps[:, 1], out[:, 2] + gaps[:, 3]
    return numpy.stack([near_low - gaps[:, 0], near_low, middle, near_high, near_high + gaps[:, 4]], 1)


def out_slope(slope, out):
    """Back from the slope by quantile to the slope by output."""
    open_ = 1 / (1 + numpy.exp(-out))
    back = numpy.empty_like(slope)
    back[:, 2] = slope.sum(1)
    back[:, 0] = -slope[:, 0] * open_[:, 0]
    back[:, 1] = -(slope[:, 0] + slope[:, 1]) * open_[:, 1]
    back[:, 3] = (slope[:, 3] + slope[:, 4]) * open_[:, 3]
    back[:, 4] = slope[:, 4] * open_[:, 4]
    return back


def softmax(x):
    powers = numpy.exp(x - x.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


class Net:
    def __init__(self, inputs, random):
        self.parts = [
            (random.standard_normal((inputs, HIDDEN)) * 0.5 / numpy.sqrt(inputs)).astype(numpy.float32),
            numpy.zeros(HIDDEN, numpy.float32),
            (random.standard_normal((HIDDEN, 5)) * 0.1).astype(numpy.float32),
            numpy.array([-0.5, -1, 0, -1, -0.5], numpy.float32),
            (random.standard_normal((HIDDEN, EXPERTS)) * 0.1).astype(numpy.float32),
            numpy.zeros(EXPERTS, numpy.float32),
        ]

    def slopes(self, x, said, y, weight):
        into, threshold, out, bias, gate, lean = self.parts
        hidden = numpy.tanh(x @ into + threshold)
        raw = hidden @ out + bias
        share = softmax(hidden @ gate + lean)
        together = (share * said).sum(1)
        late = quantiles(raw) + together[:, None] > y[:, None]
        slope = ((late - LEVELS) * WEIGHTS * (weight / len(x))[:, None]).astype(numpy.float32)
        back = out_slope(slope, raw)
        lift = share * (said - together[:, None]) * slope.sum(1)[:, None]
        inner = (back @ out.T + lift @ gate.T) * (1 - hidden * hidden)
        return [x.T @ inner, inner.sum(0), hidden.T @ back, back.sum(0), hidden.T @ lift, lift.sum(0)]


def train(x, said, y, weight, random, epochs=30, batch=512, rate=2e-3, decay=1e-3, noise=0.1):
    """x is standardised; `said` are the experts' answers as they are. Adam with decoupled decay and a cosine schedule;
    the mean of the weights of the last steps."""
    net = Net(x.shape[1], random)
    first = [numpy.zeros_like(p) for p in net.parts]
    second = [numpy.zeros_like(p) for p in net.parts]
    steps, step = epochs * (len(x) // batch), 0
    mean, counted = [numpy.zeros_like(p) for p in net.parts], 0
    for _ in range(epochs):
        order = random.permutation(len(x))
        for start in range(0, len(x) - batch + 1, batch):
            pick = order[start:start + batch]
            some = x[pick] + noise * random.standard_normal((batch, x.shape[1]), dtype=numpy.float32)
            step += 1
            speed = rate * 0.5 * (1 + numpy.cos(numpy.pi * step / steps)) + 1e-5
            for i, slope in enumerate(net.slopes(some, said[pick], y[pick], weight[pick])):
                first[i] += 0.1 * (slope - first[i])
                second[i] += 0.001 * (slope * slope - second[i])
                move = first[i] / (1 - 0.9 ** step) / (numpy.sqrt(second[i] / (1 - 0.999 ** step)) + 1e-8)
                net.parts[i] -= speed * move
                if net.parts[i].ndim == 2:
                    net.parts[i] -= speed * decay * 10 * net.parts[i]
            if step > steps * 0.85:
                counted += 1
                for m, p in zip(mean, net.parts):
                    m += (p - m) / counted
    net.parts = mean
    return net


def unscaled(net, centre, spread):
    """The net for raw features, as one row of floats in the order of struct net."""
    into, threshold, out, bias, gate, lean = net.parts
    raw = into / spread[:, None]
    parts = [raw, threshold - centre @ raw, out.T, bias, gate.T, lean]
    return numpy.concatenate([part.ravel() for part in parts]).astype(numpy.float32)
