"""Unpublishing: deleting the public pictures of bytes that are no longer stored or listed."""

from collections.abc import Collection
from contextlib import suppress

from vitrine.domain.errors import OriginalMissingError
from vitrine.domain.locations import OriginalAddress
from vitrine.domain.publication import Plan, State, plan, unlisted
from vitrine.ports import Blobs, Stores
from vitrine.services.image_state import names_and_flag, note_unpublished, originals_of


def unpublish(stores: Stores, address: OriginalAddress) -> bool:
    """Delete the public pictures of an original that is no longer stored. Idempotent.

    If the image has no record, its older originals go with it, because an image may be removed
    before the renditions of its last bytes are complete. If it has one, they stay: a replacement
    that was never committed leaves the image its bytes.

    If the image is flagged, what was unpublished is noted for the next invalidation of the CDN.

    Returns:
        True if the original no longer exists and its public pictures were deleted; False if it
        exists, in which case nothing changes.
    """
    blobs = stores.blobs
    if blobs.has_original(address.original_key):
        return False
    names, flagged = names_and_flag(stores, address)
    # The first bytes of an image without names cannot have predecessors: no call for those.
    has_others = names or address.revision
    originals = originals_of(blobs, address.shop, address.image) if has_others else frozenset()
    older = {each for each in originals if each.revision < address.revision}
    record = None
    if older or (names and originals):
        product = next((each.product for each in names.values()), "") or _product(blobs, older)
        record = stores.record_of(address.shop, address.image, product)
    # Listed by prefix, because an earlier version of `SETS` may have had other sizes.
    public = frozenset(blobs.public_keys(address.renditions_prefix))
    planned = plan(State(address, originals, record, names, public))
    carry_out(blobs, planned)
    if flagged and planned.unpublish:  # last: before that, the CDN could fetch a picture again
        note_unpublished(stores, address, planned.unpublish)
    return True


def _product(blobs: Blobs, originals: Collection[OriginalAddress]) -> str:
    """The key of the product of an image, as its originals tell; empty if none of them does."""
    for each in originals:
        with suppress(OriginalMissingError):  # another invocation has deleted it
            return blobs.original_metadata(each.original_key).product
    return ""


def unpublish_unlisted_sizes(blobs: Blobs, address: OriginalAddress) -> int:
    """Delete renditions whose sizes `SETS` no longer lists, and return how many there were."""
    keys = unlisted(address, blobs.public_keys(address.renditions_prefix))
    if keys:
        blobs.remove_public(keys)
    return len(keys)


def carry_out(blobs: Blobs, planned: Plan) -> None:
    """Carry out the deletions of a plan: public pictures first, so that a retry finds the rest."""
    if planned.unpublish:
        blobs.remove_public(sorted(planned.unpublish))
    if planned.delete_originals:
        blobs.remove_originals(sorted(each.original_key for each in planned.delete_originals))
