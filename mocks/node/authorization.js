// The authorization server (共通機能標準仕様書 §2.2.5): client credentials, client_secret_jwt with HS256, introspection, revocation.
//
// A 提供側業務システム is a resource server in the sense of RFC 8707, and a token has one audience: so R16 (no token for several
// providers) is what the library enforces, once each scope ${提供側業務ID}:${リソース名}:${操作名} says whose it is.
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { errors } from 'oidc-provider';

const SCOPE = /^(0[0-3][0-9]):[a-z_]+\/v[0-9]+\/[a-z0-9]+:[A-Z][a-z]+$/;
const OWN = '031';
const SWEEP = 5000;

/** Tokens, assertions seen and clients, in memory: each until it expires, and none thrown out before. */
class Memory {
  static shelves = new Map();

  constructor(model) {
    if (!Memory.shelves.has(model)) Memory.shelves.set(model, new Map());
    this.shelf = Memory.shelves.get(model);
  }

  async upsert(id, payload, seconds) {
    if (this.shelf.size % SWEEP === SWEEP - 1) this.sweep();
    this.shelf.set(id, { payload, until: seconds ? Date.now() + seconds * 1000 : Infinity });
  }

  async find(id) {
    const kept = this.shelf.get(id);
    return kept && kept.until > Date.now() ? kept.payload : undefined;
  }

  async destroy(id) {
    this.shelf.delete(id);
  }

  sweep() {
    const now = Date.now();
    for (const [id, kept] of this.shelf) if (kept.until <= now) this.shelf.delete(id);
  }
}

function providersOf(scopes, own) {
  const found = new Set();
  for (const scope of scopes) {
    const provider = SCOPE.exec(scope)?.[1];
    if (!provider || (provider === OWN && !own.includes(scope))) {
      throw new errors.InvalidScope('unknown or malformed scope', scope);
    }
    found.add(provider);
  }
  return [...found];
}

/** The one provider that a token request is for, as a resource identifier. */
function resourceAsked(ctx, own) {
  const scopes = [...ctx.oidc.requestParamScopes].filter(Boolean);
  if (!scopes.length) throw new errors.InvalidScope('a scope must be asked for');
  const providers = providersOf(scopes, own);
  if (providers.length > 1) throw new errors.InvalidScope('one token is for one provider', scopes.join(' '));
  return `urn:renkei:gyomu:${providers[0]}`;
}

function configuration({ clients, scopes, tokenSeconds, signingKey }) {
  return {
    // The library wants a key to sign with; nothing here is signed, since tokens are opaque.
    jwks: { keys: [signingKey] },
    adapter: Memory,
    clients: clients.map(({ client_id, client_secret }) => ({
      client_id,
      client_secret,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: 'client_secret_jwt',
      token_endpoint_auth_signing_alg: 'HS256',
    })),
    clientAuthMethods: ['client_secret_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: ['HS256'] },
    clockTolerance: 0,
    // The audience is the token endpoint (R17), also at the other two; this library would take the issuer as well.
    assertJwtClientAuthClaimsAndHeader(ctx, claims) {
      const wanted = ctx.oidc.urlFor('token');
      const given = [claims.aud].flat();
      if (given.length !== 1 || (given[0] !== wanted && given[0] !== ctx.oidc.urlFor(ctx.oidc.route))) {
        throw new errors.InvalidClientAuth('aud must be the token endpoint');
      }
    },
    scopes: [],
    ttl: { ClientCredentials: tokenSeconds },
    routes: { token: '/oauth2/token', introspection: '/oauth2/introspect', revocation: '/oauth2/revoke' },
    responseTypes: [],
    cookies: { keys: [clients[0].client_secret] },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: (ctx, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx) => resourceAsked(ctx, scopes),
        getResourceServerInfo: (ctx, resource) => {
          const asked = [...ctx.oidc.requestParamScopes].join(' ');
          if (resource !== resourceAsked(ctx, scopes)) throw new errors.InvalidTarget();
          return { scope: asked, audience: resource, accessTokenTTL: tokenSeconds, accessTokenFormat: 'opaque' };
        },
      },
    },
  };
}

const NOBODY = 'no client authentication mechanism provided';

/** Where the library says something else than the RFC: the RFC's answer. */
async function byTheBook(ctx, next) {
  await next();
  const said = ctx.body;
  if (said?.error === 'invalid_request' && said.error_description === NOBODY) {
    // RFC 6749 §5.2 lists "no client authentication included" under invalid_client, and RFC 7662 §2.3 asks for 401.
    ctx.body = { error: 'invalid_client', error_description: NOBODY };
    ctx.status = 401;
  }
  if (ctx.oidc?.route === 'introspection' && said?.error === 'unsupported_token_type') {
    // RFC 7662 §2.2: a token that this server does not know is not active, whatever it looks like.
    ctx.body = { active: false };
    ctx.status = 200;
  }
}

/** The authorization server of one vendor at one address, and the check of a token that the API makes. */
export async function authorizationServer({ baseUrl, clients, scopes, tokenSeconds, fault }) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const signingKey = await exportJWK(privateKey);
  const provider = new Provider(baseUrl, configuration({ clients, scopes, tokenSeconds, signingKey }));
  provider.use(byTheBook);
  const revoked = new Map();
  if (fault('revocation_forgotten_by_api')) {
    provider.on('client_credentials.destroyed', (token) => revoked.set(token.jti, token));
  }
  /** What RFC 7662 would say of a token: null unless it is active. */
  async function introspect(value) {
    const token = (await provider.ClientCredentials.find(value)) ?? revoked.get(value);
    if (!token || token.isExpired) return null;
    return { clientId: token.clientId, audience: token.aud, scopes: (token.scope ?? '').split(' ') };
  }
  return { handle: provider.callback(), introspect, own: `urn:renkei:gyomu:${OWN}` };
}
