"""Object storage: originals and public pictures in S3, in one bucket each."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from vitrine.domain.errors import (
    ImportMissingError,
    OriginalMissingError,
    PictureRefusedError,
    Rule,
)
from vitrine.domain.locations import FOR_EVER, ORIGINALS
from vitrine.domain.storage import OriginalMetadata, PublicPicture, StoredOriginal
from vitrine.domain.uploads import UploadForm
from vitrine.ports import Blobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import TagTypeDef

    from vitrine.aws.s3 import S3

_BATCH = 1000  # keys per DeleteObjects
_AT_A_TIME = 12  # concurrent uploads, fewer than the connections in the client's pool
_LINK_SECONDS = 300
SIGNED: Mapping[str, Any] = {"signature_version": "s3v4", "s3": {"addressing_style": "virtual"}}
"""Client options for presigned URLs: Signature Version 4, and virtual-hosted addresses in the
bucket's region, because a redirect from another host invalidates the signature."""
_IMPORTED: TagTypeDef = {"Key": "vitrine-imported", "Value": "yes"}
"""The tag that the lifecycle rule of imported files looks for (template: `ImportRetentionDays`)."""
_MISSING = frozenset({"NoSuchKey", "404"})  # HEAD has no body, so its status is its code
_OTHER_VERSION = "PreconditionFailed"


class S3Blobs(Blobs):
    """`vitrine.ports.Blobs` over two S3 buckets: one private, one behind the CDN."""

    def __init__(
        self, client: S3Client | S3, originals: str, media: str, upload_url: str = ""
    ) -> None:
        """Use these buckets.

        Args:
            client: a client of S3.
            originals: name of the private bucket.
            media: name of the bucket behind the CDN.
            upload_url: where clients post forms; empty for the private bucket's own URL.
        """
        self._client = client
        self._originals = originals
        self._media = media
        self._upload_url = upload_url

    def put_original(self, key: str, data: bytes, media_type: str, product: str = "") -> None:
        self._client.put_object(
            Bucket=self._originals,
            Key=key,
            Body=data,
            ContentType=media_type,
            Metadata={"product": quote(product, safe="")} if product else {},  # metadata is ASCII
        )

    def original(self, key: str) -> StoredOriginal:
        try:
            answer = self._client.get_object(Bucket=self._originals, Key=key)
        except self._client.exceptions.NoSuchKey:
            raise OriginalMissingError(key) from None
        return StoredOriginal(answer["Body"].read(), _product(answer["Metadata"]))

    def original_metadata(self, key: str) -> OriginalMetadata:
        try:
            head = self._client.head_object(Bucket=self._originals, Key=key)
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                raise OriginalMissingError(key) from None
            raise
        return OriginalMetadata(_product(head["Metadata"]), head["LastModified"])

    def original_keys(self, shop: str, image: int) -> list[str]:
        return self._keys(self._originals, f"{ORIGINALS}{shop}/{image}/")

    def shop_keys(self, shop: str) -> list[str]:
        return self._keys(self._originals, f"{ORIGINALS}{shop}/")

    def imported(self, key: str, max_bytes: int, tag: str | None = None) -> bytes:
        only_if: dict[str, Any] = {} if tag is None else {"IfMatch": f'"{tag}"'}
        try:
            answer = self._client.get_object(Bucket=self._originals, Key=key, **only_if)
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _MISSING | {_OTHER_VERSION}:
                raise ImportMissingError(key) from None
            raise
        with closing(answer["Body"]) as body:
            if answer["ContentLength"] > max_bytes:
                raise PictureRefusedError((Rule.WEIGHT,))
            return body.read()

    def upload_form(self, key: str, media_type: str, size: int, seconds: int) -> UploadForm:
        fields = {"Content-Type": media_type, "success_action_status": "201"}
        made = self._client.generate_presigned_post(
            Bucket=self._originals,
            Key=key,
            Fields=fields,
            Conditions=[
                *({name: value} for name, value in fields.items()),
                ["content-length-range", size, size],
            ],
            ExpiresIn=seconds,
        )
        return UploadForm(self._upload_url or made["url"], made["fields"])

    def tag_imported(self, key: str) -> None:
        try:
            self._client.put_object_tagging(
                Bucket=self._originals, Key=key, Tagging={"TagSet": [_IMPORTED]}
            )
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in _MISSING:
                raise

    def announce_original(self, key: str) -> None:
        bucket = self._originals
        try:
            head = self._client.head_object(Bucket=bucket, Key=key)
            self._client.copy_object(
                Bucket=bucket,
                Key=key,
                CopySource={"Bucket": bucket, "Key": key},
                ContentType=head["ContentType"],
                Metadata=head["Metadata"],
                MetadataDirective="REPLACE",
            )
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in _MISSING:
                raise

    def has_original(self, key: str) -> bool:
        return self._has(self._originals, key)

    def remove_originals(self, keys: Sequence[str]) -> None:
        self._remove(self._originals, keys)

    def put_public(self, pictures: Iterable[PublicPicture]) -> int:
        from concurrent.futures import ThreadPoolExecutor  # 2 ms, for the pipeline alone

        with ThreadPoolExecutor(max_workers=_AT_A_TIME) as pool:
            stored = [pool.submit(self._put_public, picture) for picture in pictures]
        for each in stored:
            each.result()
        return len(stored)

    def has_public(self, key: str) -> bool:
        return self._has(self._media, key)

    def link(self, key: str) -> str:
        return self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self._media, "Key": key}, ExpiresIn=_LINK_SECONDS
        )

    def public_keys(self, prefix: str) -> list[str]:
        return self._keys(self._media, prefix)

    def remove_public(self, keys: Sequence[str]) -> None:
        self._remove(self._media, keys)

    def _put_public(self, picture: PublicPicture) -> None:
        self._client.put_object(
            Bucket=self._media,
            Key=picture.key,
            Body=picture.data,
            ContentType=picture.media_type,
            CacheControl=FOR_EVER,
        )

    def _has(self, bucket: str, key: str) -> bool:
        try:
            self._client.head_object(Bucket=bucket, Key=key)
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return False
            raise
        return True

    def _keys(self, bucket: str, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [each["Key"] for page in pages for each in page.get("Contents", [])]

    def _remove(self, bucket: str, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), _BATCH):
            answer = self._client.delete_objects(
                Bucket=bucket,
                Delete={
                    "Objects": [{"Key": key} for key in keys[start : start + _BATCH]],
                    "Quiet": True,
                },
            )
            if failed := answer.get("Errors"):
                # The answer lists an error for each object; the code of the first is raised.
                raise self._client.exceptions.ClientError(
                    {"Error": {"Code": failed[0].get("Code", ""), "Message": str(failed)}},
                    "DeleteObjects",
                )


def _product(metadata: Mapping[str, str]) -> str:
    return unquote(metadata.get("product", ""))
