"""A foreign OpenID provider in a process of its own, built with authlib: `python -m tests.fakes.openid_provider PORT REDIRECT`.

It signs everybody in as whom `login` names. `fault` in the authorisation request makes it lie in its id_token.
"""

import json
import os
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http on loopback

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import ECKey, KeySet

CLIENT_ID, CLIENT_SECRET = "hexlane-console", "a secret between the two"
PEOPLE = {
    "alice": {"preferred_username": "alice", "groups": ["staff", "tower"]},
    "rita": {"preferred_username": "rita", "groups": ["rules"]},
    "eve": {"preferred_username": "eve", "groups": ["visitors"]},
}


class Client:
    """The one client this provider knows."""

    client_id = CLIENT_ID

    def __init__(self, redirect_uri: str) -> None:
        self.redirect_uri = redirect_uri
        self.client_metadata = {"id_token_signed_response_alg": "ES256"}
        self.id_token_signed_response_alg = "ES256"

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code:
    """An authorisation code given out."""

    def __init__(self, request: Any, user: str) -> None:
        data = request.payload.data
        self.user, self.redirect_uri, self.scope = user, request.payload.redirect_uri, request.payload.scope
        self.nonce, self.fault, self.auth_time = data.get("nonce"), data.get("fault", ""), int(time.time())
        self.code_challenge = data.get("code_challenge")
        self.code_challenge_method = data.get("code_challenge_method")

    def get_redirect_uri(self) -> str:
        return str(self.redirect_uri)

    def get_scope(self) -> str:
        return str(self.scope)

    def get_nonce(self) -> str | None:
        return "another nonce" if self.fault == "nonce" else self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Grant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """Codes in memory, each redeemed once."""

    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = ["client_secret_basic"]
    codes: ClassVar[dict[str, Code]] = {}

    def save_authorization_code(self, code: str, request: Any) -> None:
        self.codes[code] = Code(request, request.user)

    def query_authorization_code(self, code: str, _client: Any) -> Code | None:
        return self.codes.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        for code in [code for code, known in self.codes.items() if known is authorization_code]:
            del self.codes[code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.user


class IdTokens(OpenIDCode):  # type: ignore[misc]
    """Signs id_tokens; lies as it is told."""

    def exists_nonce(self, _nonce: str, _request: Any) -> bool:
        return False

    def get_client_algorithm(self, _client: Any) -> str:
        return "ES256"

    def resolve_client_private_key(self, _client: Any) -> Any:
        return STATE["key"]

    def get_encode_header(self, _client: Any) -> dict[str, str]:
        return {"alg": "ES256", "kid": STATE["key"].kid}

    def get_compatible_claims(self, request: Any) -> dict[str, Any]:
        fault, now_s = request.authorization_code.fault, int(time.time())
        return {
            "iss": "https://elsewhere.test" if fault == "issuer" else STATE["issuer"],
            "aud": ["somebody-else"] if fault == "audience" else [CLIENT_ID],
            "iat": now_s - 7200 if fault == "expired" else now_s,
            "exp": now_s - 3600 if fault == "expired" else now_s + 300,
        }

    def encode_id_token(self, token: Any, request: Any) -> Any:
        if request.authorization_code.fault != "key":
            return super().encode_id_token(token, request)
        honest, STATE["key"] = (
            STATE["key"],
            ECKey.import_key(
                {**ECKey.generate_key("P-256", private=True).as_dict(private=True), "kid": STATE["key"].kid}
            ),
        )
        try:
            return super().encode_id_token(token, request)
        finally:
            STATE["key"] = honest

    def generate_user_info(self, user: str, _scope: str) -> UserInfo:
        return UserInfo(sub=f"id-of-{user}", **({} if STATE["quiet"] else PEOPLE[user]))


class Server(AuthorizationServer):  # type: ignore[misc]
    """authlib's server over `http.server`."""

    def query_client(self, client_id: str) -> Client | None:
        return STATE["client"] if client_id == CLIENT_ID else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        STATE["tokens"][token["access_token"]] = (request.user, request.authorization_code.fault)

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        method, url, headers, form = request
        made = OAuth2Request(method, url, headers=headers)
        made.payload = BasicOAuth2Payload({**dict(parse_qsl(urlsplit(url).query)), **form})
        type(made).form = property(lambda _self: form)
        return made

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, dict[str, str]]:
        return status, body, dict(headers)

    def send_signal(self, _name: str, *_args: Any, **_kwargs: Any) -> None:
        return


def _token(**_given: Any) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "access_token": secrets.token_urlsafe(24),
        "expires_in": 300,
        "scope": _given["scope"],
    }


STATE: dict[str, Any] = {"tokens": {}, "quiet": False}
SERVER = Server()
SERVER.register_token_generator("default", _token)
SERVER.register_grant(Grant, [IdTokens(require_nonce=True), CodeChallenge(required=True)])


class Handler(BaseHTTPRequestHandler):
    """The endpoints."""

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
        if path == "/.well-known/openid-configuration":
            self._json(200, _configuration())
        elif path == "/keys":
            self._json(200, KeySet([STATE["key"]]).as_dict(private=False))
        elif path == "/authorize":
            request = ("GET", STATE["issuer"] + self.path, dict(self.headers), {})
            grant = SERVER.get_consent_grant(request, end_user=query["login"])
            self._send(*SERVER.create_authorization_response(request, grant_user=query["login"], grant=grant))
        elif path == "/userinfo":
            user, fault = STATE["tokens"][self.headers["Authorization"].removeprefix("Bearer ")]
            self._json(200, {"sub": "id-of-mallory" if fault == "subject" else f"id-of-{user}", **PEOPLE[user]})
        elif path == "/rotate":
            STATE["key"] = _new_key()
            self._json(200, {})
        elif path == "/quiet":
            STATE["quiet"] = query["on"] == "1"
            self._json(200, {})
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        form = dict(parse_qsl(self.rfile.read(length).decode()))
        request = ("POST", STATE["issuer"] + self.path, dict(self.headers), form)
        self._send(*SERVER.create_token_response(request))

    def _json(self, status: int, body: Any) -> None:
        self._send(status, body, {"Content-Type": "application/json"})

    def _send(self, status: int, body: Any, headers: dict[str, str]) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: Any) -> None:
        return


def _configuration() -> dict[str, Any]:
    issuer = STATE["issuer"]
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/keys",
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }


def _new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "alg": "ES256", "use": "sig"}, private=True)


def main() -> None:
    """Serve until killed; prints the issuer once it listens."""
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    STATE["issuer"], STATE["client"] = f"http://127.0.0.1:{server.server_port}", Client(sys.argv[2])
    STATE["key"] = _new_key()
    print(STATE["issuer"], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
