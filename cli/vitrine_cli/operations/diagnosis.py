"""Checks of a deployed stack: what only a deployment can show."""

from __future__ import annotations

import json
import re
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from vitrine.domain.images import RenditionState
from vitrine.domain.locations import original_address, public_url
from vitrine.domain.renditions import SETS, rendition_format
from vitrine_cli.local.node import find_node
from vitrine_cli.operations.dead_letters import DeadLetters
from vitrine_cli.operations.problems import ProblemError, wait_for_result
from vitrine_cli.operations.trial_arrivals import drop_file, send_form, take_down
from vitrine_cli.operations.trial_shop import DIALECTS, PRODUCT, TrialShop, trial_shop
from vitrine_cli.ui.failure import FailureError

if TYPE_CHECKING:
    from vitrine_cli.operations.deployed_stack import DeployedStack

_AT_ONCE = 8  # requests
_UUID = "00000000-0000-8000-8000-000000000000"
_PLACEHOLDERS = {"store": "1", "product": "1", "image": _UUID}
_FILES_OF_PAGE = re.compile(r'(?:src|href)="([^":#?]+[.](?:js|css))"')


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check.

    Attributes:
        name: what was checked.
        passed: whether the stack is as it has to be.
        detail: what was seen, or what to change.
    """

    name: str
    passed: bool
    detail: str


class _Route(NamedTuple):
    """A route of one of the stack's HTTP APIs, which the template names."""

    api: str
    key: str

    def __str__(self) -> str:
        return self.key


# Requests that `$default` answers with 401: it authenticates what it forwards.
_OF_DEFAULT = {
    "Api": ("PUT", "/stores/1/products/1/images"),
    "NativeApi": ("GET", "/vitrine/v1/shop/"),
}


@dataclass(slots=True)
class Diagnosis:
    """All checks of one stack, in their order.

    Attributes:
        stack: the stack.
        uploads: the trial shop's successful answers so far, by dialect.
    """

    stack: DeployedStack
    uploads: dict[str, httpx.Response] = field(default_factory=dict)

    def run(self) -> Iterator[Check]:
        """Carry out all checks, and yield each result. What the checks create is deleted.

        Raises:
            FailureError: the trial shop could not be created or deleted.
        """
        yield self._check("routes", self._routes)
        yield self._check("bytecode", self._bytecode)
        with _aws_failures(), trial_shop(self.stack) as trial:
            for dialect in DIALECTS:
                yield self._check(f"upload: {dialect}", lambda: self._upload(trial, dialect))  # noqa: B023
            yield self._check("upload: form", lambda: send_form(trial))
            yield self._check("import folder", lambda: drop_file(trial))
            yield self._check("renditions", lambda: self._renditions(trial))
            yield self._check("CDN: formats", lambda: self._formats(trial))
            yield self._check("CDN: on demand", lambda: self._on_demand(trial))
            yield self._check("CDN: unknown picture", lambda: self._unknown(trial))
            yield self._check("take-down", lambda: take_down(trial))
            yield self._check("removal", lambda: self._removal(trial))
        yield self._check("gallery page", self._gallery_page)
        yield self._check("dead letters", self._dead_letters)
        yield self._check("alarms", self._alarms)

    def _check(self, name: str, look: Callable[[], str]) -> Check:
        try:
            return Check(name, passed=True, detail=look())
        except ProblemError as problem:
            return Check(name, passed=False, detail=str(problem))
        except (ClientError, BotoCoreError, httpx.TransportError) as error:
            return Check(name, passed=False, detail=f"{type(error).__name__}: {error}")

    def _routes(self) -> str:
        """Each route of the template is deployed, and refuses a request without credentials."""
        declared, deployed = self._declared_routes(), self._deployed_routes()
        if missing := declared - deployed:
            raise ProblemError(f"not deployed: {', '.join(sorted(str(each) for each in missing))}")
        routes = sorted(deployed)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            statuses = list(threads.map(self._status_without_credentials, routes))
        wrong = [
            f"{route}: {status}"
            for route, status in zip(routes, statuses, strict=True)
            if status != httpx.codes.UNAUTHORIZED
        ]
        if wrong:
            raise ProblemError(f"{len(wrong)} of {len(routes)} not 401: {', '.join(wrong)}")
        return f"{len(routes)} routes answer, each with 401"

    def _deployed_routes(self) -> set[_Route]:
        client, outputs = self.stack.client("apigatewayv2"), self.stack.outputs
        pages = client.get_paginator("get_routes")
        apis = {"Api": outputs["ApiUrl"].partition("://")[2].partition(".")[0]}
        apis["NativeApi"] = outputs["NativeApiId"]
        return {
            _Route(api, each["RouteKey"])
            for api, identity in apis.items()
            for page in pages.paginate(ApiId=identity)
            for each in page["Items"]
        }

    def _declared_routes(self) -> set[_Route]:
        cloudformation = self.stack.client("cloudformation")
        answer = cloudformation.get_template(StackName=self.stack.name, TemplateStage="Processed")
        template: Any = answer["TemplateBody"]
        parsed = json.loads(template) if isinstance(template, str) else template
        bodies = {
            name: each["Properties"]["Body"]
            for name, each in parsed["Resources"].items()
            if each["Type"] == "AWS::ApiGatewayV2::Api"
        }
        return {
            _Route(api, path if path == "$default" else f"{_verb(method)} {path}")
            for api, body in bodies.items()
            for path, methods in body["paths"].items()
            for method in methods
        }

    def _status_without_credentials(self, route: _Route) -> int:
        method, _, path = route.key.partition(" ")
        if not path:
            method, path = _OF_DEFAULT[route.api]
        base = self.stack.native_url if route.api == "NativeApi" else self.stack.base_url
        url = base + re.sub(r"\{(\w+)\+?\}", lambda found: _PLACEHOLDERS.get(found[1], "1"), path)
        headers = {"Authorization": "Bearer none", "User-Agent": "Vitrine doctor"}
        return httpx.request(
            method.replace("ANY", "GET"), url, headers=headers, timeout=60
        ).status_code

    def _bytecode(self) -> str:
        """Layers and functions contain bytecode of every module, or cold starts compile it.

        A local stack runs on this machine's Python, and compiles only the layers.
        """
        functions = self.stack.client("lambda")
        name = self.stack.function("EvotorListImages")
        told = functions.get_function(FunctionName=name)
        configuration, places = told["Configuration"], []
        for layer in configuration["Layers"]:
            version = functions.get_layer_version_by_arn(Arn=layer["Arn"])
            places.append(version["Content"]["Location"])
        tag = sys.implementation.cache_tag
        if self.stack.endpoint is None:
            tag = "cpython-" + configuration["Runtime"].removeprefix("python").replace(".", "")
            places.append(told["Code"]["Location"])
        compiled = 0
        for place in places:
            names = zipfile.ZipFile(BytesIO(httpx.get(place, timeout=60).content)).namelist()
            if missing := _not_compiled(names, tag):
                raise ProblemError(f"no bytecode of {tag} for {missing[0]}: deploy with make")
            compiled += sum(name.endswith(f".{tag}.pyc") for name in names)
        return f"{compiled} modules compiled by {tag}"

    def _upload(self, trial: TrialShop, dialect: str) -> str:
        started = time.monotonic()
        answer = trial.upload(dialect)
        if not answer.is_success:
            raise ProblemError(f"{answer.status_code}: {answer.text[:300]}")
        self.uploads[dialect] = answer
        return f"{answer.status_code} in {time.monotonic() - started:.1f} s"

    def _renditions(self, trial: TrialShop) -> str:
        """The pipeline stores all renditions, and the CDN serves the full sizes."""
        started = time.monotonic()
        wanted = [key for keys in _keys(trial) for key in keys]
        if not wanted:
            raise ProblemError("no image was uploaded")
        stored = trial.records.stores.blobs.public_keys
        prefix = f"media/{trial.shop.id}/"
        wait_for_result(
            lambda: set(wanted) <= set(stored(prefix)) or None,
            f"not all of {len(wanted)} pictures were stored: see 'vitrine logs'",
        )
        seconds = time.monotonic() - started
        for full_size, *_ in _keys(trial):
            _get(trial, full_size)
        of_library = self._library_pictures(trial)
        return f"{len(wanted)} pictures after {seconds:.1f} s, and {of_library} of the library"

    def _library_pictures(self, trial: TrialShop) -> int:
        """The number of public pictures of the library image, all of which the CDN serves."""
        if "inventorum" not in self.uploads:
            return 0
        body = self.uploads["inventorum"].json()
        record, urls = trial.records.stores.library.image, body["urls"].values()

        def complete() -> bool | None:
            image = record(trial.shop.id, int(body["id"]))
            return (image is not None and image.renditions is RenditionState.COMPLETE) or None

        wait_for_result(complete, "the library's pictures were not stored: see 'vitrine logs'")
        for url in urls:
            if (answer := trial.client.get(url)).status_code != httpx.codes.OK:
                raise ProblemError(f"{answer.status_code} from {url}")
        return len(urls)

    def _formats(self, trial: TrialShop) -> str:
        """The CDN answers with WebP if a client accepts it, otherwise with the own format."""
        if self.stack.endpoint is not None and find_node() is None:
            return "not checked: a local stack needs Node.js for this"
        _, rendition, *_ = _first_keys(trial)
        seen = {
            accept: _get(trial, rendition, accept).headers["content-type"]
            for accept in ("image/webp,*/*;q=0.8", "image/png")
        }
        if list(seen.values()) != ["image/webp", "image/png"]:
            raise ProblemError(f"by Accept: {seen}")
        return "WebP and PNG at one URL"

    def _on_demand(self, trial: TrialShop) -> str:
        """The CDN has a missing picture rendered. No earlier check has requested this one."""
        *_, rendition = _first_keys(trial)
        trial.records.stores.blobs.remove_public([rendition])
        answer = _get(trial, rendition)
        return f"{len(answer.content)} bytes of a picture that was not stored"

    def _unknown(self, trial: TrialShop) -> str:
        answer = trial.client.get(
            _url(trial, f"media/{trial.shop.id}/catalog/product/n/o/none.png")
        )
        if answer.status_code != httpx.codes.NOT_FOUND:
            raise ProblemError(f"{answer.status_code} instead of 404")
        return "404"

    def _gallery_page(self) -> str:
        """The CDN serves the gallery page with its policy, and the files that the page names."""
        if self.stack.endpoint is not None and find_node() is None:
            return "not checked: a local stack needs Node.js for this"
        with httpx.Client(base_url=self.stack.gallery_url, timeout=60) as client:
            page = client.get("")
            if page.status_code != httpx.codes.OK:
                raise ProblemError(f"{page.status_code} from {page.url}: upload it, make deploy")
            if "content-security-policy" not in page.headers:
                raise ProblemError("served without a content security policy")
            names = _FILES_OF_PAGE.findall(page.text)
            for name in names:
                if (answer := client.get(name)).status_code != httpx.codes.OK:
                    raise ProblemError(f"{answer.status_code} from {answer.url}")
        return f"{1 + len(names)} files at {self.stack.gallery_url}"

    def _removal(self, trial: TrialShop) -> str:
        """Deleted images lose their pictures, which the pipeline's permissions have to allow."""
        keys = {key for keys in _keys(trial) for key in keys}
        answer = trial.delete_all()
        if answer.status_code != httpx.codes.NO_CONTENT:
            raise ProblemError(f"{answer.status_code}: {answer.text[:300]}")
        stored = trial.records.stores.blobs.public_keys
        wait_for_result(
            lambda: not keys & set(stored(f"media/{trial.shop.id}/")) or None,
            "pictures of deleted images are still stored: see 'vitrine logs'",
        )
        return f"{len(keys)} pictures are deleted"

    def _dead_letters(self) -> str:
        count = DeadLetters(
            self.stack.sqs(), self.stack.outputs["FailedEvents"]
        ).approximate_count()
        if count:
            raise ProblemError(f"{count} failed events: see 'vitrine redrive --list'")
        return "none"

    def _alarms(self) -> str:
        """The recipient of alarms has confirmed the subscription."""
        cloudformation = self.stack.client("cloudformation")
        resources = cloudformation.describe_stack_resources(StackName=self.stack.name)
        topics = [
            each["PhysicalResourceId"]
            for each in resources["StackResources"]
            if each["LogicalResourceId"] == "AlarmTopic"
        ]
        if not topics:
            return "none: the parameter AlarmEmail is empty"
        found = self.stack.client("sns").list_subscriptions_by_topic(TopicArn=topics[0])
        arns = [each["SubscriptionArn"] for each in found["Subscriptions"]]
        if not arns or "PendingConfirmation" in arns:
            raise ProblemError("the recipient has not confirmed the subscription by e-mail")
        return f"{len(arns)} confirmed recipients"


def _not_compiled(names: Sequence[str], tag: str) -> list[str]:
    """The modules among a package's files that have no bytecode of a Python."""
    known = set(names)
    modules = [PurePosixPath(name) for name in names if name.endswith(".py")]
    return [
        str(module)
        for module in modules
        if str(module.parent / "__pycache__" / f"{module.stem}.{tag}.pyc") not in known
    ]


def _keys(trial: TrialShop) -> list[list[str]]:
    """The public keys of each image of the trial product: the full size, then its renditions."""
    _, images = trial.records.stores.galleries.gallery_with_images(trial.shop.id, PRODUCT)
    found = []
    for image in images.values():
        where, original = original_address(image), image.original
        kind = rendition_format(original.format, transparent=original.transparent)
        renditions = [where.rendition_key(each, kind) for each in SETS["gallery"]]
        found.append([where.full_size_key(original.format), *renditions])
    return found


def _first_keys(trial: TrialShop) -> list[str]:
    keys = _keys(trial)
    if not keys:
        raise ProblemError("no image was uploaded")
    return keys[0]


def _url(trial: TrialShop, key: str) -> str:
    return public_url(trial.stack.outputs["MediaUrl"], key)


def _get(trial: TrialShop, key: str, accept: str = "*/*") -> httpx.Response:
    answer = trial.client.get(_url(trial, key), headers={"Accept": accept})
    if answer.status_code != httpx.codes.OK:
        raise ProblemError(f"{answer.status_code} from {answer.url}")
    return answer


def _verb(method: str) -> str:
    return "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()


@contextmanager
def _aws_failures() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise FailureError(f"The trial shop failed, and may be left over: {error}") from None
