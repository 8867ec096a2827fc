"""Python's lock while kernels run, and threads that train at the same time."""

import sys
import threading
import time

import pytest

from ndgrad import autograd, nd


@pytest.fixture
def ticks():
    """What another thread does whenever Python's lock is let go; nobody takes it by force."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    counted, over = [], threading.Event()

    def tick():
        while not over.is_set():
            counted.append(0)
            time.sleep(0.0005)

    thread = threading.Thread(target=tick)
    thread.start()
    yield counted
    over.set()
    sys.setswitchinterval(interval)
    thread.join()


def test_others_run_while_a_large_kernel_works(ticks):
    x = nd.ones((1500, 1500))
    time.sleep(0.01)
    before = len(ticks)
    product = nd.dot(x, x)
    assert len(ticks) > before
    assert product[0, 0].asscalar() == 1500


def test_others_run_while_backward_works(ticks):
    x = nd.ones((1200, 1200))
    x.attach_grad()
    with autograd.record():
        y = nd.dot(x, x)
    before = len(ticks)
    y.backward()
    assert len(ticks) > before
    assert x.grad[0, 0].asscalar() == 2400


def test_threads_that_share_parameters():
    """Each thread's gradient is that of its own loss, as if it were alone."""
    weight = nd.random.uniform(-0.1, 0.1, (300, 200))
    weight.attach_grad()
    data = [nd.random.uniform(-1, 1, (2000, 300)) for _ in range(4)]

    def gradient(x):
        with autograd.record():
            loss = nd.dot(x, weight).tanh().sum()
        return autograd.grad(loss, [weight])[0].asnumpy()

    alone = [gradient(x) for x in data]
    wrong = []

    def train(which):
        for _ in range(20):
            if (gradient(data[which]) != alone[which]).any():
                wrong.append(which)

    threads = [threading.Thread(target=train, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
