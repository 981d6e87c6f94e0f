"""Amazon S3: the calls of boto3's `s3` client that adapters make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from vitrine.aws import s3_xml
from vitrine.aws.credentials import from_environment
from vitrine.aws.errors import Exceptions
from vitrine.aws.messages import Request, Times
from vitrine.aws.pages import Paginator
from vitrine.aws.s3_objects import Body, checksum_fault, facts, metadata, sent
from vitrine.aws.service import Service
from vitrine.aws.signing import query_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vitrine.aws.messages import Answer


class S3:
    """A client of S3, with boto3's names for calls, arguments and answers."""

    exceptions = Exceptions

    def __init__(self, times: Times = Times()) -> None:  # noqa: B008 - immutable
        self._service = Service("s3", s3_xml.error_in, times)

    def put_object(
        self,
        *,
        Bucket: str,
        Key: str,
        Body: bytes,
        ContentType: str,
        CacheControl: str = "",
        Metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Store an object; S3 compares its checksum before it does."""
        headers = {
            **sent(Body, ContentType),
            **({"cache-control": CacheControl} if CacheControl else {}),
            **metadata(Metadata or {}),
        }
        self._send("PutObject", "PUT", Bucket, Key, headers=headers, body=Body, sign_body=False)

    def get_object(self, *, Bucket: str, Key: str, IfMatch: str = "") -> dict[str, Any]:
        """Read an object, compared with its checksum."""
        headers = {"x-amz-checksum-mode": "ENABLED", **({"if-match": IfMatch} if IfMatch else {})}
        answer = self._send("GetObject", "GET", Bucket, Key, headers=headers, fault=checksum_fault)
        return {**facts(answer), "Body": Body(answer)}

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        """What is known of an object."""
        return facts(self._send("HeadObject", "HEAD", Bucket, Key))

    def copy_object(
        self,
        *,
        Bucket: str,
        Key: str,
        CopySource: Mapping[str, str],
        ContentType: str,
        Metadata: Mapping[str, str],
        MetadataDirective: str,
    ) -> None:
        """Store an object that S3 has already."""
        headers = {
            "content-type": ContentType,
            "x-amz-copy-source": f"{CopySource['Bucket']}/{quote(CopySource['Key'], safe='/~')}",
            "x-amz-metadata-directive": MetadataDirective,
            **metadata(Metadata),
        }
        fault = s3_xml.error_in_body
        self._send("CopyObject", "PUT", Bucket, Key, headers=headers, fault=fault)

    def put_object_tagging(self, *, Bucket: str, Key: str, Tagging: Mapping[str, Any]) -> None:
        """Replace an object's tags."""
        body = s3_xml.tagging(Tagging["TagSet"])
        headers = sent(body, "application/xml")
        self._send(
            "PutObjectTagging", "PUT", Bucket, Key, query="tagging=", headers=headers, body=body
        )

    def delete_objects(self, *, Bucket: str, Delete: Mapping[str, Any]) -> dict[str, Any]:
        """Remove up to 1000 objects; the answer has `Errors` where some stay."""
        body = s3_xml.deletion(Delete["Objects"])
        headers = sent(body, "application/xml")
        answer = self._send(
            "DeleteObjects",
            "POST",
            Bucket,
            query="delete=",
            headers=headers,
            body=body,
            fault=s3_xml.error_in_body,
        )
        return s3_xml.deletion_errors(answer.body)

    def list_objects_v2(
        self, *, Bucket: str, Prefix: str, ContinuationToken: str = ""
    ) -> dict[str, Any]:
        """Up to 1000 of the objects whose keys begin with `Prefix`."""
        parameters = [("encoding-type", "url"), ("list-type", "2"), ("prefix", Prefix)]
        if ContinuationToken:
            parameters.append(("continuation-token", ContinuationToken))
        answer = self._send("ListObjectsV2", "GET", Bucket, query=query_of(parameters))
        return s3_xml.listing(answer.body)

    def get_paginator(self, _operation: str) -> Paginator:
        """Pages of `list_objects_v2`."""
        return Paginator(self.list_objects_v2, "NextContinuationToken", "ContinuationToken")

    def generate_presigned_url(
        self, _operation: str, *, Params: Mapping[str, str], ExpiresIn: int
    ) -> str:
        """A URL at which its holder can GET an object for `ExpiresIn` seconds."""
        url, start = self._place(Params["Bucket"])
        path = start + quote(Params["Key"], safe="/~")
        query = self._service.signer.sign_url(
            from_environment(), self._service.now(), urlsplit(url).netloc, path, ExpiresIn
        )
        return f"{url}{path}?{query}"

    def generate_presigned_post(
        self,
        *,
        Bucket: str,
        Key: str,
        Fields: Mapping[str, str],
        Conditions: Sequence[Any],
        ExpiresIn: int,
    ) -> dict[str, Any]:
        """A URL and form fields with which their holder can store an object."""
        url, start = self._place(Bucket)
        fields = self._service.signer.sign_form(
            from_environment(),
            self._service.now(),
            {**Fields, "key": Key},
            [*Conditions, {"bucket": Bucket}, {"key": Key}],
            ExpiresIn,
        )
        return {"url": url + (start if start == "/" else start.rstrip("/")), "fields": fields}

    def _place(self, bucket: str) -> tuple[str, str]:
        """The URL of a bucket's host and how paths begin there.

        A bucket has its own host, except outside AWS and where a certificate would not fit.
        """
        if self._service.is_own and "." not in bucket:
            scheme, _, host = self._service.endpoint.partition("://")
            return f"{scheme}://{bucket}.{host}", "/"
        return self._service.endpoint, f"/{bucket}/"

    def _send(self, operation: str, method: str, bucket: str, key: str = "", **more: Any) -> Answer:
        url, start = self._place(bucket)
        path = start + quote(key, safe="/~") if key else start.rstrip("/") or "/"
        return self._service.send(Request(operation, method, url, path, **more))
