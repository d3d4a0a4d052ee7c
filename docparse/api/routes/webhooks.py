"""Webhooks: register, look at deliveries, send one again."""

from __future__ import annotations

from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from docparse.api.addresses import check_url
from docparse.api.auth import Tenant
from docparse.api.context import context_of
from docparse.api.errors import BadRequest
from docparse.api.problems import declared
from docparse.api.views import DeliveryView, WebhookView, delivery_view, webhook_view

router = APIRouter(tags=["webhooks"], prefix="/v1/webhooks")

_MOST = 50
WebhookId = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,80}$")]
Event = Literal["*", "job.running", "job.completed", "job.partial", "job.failed", "job.canceled"]


class NewWebhook(BaseModel):
    """Where to send which events. The answer holds the secret that messages are signed with."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"url": "https://example.com/hook", "events": ["job.completed"]}]},
    )

    url: str = Field(min_length=1, max_length=2000, description="A public https address.")
    events: list[Event] = Field(default=["*"], min_length=1, max_length=10)


class WebhookList(BaseModel):
    webhooks: list[WebhookView]


class DeliveryList(BaseModel):
    deliveries: list[DeliveryView]


@router.post("", summary="Register a webhook", status_code=201, responses=declared(413))
async def create(request: Request, tenant: Tenant, body: NewWebhook, response: Response) -> WebhookView:
    """Messages are signed after Standard Webhooks and tried again for some 17 hours until they are answered 2xx."""
    context = context_of(request)
    store = context.service.store
    check_url(body.url, context.address_rules(webhook=True))

    def register() -> WebhookView:
        store.ensure_tenant(tenant)
        if len(store.webhooks(tenant)) >= _MOST:
            raise BadRequest(f"{_MOST} webhooks are registered already", user_action="Delete one first.")
        return webhook_view(store.create_webhook(tenant, body.url, list(dict.fromkeys(body.events))), secret=True)

    made = await to_thread.run_sync(register)
    response.headers["Location"] = f"/v1/webhooks/{made.id}"
    return made


@router.get("", summary="List webhooks", responses=declared())
async def listed(request: Request, tenant: Tenant) -> WebhookList:
    """Your webhooks, without their secrets."""
    found = await to_thread.run_sync(context_of(request).service.store.webhooks, tenant)
    return WebhookList(webhooks=[webhook_view(hook) for hook in found])


@router.get("/{webhook_id}", summary="Look at a webhook", responses=declared())
async def one(request: Request, tenant: Tenant, webhook_id: WebhookId) -> WebhookView:
    """A webhook, without its secret."""
    return webhook_view(await to_thread.run_sync(context_of(request).service.store.webhook, tenant, webhook_id))


@router.delete("/{webhook_id}", summary="Delete a webhook", status_code=204, responses=declared())
async def delete(request: Request, tenant: Tenant, webhook_id: WebhookId) -> None:
    """The webhook and its deliveries."""
    await to_thread.run_sync(context_of(request).service.store.delete_webhook, tenant, webhook_id)


@router.get("/{webhook_id}/deliveries", summary="List deliveries", responses=declared())
async def deliveries(
    request: Request, tenant: Tenant, webhook_id: WebhookId, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> DeliveryList:
    """What was sent lately and what came of it, newest first."""
    store = context_of(request).service.store
    found = await to_thread.run_sync(store.deliveries, tenant, webhook_id, limit)
    return DeliveryList(deliveries=[delivery_view(delivery) for delivery in found])


@router.post(
    "/deliveries/{delivery_id}/replay", summary="Send a message again", status_code=202, responses=declared()
)  # fmt: skip
async def replay(request: Request, tenant: Tenant, delivery_id: WebhookId) -> DeliveryView:
    """The same message under the same id, so that a receiver can tell that it knows it."""
    return delivery_view(
        await to_thread.run_sync(context_of(request).service.store.replay_delivery, tenant, delivery_id)
    )
