"""The authorization server of a vendor: token, introspection, revocation, on Authlib's grant and endpoint classes."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mocks.client import Client
from mocks.fault import Faults

PROVIDER = "031"
FUBAN_SCOPE = "031:app_submit/v10/jutogaishaatenabangofuban:Create"
SHOKAI_SCOPE = "031:app_submit/v10/jutogaishaatenakihonjohosyokai:Read"
OWN_SCOPES = frozenset({FUBAN_SCOPE, SHOKAI_SCOPE})
# The authorization server is the municipality's: it also serves providers 001 to 036 other than this one.
_SCOPE = re.compile(r"((?!000)0[0-3]\d):[a-z_]+/v\d+/[a-z0-9]+:(?:Create|Read|Update|Delete)\Z", re.ASCII)
METHODS = ["client_secret_jwt", "client_secret_basic"]
# A client's clock may run ahead or behind by this much; more would hide an expired assertion.
LEEWAY_SECONDS = 2


@dataclass(slots=True, kw_only=True)
class Token:
    """One issued access token. The method names are those that Authlib asks for."""

    value: str
    client_id: str
    gyomuid: str
    scope: str
    issued_at: float
    expires_in: int
    revoked: bool = False

    def is_expired(self) -> bool:
        """Whether its life is over."""
        return time.time() >= self.issued_at + self.expires_in

    def is_revoked(self) -> bool:
        """Whether it was revoked."""
        return self.revoked

    def check_client(self, client: Client) -> bool:
        """Whether it was issued to that client."""
        return client.client_id == self.client_id


class FormRequest(OAuth2Request):
    """A form-encoded request as Authlib reads it.

    Authlib refuses plain http; the mock may be started without TLS on loopback, so the address given to it is always
    https, while `origin` keeps the address the client used, which is what the audience is compared with.
    """

    def __init__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        parts = urlsplit(url)
        super().__init__(method, f"https://{parts.netloc}{parts.path}", headers=headers)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        self._form = dict(pairs)
        self.repeated = len(self._form) != len(pairs)
        self.payload = BasicOAuth2Payload(self._form)

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the body."""
        return self._form

    @property
    def args(self) -> dict[str, str]:
        """No parameter is ever taken from the query string."""
        return {}


class Assertion(JWTBearerClientAssertion):
    """`client_secret_jwt`: HS256 with the client's secret; iss = sub = client, aud = this server, exp, jti once."""

    CLIENT_AUTH_METHOD = "client_secret_jwt"

    def __init__(self, fault: Faults) -> None:
        super().__init__(leeway=LEEWAY_SECONDS)
        self._fault = fault
        self._seen: dict[tuple[str, str], float] = {}
        self._origin = self._path = self._named = ""

    def __call__(self, query_client: Any, request: FormRequest) -> Client | None:
        if self._fault("client_secret_jwt_refused") and FUBAN_SCOPE in request.form.get("scope", "").split():
            return None
        # One event loop, and nothing is awaited between here and the claim checks.
        self._origin, self._path = request.origin, urlsplit(request.uri).path
        self._named = request.form.get("client_id", "")
        return super().__call__(query_client, request)

    def get_audiences(self) -> list[str]:
        """The token endpoint, and at another endpoint that one too."""
        return list(dict.fromkeys((f"{self._origin}/oauth2/token", f"{self._origin}{self._path}")))

    def resolve_client_public_key(self, client: Client) -> OctKey:
        """The shared secret, the key of HS256."""
        return OctKey.import_key(client.client_secret)

    def process_assertion_claims(self, assertion: str, resolve_key: OctKey) -> dict[str, Any]:
        """The claims, after the signature and after each claim was checked."""
        claims = self._verified(assertion, resolve_key)
        self.verify_claims(self._forgiven(claims))
        # RFC 7521 section 4.2: a client_id beside the assertion names the same client.
        if self._named not in {"", claims["sub"]} and not self._fault("issuer_subject_mismatch_accepted"):
            raise InvalidClientError(description="client_id names another client than the assertion.")
        return claims

    def _verified(self, assertion: str, key: OctKey) -> dict[str, Any]:
        if self._fault("assertion_signature_ignored"):
            return dict(self.extract_assertion(assertion)[1])
        algorithms = ["HS256"]
        if self._fault("assertion_algorithm_open"):
            algorithms = ["HS256", "HS384", "HS512"]
        try:
            return dict(jwt.decode(assertion, key, algorithms=algorithms).claims)
        except (JoseError, ValueError) as error:
            raise InvalidClientError(description="Invalid JWT assertion.") from error

    def _forgiven(self, claims: dict[str, Any]) -> dict[str, Any]:
        """The claims as a vendor with one of the assertion defects sees them."""
        seen = dict(claims)
        if self._fault("wrong_audience_accepted"):
            seen["aud"] = self.get_audiences()[0]
        if self._fault("expired_assertion_accepted"):
            seen["exp"] = int(time.time()) + 60
        if self._fault("issuer_subject_mismatch_accepted"):
            seen["iss"] = seen.get("sub")
        return seen

    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
        """Whether this assertion comes for the first time; kept until it has expired."""
        now = time.time()
        self._seen = {key: end for key, end in self._seen.items() if end > now}
        key = (str(claims["sub"]), str(jti))
        if key in self._seen and not self._fault("replayed_assertion_accepted"):
            return False
        self._seen[key] = float(claims["exp"]) + LEEWAY_SECONDS
        return True


class Grant(ClientCredentialsGrant):
    """The only grant. A repeated parameter or two ways of authenticating in one request are refused."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def authenticate_token_endpoint_client(self) -> Client:
        """The client, after the request was found to name itself in one way only."""
        refuse_two_credentials(self.request)
        client: Client = super().authenticate_token_endpoint_client()
        return client


def refuse_two_credentials(request: FormRequest) -> None:
    """RFC 6749 section 2.3: a client must not use more than one authentication method in a request."""
    if request.repeated:
        raise InvalidRequestError("A parameter is repeated.")
    if "client_assertion" in request.form and request.headers.get("authorization"):
        raise InvalidRequestError("Two client authentication methods in one request.")


class Introspection(IntrospectionEndpoint):
    """RFC 7662. Any registered client may ask about any token: consumer and provider share the server."""

    CLIENT_AUTH_METHODS = METHODS

    def authenticate_endpoint_client(self, request: FormRequest) -> Client:
        """The client, authenticated in one way only."""
        if self.server.fault("introspection_open"):
            return self.server.anybody
        refuse_two_credentials(request)
        client: Client = super().authenticate_endpoint_client(request)
        return client

    def check_permission(self, token: Token, client: Client, request: FormRequest) -> bool:
        """Every registered client has it."""
        del token, client, request
        return True

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
        """The token of that value, if this server issued it."""
        del token_type_hint
        return self.server.tokens.get(token_string)

    def create_introspection_payload(self, token: Token | None) -> dict[str, Any]:
        """The answer; the planted defect forgets the revocation here only, not where resources check."""
        if token and token.is_revoked() and self.server.fault("introspection_active_after_revocation"):
            return self.introspect_token(token)
        payload: dict[str, Any] = super().create_introspection_payload(token)
        return payload

    def introspect_token(self, token: Token) -> dict[str, Any]:
        """What a provider needs to know of a living token."""
        return {
            "active": True,
            "client_id": token.client_id,
            "sub": token.client_id,
            "scope": token.scope,
            "token_type": "Bearer",
            "iat": int(token.issued_at),
            "exp": int(token.issued_at + token.expires_in),
            "gyomuid": token.gyomuid,
        }

    def create_endpoint_response(self, request: FormRequest) -> Any:
        """The answer to a caller from outside."""
        status, body, headers = super().create_endpoint_response(request)
        if self.server.fault("introspection_without_scope"):
            body = {name: value for name, value in body.items() if name != "scope"}
        return status, body, headers


class Revocation(RevocationEndpoint):
    """RFC 7009. A client revokes its own tokens; an unknown token is answered 200 as well."""

    CLIENT_AUTH_METHODS = METHODS

    def authenticate_endpoint_client(self, request: FormRequest) -> Client:
        """The client, authenticated in one way only."""
        refuse_two_credentials(request)
        client: Client = super().authenticate_endpoint_client(request)
        return client

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
        """The token of that value, if this server issued it."""
        del token_type_hint
        return self.server.tokens.get(token_string)

    def revoke_token(self, token: Token, request: FormRequest) -> None:
        """The token stays known, and is never active again."""
        del request
        token.revoked = True


class Authority(AuthorizationServer):
    """The server: clients, tokens, and the three endpoints as Starlette handlers."""

    def __init__(
        self, clients: tuple[Client, ...], fault: Faults, token_seconds: int, scopes: frozenset[str] = OWN_SCOPES
    ) -> None:
        super().__init__()
        self._scopes = scopes
        self._providers = frozenset(scope.split(":")[0] for scope in scopes)
        self.fault = fault
        self.tokens: dict[str, Token] = {}
        self._clients = {client.client_id: client for client in clients}
        self._seconds = token_seconds
        self._introspection = Introspection(self)
        self.register_grant(Grant)
        self.register_endpoint(self._introspection)
        self.register_endpoint(Revocation)
        self.register_client_auth_method("client_secret_jwt", Assertion(fault))

    @property
    def anybody(self) -> Client:
        """Some registered client."""
        return next(iter(self._clients.values()))

    # What Authlib asks of a server.

    def query_client(self, client_id: str) -> Client | None:
        """The registered client of that id."""
        client = self._clients.get(client_id)
        if client and self.fault("basic_refused"):
            return replace(client, auth_methods=("client_secret_jwt",))
        return client

    def validate_requested_scope(self, scope: str | None) -> None:
        """Known scopes of one provider only."""
        wanted = (scope or "").split()
        providers = {item.split(":")[0] for item in wanted}
        if self.fault("unknown_scope_granted"):
            return
        if any(not _SCOPE.match(item) for item in wanted):
            raise InvalidScopeError("The scope has not the form provider:resource:operation.")
        if any(item.split(":")[0] in self._providers and item not in self._scopes for item in wanted):
            raise InvalidScopeError("The scope is not known.")
        if len(providers) > 1 and not self.fault("multi_provider_token_issued"):
            raise InvalidScopeError("A token is for one provider only.")

    def generate_token(self, **facts: Any) -> dict[str, Any]:
        """The members of a token response; without a scope in the request, every scope of this provider."""
        token = {
            "access_token": secrets.token_urlsafe(32),
            "token_type": "Bearer",
            "expires_in": self._seconds,
            "scope": facts.get("scope") or self._every_scope(),
        }
        if self.fault("refresh_token_issued"):
            token["refresh_token"] = secrets.token_urlsafe(32)
        if self.fault("token_type_wrong"):
            token |= {"token_type": "MAC"}
        if self.fault("expires_in_missing"):
            del token["expires_in"]
        return token

    def _every_scope(self) -> str:
        """The scopes of one provider: of 031 where it is served, else of the first."""
        first = PROVIDER if PROVIDER in self._providers else min(self._providers)
        return " ".join(sorted(scope for scope in self._scopes if scope.startswith(f"{first}:")))

    def save_token(self, token: dict[str, Any], request: FormRequest) -> None:
        """Remember the token; expired ones are let go once there are many."""
        if len(self.tokens) > 5000:
            self.tokens = {value: one for value, one in self.tokens.items() if not one.is_expired()}
        client: Client = request.client
        self.tokens[token["access_token"]] = Token(
            value=token["access_token"],
            client_id=client.client_id,
            gyomuid=client.gyomuid,
            scope=token["scope"],
            issued_at=time.time(),
            expires_in=self._seconds,
        )

    def create_oauth2_request(self, request: FormRequest) -> FormRequest:
        """The request was already read by the handler, since reading is asynchronous and Authlib is not."""
        return request

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        """A JSON response that nobody may cache."""
        return JSONResponse(body, status_code=status, headers=dict(headers))

    # What the application asks of it.

    def introspect(self, value: str) -> dict[str, Any]:
        """The introspection answer for a token, as the provider's own resources ask for it (R13)."""
        token = self.tokens.get(value)
        if token and token.is_expired() and not token.revoked and self.fault("expired_token_accepted"):
            return self._introspection.introspect_token(token)
        if token and token.revoked and self.fault("revoked_token_accepted"):
            return self._introspection.introspect_token(token)
        return IntrospectionEndpoint.create_introspection_payload(self._introspection, token)

    async def _answer(self, request: Request, respond: Callable[[FormRequest], Response]) -> Response:
        form = FormRequest(request.method, str(request.url), request.headers, await request.body())
        try:
            return respond(form)
        except UnicodeDecodeError:
            # Authlib decodes the Basic credentials without a net; other bytes than UTF-8 are nobody's credentials.
            error = InvalidClientError(status_code=401, description="The credentials are not readable.")
            return self.handle_response(*error())

    async def token(self, request: Request) -> Response:
        """POST /oauth2/token."""
        return await self._answer(request, self._issue)

    def _issue(self, form: FormRequest) -> Response:
        if self.fault("other_grants_accepted") and form.form.get("grant_type") in {"password", "refresh_token"}:
            form.form["grant_type"] = "client_credentials"
        if not form.form.get("grant_type"):
            # RFC 6749 section 5.2: a required parameter is missing.
            return self.handle_response(*InvalidRequestError("grant_type is missing.")())
        response: Response = self.create_token_response(form)
        return response

    async def introspection(self, request: Request) -> Response:
        """POST /oauth2/introspect."""
        return await self._answer(request, partial(self.create_endpoint_response, "introspection"))

    async def revocation(self, request: Request) -> Response:
        """POST /oauth2/revoke."""
        return await self._answer(request, partial(self.create_endpoint_response, "revocation"))
