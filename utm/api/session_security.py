"""`/v1/session/totp`: the second factor of whoever is signed in."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body
from utm.api.oauth import address_of
from utm.api.openapi import openapi_body, problem_responses
from utm.api.session import signed_in_person
from utm.problems import Problem
from utm.security.accounts import Accounts
from utm.security.dependencies import identity_of
from utm.security.second_factor import decoded, enrolled, new_recovery_codes, otpauth_uri, qr_svg, used

router = APIRouter(prefix="/v1/session/totp", tags=["access"])

Password = Annotated[str, Field(min_length=1, max_length=1000, json_schema_extra={"format": "password"})]
_BODY_LIMIT_BYTES = 4 << 10
_NO_STORE = {"Cache-Control": "no-store"}


class EnrolBody(ApiModel):
    """The password, once more."""

    password: Password


class CodeBody(ApiModel):
    """A code of the authenticator app."""

    code: Annotated[str, Field(min_length=6, max_length=40)]


class RemovalBody(ApiModel):
    """Password and code: what an open console alone must not be enough for."""

    password: Password
    code: Annotated[str, Field(min_length=6, max_length=40)]


class TotpAnswer(BaseModel):
    """Where the second factor stands."""

    state: str = Field(description="off, enrolled (not yet confirmed) or on.")
    recovery_codes_left: int


class EnrolAnswer(BaseModel):
    """What the authenticator app needs; shown once."""

    secret: str = Field(description="Base 32, to be typed where no QR code can be read.")
    otpauth_uri: str = Field(description="What the QR code says; a link that opens the app on the same device.")
    qr_svg: str = Field(description="The QR code as an SVG image, for the app's camera.")


class ConfirmAnswer(BaseModel):
    """Codes that each open the account once without the app; shown once."""

    recovery_codes: list[str]


@router.get("", summary="My second factor", response_model=TotpAnswer, responses=problem_responses(401))
async def read_totp(request: Request) -> Response:
    """Tell whether sign-ins ask for a code, and how many recovery codes are left."""
    factor = decoded((await signed_in_person(request)).totp)
    state = "off" if factor is None else ("on" if factor.confirmed else "enrolled")
    left = 0 if factor is None else len(factor.recovery)
    return json_response({"state": state, "recovery_codes_left": left}, headers=_NO_STORE)


@router.post(
    "",
    summary="Set a second factor up",
    status_code=201,
    response_model=EnrolAnswer,
    openapi_extra=openapi_body(EnrolBody),
    responses=problem_responses(401, 403, 409, 413, 415, 422, 429, 503),
)
async def enrol(request: Request) -> Response:
    """Make a secret for an authenticator app (RFC 6238); codes are asked for once one was confirmed."""
    identity = identity_of(request)
    account = await signed_in_person(request)
    body = await parse_body(request, EnrolBody, limit_bytes=_BODY_LIMIT_BYTES)
    await identity.require_password(account, body.password, address_of(request))
    known = decoded(account.totp)
    if known is not None and known.confirmed:
        raise Problem("totp_state", "The second factor is on; take it away first.", "双因素验证已启用；请先关闭。")
    factor, secret = enrolled(identity.sealer, identity.clock.now())
    await Accounts(identity).set_totp(account.id, account, factor.encoded(), "enrol")
    uri = otpauth_uri(secret, account.name)
    return json_response({"secret": secret, "otpauth_uri": uri, "qr_svg": qr_svg(uri)}, 201, _NO_STORE)


@router.post(
    "/confirm",
    summary="Switch the second factor on",
    response_model=ConfirmAnswer,
    openapi_extra=openapi_body(CodeBody),
    responses=problem_responses(401, 403, 409, 413, 415, 422, 429, 503),
)
async def confirm(request: Request) -> Response:
    """Take a first code of the app; from now on sign-ins ask for one. The answer alone carries the recovery codes."""
    identity = identity_of(request)
    account = await signed_in_person(request)
    body = await parse_body(request, CodeBody, limit_bytes=_BODY_LIMIT_BYTES)
    factor = decoded(account.totp)
    if factor is None or factor.confirmed:
        raise Problem("totp_state", "There is no second factor to confirm.", "没有待确认的双因素验证。")
    await identity.guesses.check(account.name, address_of(request))
    after = used(factor, identity.sealer, body.code, identity.clock.now())
    if after is None:
        await identity.guesses.failed(account.name, address_of(request))
        raise Problem("wrong_code")
    plain, kept = new_recovery_codes()
    switched_on = type(after)(after.sealed, True, after.last_step, kept)
    await Accounts(identity).set_totp(account.id, account, switched_on.encoded(), "confirm")
    return json_response({"recovery_codes": plain}, headers=_NO_STORE)


@router.delete(
    "",
    summary="Take the second factor away",
    status_code=204,
    openapi_extra=openapi_body(RemovalBody),
    responses=problem_responses(401, 403, 409, 413, 415, 422, 429, 503),
)
async def remove(request: Request) -> Response:
    """Take the second factor away, with password and a code."""
    identity = identity_of(request)
    account = await signed_in_person(request)
    body = await parse_body(request, RemovalBody, limit_bytes=_BODY_LIMIT_BYTES)
    await identity.require_password(account, body.password, address_of(request))
    factor = decoded(account.totp)
    if factor is None:
        raise Problem("totp_state", "There is no second factor.", "未启用双因素验证。")
    if factor.confirmed and not await identity.use_code(account, body.code):
        await identity.guesses.failed(account.name, address_of(request))
        raise Problem("wrong_code")
    await Accounts(identity).set_totp(account.id, account, None, "remove")
    return Response(status_code=204, headers=_NO_STORE)
