"""PUT /api/rest/products/{product}/images/{image}[/store/{store}]: change an image.

OpenMage's documentation, "Allows you to update information for the specified product image".
"""

from functools import partial

from openmage.fields import read_fields, rename, replacement_picture
from openmage.scope import write_view
from openmage.wire import RULES, WRITE, dialect, empty_answer, image_id, product
from vitrine.domain.errors import ImageNotFoundError
from vitrine.domain.store_views import facts_of
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.changing import Change, change_image
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Change the image in the store view of the path; picture and name change in all views."""
    view = write_view(call)
    found = get_entry(call.catalogue, product(call), image_id(call))
    if facts_of(found.image, view).removed:
        raise ImageNotFoundError(found.image.id)
    picture = replacement_picture(call.fields)
    naming = partial(rename, call.fields, picture)
    naming(found.image)  # an invalid name is refused before the other fields
    fields = read_fields(call, view)
    change = Change(
        place=fields.place,
        role=fields.roles,
        edit=fields.edit,
        source=None if picture is None else picture.inspected,
        rename=naming,
        names="file_name" in call.fields,
        arranges=fields.arranges,
    )
    change_image(call.catalogue, found, change, RULES)
    return empty_answer()
