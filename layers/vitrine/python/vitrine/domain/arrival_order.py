"""The order of images whose files arrive by events, which come in any order.

A dropped file is placed by its name: its image carries a mark, `Image.dropped`, until a client asks
for the place or role of the image. A file of an upload batch is placed by its number in the batch,
to which its image id corresponds. The gallery is the same regardless of which event comes first.
"""

from collections.abc import Mapping

from vitrine.domain.gallery import THUMBNAIL, Gallery
from vitrine.domain.images import Image
from vitrine.domain.natural_order import natural_key


def place_dropped(gallery: Gallery, image: int, name: str, marks: Mapping[int, str]) -> Gallery:
    """The gallery with the image of a dropped file.

    The image stands before the first marked image whose file name is naturally greater, or else at
    the end. If it then stands before a thumbnail that no client has asked for, the first image
    becomes the thumbnail.

    Args:
        gallery: the gallery without the image.
        image: id of the new image.
        name: its file name.
        marks: file names of marked images by id, as from `marks_of`.
    """
    key = natural_key(name)
    greater = (each for each in gallery.order if each in marks and natural_key(marks[each]) > key)
    successor = next(greater, None)
    if successor is None:
        return gallery.append(image)
    placed = gallery.insert_before(image, successor)
    holder = placed.roles.get(THUMBNAIL)
    if not placed.thumbnail_by_default or holder is None:
        return placed
    if placed.positions[holder] < placed.positions[image]:
        return placed
    return placed.with_default_thumbnail(placed.order[0])


def marks_of(gallery: Gallery, images: Mapping[int, Image]) -> dict[int, str]:
    """The file names of the images that were made of dropped files and not placed by a client."""
    return {
        each: image.dropped.rpartition("/")[2]
        for each, image in images.items()
        if image.dropped and each > gallery.arranged_up_to
    }


def place_in_batch(gallery: Gallery, image: int, siblings: range) -> Gallery:
    """The gallery with the image of a file of an upload batch.

    The image takes the sort of the present sibling with the next lower id, or else of the one with
    the next higher id, or else the next sort. Ids break the ties, so it stands directly beside that
    sibling, wherever clients have moved it, and no other image moves. If a later sibling is a
    thumbnail that no client has asked for, the new image becomes the thumbnail.

    Args:
        gallery: the gallery without the image.
        image: id of the new image.
        siblings: all ids of the batch, which are contiguous.
    """
    present = [each for each in gallery.sorts if each in siblings]
    lower = max((each for each in present if each < image), default=None)
    neighbour = min(present, default=None) if lower is None else lower
    if neighbour is None:
        return gallery.append(image)
    placed = gallery.put(image, gallery.sorts[neighbour])
    holder = gallery.roles.get(THUMBNAIL)
    later = holder is not None and holder in siblings and holder > image
    if later and gallery.thumbnail_by_default:
        return placed.with_default_thumbnail(image)
    return placed
