"""PATCH /vitrine/v1/products/{product}/images/{image}: change texts or role of an image.

Contract: vitrine §5.4.
"""

from native.conditions import check_image, state_of_image
from native.fields import read_patch
from native.image_object import present
from native.wire import RULES, WRITE, answer, dialect, product
from vitrine.domain.images import Image
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import image_id
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.changing import Change, change_image
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Apply the merge patch in one commit; nothing different writes nothing."""
    found = get_entry(call.catalogue, product(call), image_id(call))
    patch = read_patch(call, found.image)

    def edit(image: Image) -> Image:
        check_image(call.request, image)
        return patch.edit(image)

    change = Change(edit=edit, role=patch.assign, arranges=patch.thumbnail)
    entry = change_image(call.catalogue, found, change, RULES)
    return answer(call, present(entry, call), state=state_of_image(entry.image))
