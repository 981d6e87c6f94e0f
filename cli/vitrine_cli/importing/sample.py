"""What a dry run measures on some pictures, and what that tells of all: sizes, and durations."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from vitrine.domain.renditions import SETS, Alternative
from vitrine.pictures.resizing import resize

_TO_STORE = 6
"""Requests to AWS that store an image, with its part of those of its product; measured: 5.8."""
_TO_RENDER = 6
"""Requests of the function that renders an image, beside one to store each picture."""
_MOST_RENDERED = 3
"""Pictures that are rendered to see how long it takes."""
_SLOWER = 2
"""How many times as long an import can take as its parts one by one: writes take longer than reads,
and many requests at once longer than one."""


class Step(StrEnum):
    """What takes time, for each image."""

    FETCH = "fetch"
    CHECK = "check"
    READ_TABLE = "read the table"
    RENDER = "render"


@dataclass
class Sample:
    """What reading some images told of all.

    Attributes:
        hosts: hosts that one picture was fetched of.
        pictures: how many pictures were read.
        read: their bytes.
        new_read: the bytes of those that would be added.
        public: public pictures of those that were rendered.
        times: how often each step was done, and how many seconds all took.
    """

    hosts: set[str] = field(default_factory=set)
    pictures: int = 0
    read: int = 0
    new_read: int = 0
    public: int = 0
    times: dict[Step, tuple[int, float]] = field(default_factory=dict)

    @property
    def mean_size(self) -> float:
        """The mean size of a picture, bytes; 0 if none was read."""
        return self.read / max(self.pictures, 1)

    @contextmanager
    def timed(self, step: Step) -> Iterator[None]:
        """Measure the block. One that raises does not count."""
        began = time.monotonic()
        yield
        count, seconds = self.times.get(step, (0, 0.0))
        self.times[step] = count + 1, seconds + time.monotonic() - began

    def mean(self, step: Step) -> float:
        """The mean duration of a step, seconds; 0 if it was never done."""
        count, seconds = self.times.get(step, (0, 0.0))
        return seconds / max(count, 1)

    def asks_for(self, place: str) -> bool:
        """Whether to read what is at a path or URL: each file, and one picture of each host."""
        if "://" not in place:
            return True
        host = place.split("/")[2]
        is_first = host not in self.hosts
        self.hosts.add(host)
        return is_first

    def render(self, data: bytes) -> None:
        """Make the renditions of a picture, unless enough pictures were rendered."""
        if self.times.get(Step.RENDER, (0, 0.0))[0] >= _MOST_RENDERED:
            return
        with self.timed(Step.RENDER):
            resized = resize(data, SETS["gallery"])
            for rendition in resized.sizes:
                resized.encode(rendition)
                resized.encode(rendition, Alternative.WEBP)
        self.public += 1 + 2 * len(resized.sizes)

    def seconds(self, images: int, at_once: int) -> tuple[float, float]:
        """About how long storing so many images in AWS takes, at least and at most.

        Renditions and the upload of the bytes, which a dry run cannot measure, are not included.
        """
        each = self.mean(Step.FETCH) + self.mean(Step.CHECK)
        shortest = images * (each + _TO_STORE * self.mean(Step.READ_TABLE)) / at_once
        return shortest, shortest * _SLOWER

    def local_seconds(self, images: int, processors: int) -> tuple[float, float]:
        """About how long it takes in a local stack, with all renditions, at least and at most.

        Its emulator answers one request after the other, of all clients together.
        """
        public = self.public / max(self.times.get(Step.RENDER, (0, 0.0))[0], 1)
        requests = _TO_STORE + _TO_RENDER + public
        work = self.mean(Step.FETCH) + self.mean(Step.CHECK) + self.mean(Step.RENDER)
        shortest = images * (requests * self.mean(Step.READ_TABLE) + work / processors)
        return shortest, shortest * _SLOWER
