"""Adding an image to the library: bytes first, record second, as in a gallery."""

from vitrine.domain.library import LibraryImage, Purpose
from vitrine.services.catalogue import Catalogue
from vitrine.services.originals import Candidate


def add_to_library(
    catalogue: Catalogue, candidate: Candidate, purpose: Purpose, account: str
) -> LibraryImage:
    """Make a picture an image that belongs to no product.

    When this returns, original and record are both stored. A failure of storage may leave the
    original behind, never a record without it.

    Args:
        catalogue: the shop's.
        candidate: the picture.
        purpose: what the image is for.
        account: the shop's account, which stands in the image's URLs.

    Raises:
        PictureRefusedError: the picture breaks rules; all of them are named.
    """
    candidate.check(images=0)  # a library has room
    moment = catalogue.clock()
    image = LibraryImage(
        id=catalogue.galleries.next_image_id(catalogue.shop.id),
        shop=catalogue.shop.id,
        account=account,
        purpose=purpose,
        original=candidate.original(),
        created_at=moment,
        updated_at=moment,
    )
    candidate.store(catalogue.blobs, image)
    catalogue.library.add(image)
    return image
