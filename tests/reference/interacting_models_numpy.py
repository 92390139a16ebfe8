"""Makes tests/fixtures/kalman/interacting_models_numpy.json.

Needs numpy and scipy. Run from the root of the repository:

    python3 tests/reference/interacting_models_numpy.py

The estimator of interacting models by the equations of Bar-Shalom, Li and Kirubarajan 2001, section
11.6.6, as they are written: full state vectors and covariance matrices, the state holding the past
positions too (Chen and Tugnait 2000), the chances of a change of model by a matrix exponential, and the
likelihoods not as logarithms.
"""

import json

import numpy as np
from scipy.linalg import expm
from scipy.stats import norm

LAG = 3
SIZE = 2 + LAG
DENSITIES = (400.0, 250000.0)  # Calm, agile.
DURATIONS_S = (0.8, 0.25)
MEASUREMENT_SD = 1.5
VELOCITY_SD = 120.0


def transition(t):
    """Position and velocity go on, the positions before move by one place."""
    f = np.zeros((SIZE, SIZE))
    f[0, :2] = 1, t
    f[1, 1] = 1
    for i in range(LAG):
        f[2 + i, 0 if i == 0 else 1 + i] = 1
    return f


def process_noise(density, t):
    q = np.zeros((SIZE, SIZE))
    q[:2, :2] = density * np.array([[t**3 / 3, t**2 / 2], [t**2 / 2, t]])
    return q


def run(times_s, values, sds, scales):
    h = np.zeros((1, SIZE))
    h[0, 0] = 1
    a, b = 1 / DURATIONS_S[0], 1 / DURATIONS_S[1]
    generator = np.array([[-a, a], [b, -b]])
    chances = np.array([b, a]) / (a + b)
    rows = []
    for k, value in enumerate(values):
        r = (sds[k] * scales[k]) ** 2
        if k == 0:
            x = [np.array([value] + [0.0] * (SIZE - 1)) for _ in range(2)]
            p = [np.diag([r, (VELOCITY_SD * scales[k]) ** 2] + [0.0] * LAG) for _ in range(2)]
        else:
            t = times_s[k] - times_s[k - 1]
            change = expm(generator * t)  # From row to column.
            predicted = chances @ change
            mixed = []
            for j in range(2):
                shares = change[:, j] * chances / predicted[j]
                mean = sum(shares[i] * x[i] for i in range(2))
                cov = sum(
                    shares[i] * (p[i] + np.outer(x[i] - mean, x[i] - mean)) for i in range(2)
                )
                mixed.append((mean, cov))
            f = transition(t)
            likelihoods = np.ones(2)
            for j, (mean, cov) in enumerate(mixed):
                x[j] = f @ mean
                p[j] = f @ cov @ f.T + scales[k] ** 2 * process_noise(DENSITIES[j], t)
                if value is None:
                    continue
                s = (h @ p[j] @ h.T).item() + r
                gain = (p[j] @ h.T / s).ravel()
                innovation = value - (h @ x[j]).item()
                likelihoods[j] = norm.pdf(innovation, scale=np.sqrt(s))
                x[j] = x[j] + gain * innovation
                rest = np.eye(SIZE) - np.outer(gain, h)
                p[j] = rest @ p[j] @ rest.T + r * np.outer(gain, gain)
            chances = predicted * likelihoods
            chances = chances / chances.sum()
        combined = chances[0] * x[0] + chances[1] * x[1]
        rows.append([combined[0], combined[1], chances[1], *combined[2:]])
    return rows


def main():
    rng = np.random.default_rng(11)
    intervals = rng.choice([16667, 33333, 33334, 100000], 89)
    timestamps_us = np.concatenate([[500000], 500000 + np.cumsum(intervals)])
    times_s = timestamps_us * 1e-6
    # It rests, leaves at 150 units a second, and rests again.
    truth = np.interp(times_s, [0, 2, 3.2, 9], [40, 40, 220, 220])
    sds = np.where(rng.random(90) < 0.2, 4.0, MEASUREMENT_SD)
    scales = np.interp(times_s, [0, 4], [0.9, 1.3])
    values = [float(v) for v in truth + rng.normal(size=90) * sds * scales]
    for k in (20, 47, 48, 49):
        values[k] = None
    rows = run(times_s, values, sds, scales)
    fixture = {
        "lag": LAG,
        "calmDensity": DENSITIES[0],
        "agileDensity": DENSITIES[1],
        "calmDurationS": DURATIONS_S[0],
        "agileDurationS": DURATIONS_S[1],
        "measurementSd": MEASUREMENT_SD,
        "initialVelocitySd": VELOCITY_SD,
        "timestampsUs": timestamps_us.tolist(),
        "values": values,
        "measurementSds": sds.tolist(),
        "scales": scales.tolist(),
        "positions": [row[0] for row in rows],
        "velocities": [row[1] for row in rows],
        "agileProbabilities": [row[2] for row in rows],
        "pastPositions": [row[3:] for row in rows],
    }
    with open("tests/fixtures/kalman/interacting_models_numpy.json", "w") as file:
        json.dump(fixture, file)
        file.write("\n")


main()
