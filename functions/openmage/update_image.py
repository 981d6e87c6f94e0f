"""PUT /api/rest/products/{product}/images/{image}[/store/{store}]: change an image.

OpenMage's document, "Allows you to update information for the specified product image".
"""

from functools import partial

from openmage.fields import facts, other_picture, rename
from openmage.scope import write_view
from openmage.wire import RULES, WRITE, dialect, done, image_id, product
from vitrine.domain.errors import ImageNotFoundError
from vitrine.domain.store_views import facts_of
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.changing import Change, change_image
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Change what the body names, in the scope of the path; bytes and name change everywhere."""
    view = write_view(call)
    found = get_entry(call.catalogue, product(call), image_id(call))
    if facts_of(found.image, view).removed:
        raise ImageNotFoundError(found.image.id)
    picture = other_picture(call.fields)
    naming = partial(rename, call.fields, picture)
    naming(found.image)  # refuses a name before it refuses other fields
    said = facts(call, view)
    change = Change(
        place=said.place,
        role=said.assign,
        edit=said.write,
        source=None if picture is None else picture.inspected,
        rename=naming,
        names="file_name" in call.fields,
    )
    change_image(call.catalogue, found, change, RULES)
    return done()
