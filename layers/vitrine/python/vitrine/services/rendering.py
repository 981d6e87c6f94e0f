"""Rendering: storing the public pictures of an original, when a storage event announces it.

S3 delivers events at least once and in any order. Every step is idempotent, because keys are a
function of the bytes and `vitrine.domain.publication.plan` decides from the stored state alone.
"""

from collections.abc import Collection
from contextlib import suppress
from functools import partial

from vitrine.domain.errors import OriginalMissingError, RecordMissingError
from vitrine.domain.images import Image
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import OriginalAddress
from vitrine.domain.publication import Plan, Standing, State, desired, plan, standing
from vitrine.domain.renditions import Alternative
from vitrine.domain.storage import StoredOriginal
from vitrine.pictures.resizing import Resized
from vitrine.ports import Stores
from vitrine.services.catalogue import CLIENT_RETRY, RECORD_RETRY, RetryPolicy, retry_on_conflict
from vitrine.services.image_state import (
    committed_record,
    complete_renditions,
    names_of,
    originals_of,
)
from vitrine.services.public_pictures import full_size_pictures, public_pictures, resized_for
from vitrine.services.unpublishing import carry_out, unpublish


def make_renditions(
    stores: Stores,
    address: OriginalAddress,
    alternatives: Collection[Alternative] = (),
    retry: RetryPolicy = CLIENT_RETRY,
) -> int:
    """Store every public picture of an original and record that they are complete. Idempotent.

    Afterwards superseded originals of the image are deleted; the events of their deletion
    unpublish their pictures (`vitrine.services.unpublishing`).

    Args:
        stores: all adapters.
        address: the original.
        alternatives: formats in which renditions exist beside their own.
        retry: how often the completion is retried while other writers win.

    Returns:
        How many pictures were stored; 0 if the original is gone or was superseded.

    Raises:
        RecordMissingError: the original is stored and has no record, or not yet; retry.
    """
    try:
        original = stores.blobs.original(address.original_key)
    except OriginalMissingError:
        unpublish(stores, address)
        return 0
    read = partial(committed_record, stores, address, original.product)
    # By attempts: a record that never comes would use up the function's time.
    record = retry_on_conflict(read, RECORD_RETRY, RecordMissingError)
    if standing(address, record) is not Standing.CURRENT:
        _settle_superseded(stores, address, record, original.data)
        return 0
    resized = resized_for(record, original.data)
    stored = stores.blobs.put_public(public_pictures(address, record, resized, alternatives))
    public = desired(address, record, {}, alternatives)
    # Another request may name the image meanwhile, so names are read after each completion.
    while _completed(stores, address, original, resized, retry):
        state = State(address, frozenset({address}), record, names_of(stores, address), public)
        late = plan(state, alternatives).store.get(address)
        if not late:
            if address.revision:  # the first bytes of an image supersede no others
                _delete_superseded(stores, state)
            return stored
        stored += stores.blobs.put_public(full_size_pictures(sorted(late), original.data))
        public |= late
    return 0


def _completed(
    stores: Stores,
    address: OriginalAddress,
    original: StoredOriginal,
    resized: Resized,
    retry: RetryPolicy,
) -> bool:
    """Record completion. False if the image is gone or its bytes were superseded meanwhile.

    Then this also deletes what was stored, because the removal's event may have come first.
    """
    complete = partial(
        complete_renditions,
        stores,
        address,
        original.product,
        resized.appearance,
        turned=resized.header.turned,
    )
    try:
        retry_on_conflict(complete, retry)
    except RecordMissingError:
        if unpublish(stores, address):
            return False
        record = committed_record(stores, address, original.product)
        if standing(address, record) is not Standing.CURRENT:
            _settle_superseded(stores, address, record, original.data)
            return False
        if stores.galleries.retired(address.shop, address.image) is None:
            raise
    return True


def _settle_superseded(
    stores: Stores, address: OriginalAddress, record: Image | LibraryImage, data: bytes
) -> None:
    """Carry out the plan for bytes that are stored but no longer the image's present ones."""
    if not plan(State(address, frozenset({address}), record)).delete_originals:
        return  # the present bytes have no pictures yet: these remain public until then
    names = names_of(stores, address)
    planned = plan(State(address, frozenset({address}), record, names))
    if keys := planned.store.get(address):
        _store_permanent(stores, address, keys, data)
    carry_out(stores.blobs, planned)


def _delete_superseded(stores: Stores, state: State) -> None:
    """Delete the originals that the present bytes supersede, once their permanent keys are stored.

    A named picture outlives the bytes it shows, and their event may come after that of the bytes
    that supersede them.
    """
    address = state.address
    originals = originals_of(stores.blobs, address.shop, address.image) | {address}
    planned = plan(State(address, originals, state.record, state.names, state.public))
    for older in sorted(planned.delete_originals, key=lambda each: each.original_key):
        if keys := planned.store.get(older):
            with suppress(OriginalMissingError):  # another invocation has deleted it
                original = stores.blobs.original(older.original_key)
                _store_permanent(stores, older, keys, original.data)
    carry_out(stores.blobs, Plan(delete_originals=planned.delete_originals))


def _store_permanent(
    stores: Stores, address: OriginalAddress, keys: Collection[str], data: bytes
) -> None:
    """Store pictures that outlive their bytes, unless the image is removed at the same time."""
    stores.blobs.put_public(full_size_pictures(sorted(keys), data))
    unpublish(stores, address)
