"""Responsive images: all sizes and formats of a picture, for pages that show it.

A browser chooses among the URLs of a `srcset` or a `<picture>` by the pixels that it needs. The
URL of a size answers in the best format that the client accepts (content negotiation); the URLs of
`formats` name a format each, for clients behind a CDN that drops `Accept`.
"""

from collections.abc import Collection, Iterable, Mapping

from vitrine.domain.images import Image
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import (
    LibraryAddress,
    OriginalAddress,
    alternative_key,
    original_address,
    public_url,
    rendition_kind,
)
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS, Alternative
from vitrine.records import dataclass

_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


@dataclass(frozen=True, slots=True)
class PublicSize:
    """One size of a picture.

    Attributes:
        name: name of the size, such as `640-0` or `ipad`.
        width: width in pixels as displayed; None if the record does not say.
        height: height in pixels as displayed; None if the record does not say.
        url: the URL whose answer is in the best format that the client accepts.
        formats: the URL of each format, by media type; the first is the size's own.
    """

    name: str
    width: int | None
    height: int | None
    url: str
    formats: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ResponsiveImage:
    """All sizes of a picture, from the smallest to the largest; there is at least one."""

    sizes: tuple[PublicSize, ...]

    @property
    def srcset(self) -> str | None:
        """The `srcset` of an `<img>`; None if the record does not say how wide the sizes are.

        Each width in pixels is in it once, by the smallest size that has it.
        """
        return _srcset((each, each.url) for each in self._widths)

    def html(self, alt: str = "", colour: str | None = None) -> str:
        """A `<picture>` with a `<source>` for each alternative format, every value escaped.

        An alternative that lacks one of the widths has no `<source>`: a browser would enlarge the
        others.

        Args:
            alt: alternative text.
            colour: the picture's dominant colour, as its background while it loads.
        """
        largest = self.sizes[-1]
        sources = []
        for media_type in list(largest.formats)[1:]:
            urls = [(each, each.formats.get(media_type, "")) for each in self._widths]
            if urls and all(url for _, url in urls):
                values = {"type": media_type, "srcset": _srcset(urls), "sizes": "100vw"}
                sources.append(_tag("source", values))
        image = {
            "src": largest.url,
            "srcset": self.srcset,
            "sizes": "100vw" if self.srcset else None,
            "width": largest.width,
            "height": largest.height,
            "alt": alt,
            "loading": "lazy",
            "decoding": "async",
            "style": colour and f"background:{colour}",
        }
        return f"<picture>{''.join(sources)}{_tag('img', image)}</picture>"

    @property
    def _widths(self) -> list[PublicSize]:
        """One size for each width in pixels; empty if the widths are not known."""
        by_width: dict[int, PublicSize] = {}
        for each in self.sizes:
            if each.width is not None:
                by_width.setdefault(each.width, each)
        return list(by_width.values())


def responsive_image(
    media_url: str,
    address: OriginalAddress,
    kind: Format,
    displayed: tuple[int, int] | None,
    alternatives: Collection[Alternative],
) -> ResponsiveImage:
    """All sizes of the bytes at an address.

    Alternatives that are longer than their format allows are left out, so sizes whose pixels are
    not known have none.

    Args:
        media_url: the CDN's URL of public pictures, without a trailing slash.
        address: of the bytes.
        kind: the format of their renditions.
        displayed: width and height in pixels after orientation; None if not known.
        alternatives: the enabled alternative formats of renditions.
    """
    found = SETS["library" if isinstance(address, LibraryAddress) else "gallery"]
    sizes = []
    for rendition in reversed(found):
        key = address.rendition_key(rendition, kind)
        width, height = rendition.fit(*displayed) if displayed else (None, None)
        longest = max(width or 0, height or 0)
        formats = {kind.media_type: public_url(media_url, key)}
        for each in Alternative:  # the best one first
            if displayed and each in alternatives and longest <= each.longest:
                formats[each.media_type] = public_url(media_url, alternative_key(key, each))
        name = rendition.name.lstrip("-")
        sizes.append(PublicSize(name, width, height, public_url(media_url, key), formats))
    return ResponsiveImage(tuple(sorted(sizes, key=lambda each: each.width or 0)))


def responsive_image_of(
    media_url: str, record: Image | LibraryImage, alternatives: Collection[Alternative]
) -> ResponsiveImage:
    """All sizes of an image's present bytes, by its record alone; see `responsive_image`."""
    original, address = record.original, original_address(record)
    kind = rendition_kind(address, original)
    return responsive_image(media_url, address, kind, original.displayed, alternatives)


def _srcset(urls: Iterable[tuple[PublicSize, str]]) -> str | None:
    return ", ".join(f"{url} {size.width}w" for size, url in urls) or None


def _tag(name: str, values: Mapping[str, str | int | None]) -> str:
    """An HTML tag without end tag; attributes without a value are left out."""
    written = (
        f' {attribute}="{str(value).translate(_MARKUP)}"'
        for attribute, value in values.items()
        if value is not None
    )
    return f"<{name}{''.join(written)}>"
