"""Which pictures of an image are public: the pure plan of a reconciler.

Events arrive late, twice or out of order. A service therefore reads the state of an image, asks
`plan` what separates it from the desired state, and carries the plan out. The plan depends on the
state alone, so every step is idempotent and every order of events ends in the same state.

| The bytes in question | Plan |
|---|---|
| are the image's present bytes | store all their pictures, then delete superseded originals |
| were superseded, and the present bytes have their pictures | store what keeps its URL, delete |
| were superseded, and the present bytes have no pictures yet | keep everything |
| have no record, or not yet | wait; delete the original after `ORPHAN_AGE` |
| are no longer stored | unpublish their pictures; without a record, delete older bytes |
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import Enum, auto

from vitrine.domain.images import Image, RenditionState
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import (
    LibraryAddress,
    OriginalAddress,
    alternative_key,
    named_key,
    original_address,
    rendition_kind,
)
from vitrine.domain.manifests import manifest_key
from vitrine.domain.names import Naming
from vitrine.domain.renditions import SETS, Alternative, Rendition
from vitrine.records import dataclass

ORPHAN_AGE = timedelta(hours=1)
"""The age from which an original without a record is an orphan. A request runs for 30 seconds at
most and an import for 60; the rest is a margin for clocks and retries."""


class Standing(Enum):
    """The relation of stored bytes to the record of their image."""

    CURRENT = auto()
    """The record refers to these bytes."""
    SUPERSEDED = auto()
    """The record refers to newer bytes."""
    REJECTED = auto()
    """The record refers to other bytes of the same revision, which another writer committed."""
    UNRECORDED = auto()
    """The image has no record, or one that refers to older bytes. Either the record of these bytes
    is still to be committed, or their writer failed."""


def standing(address: OriginalAddress, record: Image | LibraryImage | None) -> Standing:
    """The relation of the bytes at `address` to the record of their image."""
    if record is None or record.original.revision < address.revision:
        return Standing.UNRECORDED
    if original_address(record) == address:
        return Standing.CURRENT
    if record.original.revision > address.revision:
        return Standing.SUPERSEDED
    return Standing.REJECTED


@dataclass(frozen=True, slots=True)
class State:
    """What is stored of an image, as far as a plan for one version of its bytes depends on it.

    Attributes:
        address: the bytes in question.
        originals: addresses of stored originals of the image; `address` is among them if stored.
        record: the image's record, live or retired.
        names: all file names that the image has had, each with the bytes that received it.
        public: keys of stored public pictures of the bytes in question.
    """

    address: OriginalAddress
    originals: frozenset[OriginalAddress] = frozenset()
    record: Image | LibraryImage | None = None
    names: Mapping[str, Naming] = field(default_factory=dict)
    public: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps from a state to the desired one, to be carried out in the order of the attributes.

    Attributes:
        store: public keys to store, by the address of the bytes that they show.
        unpublish: public keys to delete.
        delete_originals: addresses of originals to delete. Each deletion causes an event, whose
            plan unpublishes the pictures of these bytes.
    """

    store: Mapping[OriginalAddress, frozenset[str]] = field(default_factory=dict)
    unpublish: frozenset[str] = frozenset()
    delete_originals: frozenset[OriginalAddress] = frozenset()


def plan(state: State, alternatives: Collection[Alternative] = ()) -> Plan:
    """The steps that bring the pictures of one version of an image's bytes to the desired state.

    Args:
        state: what is stored.
        alternatives: formats in which renditions exist beside their own.
    """
    address, record = state.address, state.record
    if address not in state.originals:
        return _plan_removal(state)
    match standing(address, record):
        case Standing.UNRECORDED:
            return Plan()
        case Standing.CURRENT:
            older = superseded(address, state.originals)
            wanted = desired(address, record, state.names, alternatives) - state.public
            kept = {each: permanent_keys_of(each, state.names) for each in older}
            store = {address: wanted, **kept}
            return Plan(
                store={at: keys for at, keys in store.items() if keys}, delete_originals=older
            )
        case _ if record is not None and record.renditions is RenditionState.COMPLETE:
            keys = permanent_keys_of(address, state.names)
            return Plan(
                store={address: keys} if keys else {}, delete_originals=frozenset({address})
            )
        case _:
            return Plan()


def _plan_removal(state: State) -> Plan:
    """Unpublish the pictures of bytes that are no longer stored.

    A file name belongs to its image, not to the bytes that received it, so named pictures stay
    until the image is gone: until it has no record or, while a purge runs, no original.
    """
    address = state.address
    if any(each.version == address.version for each in state.originals):
        return Plan()  # another file name for the same bytes: the pictures belong to both
    older = {each for each in state.originals if each.revision < address.revision}
    if state.record is not None:
        older = set()  # one may be the present bytes, and the event of those deletes the others
    permanent = permanent_keys(address.shop, state.names)
    # A manifest goes with the bytes, even if a picture that it is beside stays: it names sizes.
    shown = address.full_size_keys | permanent_keys_of(address, state.names)
    own = state.public | address.full_size_keys | set(map(manifest_key, shown))
    if not permanent or (state.originals - older and state.record is not None):
        return Plan(unpublish=frozenset(own - permanent), delete_originals=frozenset(older))
    named = permanent | set(map(manifest_key, permanent))
    return Plan(unpublish=frozenset(own | named), delete_originals=state.originals)


def desired(
    address: OriginalAddress,
    record: Image | LibraryImage | None,
    names: Mapping[str, Naming],
    alternatives: Collection[Alternative] = (),
) -> frozenset[str]:
    """All public keys that show the bytes at `address`, in the desired state.

    Args:
        address: the bytes, stored as an original.
        record: the image's record.
        names: all file names that the image has had.
        alternatives: formats in which renditions exist beside their own.
    """
    permanent = permanent_keys_of(address, names)
    if record is None or standing(address, record) is not Standing.CURRENT:
        return permanent
    sizes = {key for key, _ in rendition_keys(address, record)}
    beside = {alternative_key(key, each) for key in sizes for each in alternatives}
    return permanent | {*full_size_keys(address, record)} | sizes | beside


def full_size_keys(address: OriginalAddress, record: Image | LibraryImage) -> list[str]:
    """Public keys of an image's full size: that of its address, then that of its file name."""
    keys = [address.full_size_key(record.original.format)]
    if isinstance(record, Image) and record.name:
        keys.append(named_key(address.shop, record.name.full))
    return keys


def rendition_keys(
    address: OriginalAddress, record: Image | LibraryImage
) -> list[tuple[str, Rendition]]:
    """The public key of each rendition of an image, from the largest to the smallest."""
    made = rendition_kind(address, record.original)
    sizes = SETS["library" if isinstance(address, LibraryAddress) else "gallery"]
    return [(address.rendition_key(each, made), each) for each in sizes]


def permanent_keys(shop: str, names: Mapping[str, Naming]) -> frozenset[str]:
    """Public keys that outlive the bytes they show, because clients were given a file name.

    They are the named pictures and, for an image that had no name before, the legacy key by which
    it was shown until then (contract: openmage §4.5).
    """
    named = {named_key(shop, name) for name in names}
    return frozenset(named | {each.legacy_key for each in names.values() if each.legacy_key})


def permanent_keys_of(address: OriginalAddress, names: Mapping[str, Naming]) -> frozenset[str]:
    """The permanent keys that show the bytes at `address`."""
    given = [name for name, each in names.items() if each.version == address.version]
    named = {named_key(address.shop, name) for name in given}
    legacy = address.full_size_keys & permanent_keys(address.shop, names)
    return frozenset(named | legacy)


def superseded(
    address: OriginalAddress, originals: Iterable[OriginalAddress]
) -> frozenset[OriginalAddress]:
    """The originals that the present bytes of an image, at `address`, supersede.

    Another original of the same revision is among them: another writer stored it, but did not
    commit it.
    """
    return frozenset(
        each for each in originals if each != address and each.revision <= address.revision
    )


def unlisted(address: OriginalAddress, keys: Iterable[str]) -> list[str]:
    """Those of an image's rendition keys whose size is no longer in `SETS`."""
    kind = "library" if isinstance(address, LibraryAddress) else "gallery"
    listed = {rendition.name for rendition in SETS[kind]}
    return [key for key in keys if address.rendition_name(key) not in {*listed, None}]


class Fate(Enum):
    """What happens to an original whose pictures could not be made."""

    DELETED = auto()
    """It is an orphan: no image record refers to it, and it is older than `ORPHAN_AGE`."""
    SUPERSEDING = auto()
    """It is a replacement whose record update never came. It stays private until the image's next
    replacement or removal deletes it."""
    TOO_YOUNG = auto()
    """It has no record, but a running request may still commit one."""
    IN_USE = auto()
    """An image record refers to it, or to newer bytes of the same image."""
    MISSING = auto()
    """S3 has no such object."""

    @property
    def hopeless(self) -> bool:
        """Whether no pictures will ever be made of it."""
        return self in (Fate.DELETED, Fate.SUPERSEDING)


def is_settled(stored_at: datetime, now: datetime) -> bool:
    """Whether an original is so old that no running request can still commit its record."""
    return now - stored_at >= ORPHAN_AGE


def fate_of(address: OriginalAddress, record: Image | LibraryImage | None) -> Fate:
    """What happens to a settled original, given its image's record read after it settled."""
    if record is None:
        return Fate.DELETED
    if standing(address, record) is Standing.UNRECORDED:
        return Fate.SUPERSEDING
    return Fate.IN_USE
