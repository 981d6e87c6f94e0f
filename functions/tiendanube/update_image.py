"""PUT /v1/{store}/products/{product}/images/{image}: change an image.

Tiendanube's documentation, "Modify an existing Product Image".
"""

from tiendanube.fields import read_change
from tiendanube.wire import WRITE, answer, dialect, present, rules
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import image_id, product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.changing import Change, change_image
from vitrine.services.inspecting import inspect_upload
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=WRITE, uses=["blobs", "remote"])
def handler(call: Call) -> Response:
    """Change position, texts and picture as the body requests, in one commit."""
    found = get_entry(call.catalogue, product(call), image_id(call))
    fields = read_change(call, found.image)
    new = fields.source and inspect_upload(fields.source, rules(call))
    change = Change(place=fields.place, edit=fields.edit, source=new, arranges=fields.arranges)
    return answer(call, present(change_image(call.catalogue, found, change, rules(call)), call))
