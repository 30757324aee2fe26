"""Who makes the runs: this process, processes of this machine, or those of a Dask cluster.

All of them make the same runs; they differ in nothing but time. A worker that dies - of memory, or killed - costs
the runs it was at, and they are made again; a task whose worker dies again and again is given up.
"""

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from typing import Any, Protocol

from evacsim.engine.compiling import ready_kernels
from evacsim.ensemble.replicating import Task, replicate
from evacsim.errors import Issue, MissingExtraError, ResultsError
from evacsim.language import Text

TRIES = 3
"""Times that all workers may die without a single task done before a study gives up."""

Done = list[tuple[str, str]]
"""Names and texts of finished runs."""


class Workers(Protocol):
    """Whoever makes runs."""

    def work(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Make the runs of all tasks; yield those of each task as it is done, in any order."""
        ...

    def close(self) -> None:
        """Let go of all processes."""
        ...


class ThisProcess:
    """Run after run, here."""

    def work(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Make the runs of all tasks, in their order."""
        for task in tasks:
            yield replicate(task)

    def close(self) -> None:
        """Do nothing: there is no other process."""


class Processes:
    """Several processes of this machine; each keeps the world of its last draw."""

    def __init__(self, number: int) -> None:
        self._number = number
        ready_kernels()  # numba's cache must be written by one process alone
        self._pool = self._fresh()

    def work(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Make the runs of all tasks; those of a worker that dies are begun again.

        Raises
        ------
        ResultsError
            If the workers die again and again.
        """
        waiting, deaths = list(tasks), 0
        while waiting:
            futures = {self._pool.submit(replicate, task): task for task in waiting}
            waiting = []
            for future in _as_done(futures):
                try:
                    done = future.result()
                except BrokenProcessPool:
                    waiting.append(futures[future])
                else:
                    deaths = 0
                    yield done
            if waiting:
                deaths += 1
                if deaths >= TRIES:
                    raise _died(waiting[0])
                self.close()
                self._pool = self._fresh()

    def close(self) -> None:
        """End the processes at once; what they were at is made again when the study goes on."""
        ours = set(multiprocessing.active_children()) - self._others
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in ours:
            process.terminate()

    def _fresh(self) -> ProcessPoolExecutor:
        self._others = set(multiprocessing.active_children())
        return ProcessPoolExecutor(
            self._number, mp_context=multiprocessing.get_context("spawn"), initializer=_begin
        )


class DaskWorkers:
    """The workers of a Dask cluster, whose scheduler listens at `address`; they need no common disk.

    Lost workers and tasks are the scheduler's to replace. It is known to lose a study only with itself: the study is
    then started again, and goes on from what is kept.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise MissingExtraError.for_library("distributed", "cluster", f"--cluster {address}") from None
        self._client: Any = Client(address, set_as_default=False)

    def work(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Make the runs of all tasks on the cluster."""
        from distributed import as_completed

        futures = [self._client.submit(replicate, task, pure=False, retries=TRIES) for task in tasks]
        for future in as_completed(futures, loop=self._client.loop):
            yield future.result()

    def close(self) -> None:
        """Leave the cluster; it stays as it is."""
        self._client.close()


def _as_done(futures: Iterable["Future[Done]"]) -> Iterator["Future[Done]"]:
    left = set(futures)
    while left:
        done, left = wait(left, return_when=FIRST_COMPLETED)
        yield from done


def _died(task: Task) -> ResultsError:
    rule = Text(
        f"the processes died {TRIES} times in a row at draw {task.draw}; memory may be short",
        f"进程在第 {task.draw} 次抽样处连续 {TRIES} 次意外终止，可能内存不足",
    )
    remedy = Text(
        "start again with fewer workers; finished runs are kept", "减少 --workers 后重试，已完成的推演会保留"
    )
    return ResultsError(task.folder, [Issue(task.folder, rule, remedy)])


def _begin() -> None:
    """Begin as a worker: nobody looks after each run for garbage among the modules, which takes a third of its time."""
    gc.freeze()
    _end_with_parent()


def _end_with_parent() -> None:
    """Let this worker end when the study does, however it ends, and leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait_for([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
