"""PUT /api/v2/products/{product}/images/{image}.json: change an image.

BigCommerce's documentation, "update a specific image".
"""

from bigcommerce.fields import read_change
from bigcommerce.wire import RULES, WRITE, answer, dialect, image_id, present
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.changing import Change, change_image
from vitrine.services.inspecting import inspect_upload
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=WRITE, uses=["blobs", "remote"])
def handler(call: Call) -> Response:
    """Change sort order, role, description and picture as requested, in one commit."""
    found = get_entry(call.catalogue, product(call), image_id(call))
    fields = read_change(call, found.image)
    new = fields.source and inspect_upload(fields.source, RULES)
    change = Change(
        place=fields.place,
        role=fields.roles,
        edit=fields.edit,
        source=new,
        arranges=fields.arranges,
    )
    return answer(call, present(change_image(call.catalogue, found, change, RULES), call))
