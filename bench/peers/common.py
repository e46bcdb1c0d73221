"""Code shared by the peers of `pretrain bench`: model sizes, step timing, and the window of span corruption."""
import resource, statistics, time

import torch

sizes = {
    "tiny": (2, 64, 2, 32, 128, 8),
    "small": (4, 128, 4, 64, 1024, 16),
    "medium": (4, 256, 4, 128, 8192, 16),
}
"""layers, width, heads, context, vocabulary, batch"""


def options_of(arguments):
    """Parses the options of every peer: the number of threads, which is set in PyTorch, and the seconds to measure."""
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--seconds", type=float, default=5)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    return options


def measured(step, seconds, least=5):
    """Median step time in milliseconds, over at least the given seconds and steps, and peak resident memory."""
    times, begin, used = [], time.perf_counter(), time.process_time()
    while len(times) < least or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1000)
    return {
        "step_milliseconds": statistics.median(times),
        "processor_milliseconds": (time.process_time() - used) * 1000 / len(times),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def parameters_of(model):
    return sum(p.numel() for p in model.parameters())


def window_of(length):
    """The longest window whose corrupted input has at most this many tokens."""
    window = length
    while True:
        noise = max(1, round((window + 1) * 0.15))
        if window + 1 - noise + max(1, round(noise / 3)) + 1 > length:
            return window
        window += 1
