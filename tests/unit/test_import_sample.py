"""What a dry run tells of the duration of an import, from what it has measured."""

import pytest
from tests import pictures

from vitrine_cli.importing.sample import Sample, Step

MEASURED = {Step.FETCH: (1, 2.0), Step.CHECK: (10, 1.0), Step.READ_TABLE: (100, 1.0)}


def test_images_are_stored_at_once_and_no_faster_than_their_parts() -> None:
    """2 s to fetch, 0.1 s to check and 6 requests of 10 ms, for each image."""
    sample = Sample(times=MEASURED)

    assert sample.seconds(1000, 4) == pytest.approx((540, 1080))
    assert sample.seconds(1000, 8) == pytest.approx((270, 540))
    assert Sample().seconds(1000, 4) == (0, 0)


def test_the_emulator_answers_one_request_after_the_other() -> None:
    """12 requests and 15 pictures of 10 ms each; 2.1 s and 0.9 s are shared by 2 processors."""
    sample = Sample(public=30, times=MEASURED | {Step.RENDER: (2, 1.8)})

    assert sample.local_seconds(100, 2) == pytest.approx((177, 354))
    assert Sample().local_seconds(100, 2) == (0, 0)


def test_three_pictures_are_rendered() -> None:
    sample = Sample()

    for number in range(5):
        sample.render(pictures.png(20 + number, 10))

    assert (sample.times[Step.RENDER][0], sample.public) == (3, 3 * (1 + 2 * 7))
    assert 0 < sample.mean(Step.RENDER) < 10


def test_what_fails_is_not_measured() -> None:
    sample = Sample()

    with pytest.raises(ValueError, match="x"), sample.timed(Step.FETCH):
        raise ValueError("x")

    assert (sample.times, sample.mean(Step.FETCH)) == ({}, 0)
