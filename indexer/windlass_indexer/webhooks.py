"""Where alerts are sent: a POST with a JSON body, signed so that who receives it knows whom it is from, and when."""

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from time import time

import httpx

from windlass_indexer.errors import SettingsError, WebhookFailed

SIGNATURE_HEADER = "Windlass-Signature"
DELIVERY_HEADER = "Windlass-Delivery"

_ANSWER_SECONDS = 10.0
# 128 bits in hexadecimal.
_SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True)
class Webhook:
    """Somebody's URL, which often is a secret itself: only its name is ever shown or stored."""

    name: str
    url: str = field(repr=False)
    secret: str = field(repr=False)

    async def deliver(self, client: httpx.AsyncClient, delivery: int, body: bytes) -> None:
        """POST it. Raises WebhookFailed unless the answer is a 2xx within 10 seconds.

        `delivery` is the same when it is tried again, for the receiver to tell a repetition.
        """
        headers = {
            "Content-Type": "application/json",
            SIGNATURE_HEADER: signature(self.secret, body, int(time())),
            DELIVERY_HEADER: str(delivery),
        }
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                async with client.stream("POST", self.url, content=body, headers=headers) as answer:
                    status = answer.status_code
        except TimeoutError:
            raise WebhookFailed(f"no answer within {_ANSWER_SECONDS:.0f} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            said = str(error).replace(self.url, "its URL")
            raise WebhookFailed(f"{type(error).__name__} {said}".strip()) from None
        if not 200 <= status < 300:
            raise WebhookFailed(f"HTTP status {status}")


def signature(secret: str, body: bytes, timestamp: int) -> str:
    """`t=TIMESTAMP,v1=HEX`: the HMAC-SHA256 of "TIMESTAMP.BODY", TIMESTAMP (unix seconds) being when it is sent.

    A receiver that refuses old timestamps cannot be sent a recorded request again.
    """
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def read_webhooks(environment: Mapping[str, str]) -> tuple[Webhook, ...]:
    """From WINDLASS_WEBHOOKS ("name=url name=url") and WINDLASS_WEBHOOK_SECRET. Raises SettingsError, without URLs."""
    entries = environment.get("WINDLASS_WEBHOOKS", "").split()
    secret = environment.get("WINDLASS_WEBHOOK_SECRET", "")
    if entries and len(secret) < _SHORTEST_SECRET:
        raise SettingsError(
            f"WINDLASS_WEBHOOK_SECRET has {len(secret)} characters; webhooks are signed with at least "
            f"{_SHORTEST_SECRET} (openssl rand -hex 32 makes some)"
        )
    found: dict[str, Webhook] = {}
    for place, entry in enumerate(entries, start=1):
        name, _, url = entry.partition("=")
        if not name.isidentifier() or not _is_url(url):
            raise SettingsError(
                f"entry {place} of WINDLASS_WEBHOOKS is not name=url: a name of letters, digits and underscores, and a "
                "URL that begins with https:// or http://"
            )
        if name in found:
            raise SettingsError(f"WINDLASS_WEBHOOKS names {name} twice")
        found[name] = Webhook(name, url, secret)
    return tuple(found.values())


def _is_url(text: str) -> bool:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return False
    return url.scheme in ("http", "https") and bool(url.host)
