// 031 over REST (別紙7-2, and the reference profile of 別紙7-1): who may call, what is answered, in which shape.
import Fastify from 'fastify';
import { Checker, given, withDefaults } from './check.js';
import { Refusal } from './register.js';

const FUBAN = 'jutogaishaatenabangofuban';
const SHOKAI = 'jutogaishaatenakihonjohosyokai';
const JSON_TYPE = 'application/json;charset=UTF-8';
const BODY_LIMIT = 8 * 1024 * 1024;
const DONE = { [FUBAN]: '登録が完了しました。', [SHOKAI]: '照会が完了しました。' };
const WRONG = 'エラーが発生しました。';
const NO_TOKEN = 'アクセストークンが無効です。';
const UNEXPECTED = '想定外のエラーが発生しました。';
const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

/** One operation of 031: its tables, and the bodies of its answers. */
class Operation {
  constructor(tables, id, fault) {
    const linkage = tables.linkages.get(id);
    this.id = id;
    this.path = linkage.path;
    this.scope = linkage.scope;
    this.title = linkage.name_ja;
    this.request = tables.items(`${linkage.group}/要求`);
    this.result = tables.items(`${linkage.group}/結果`);
    this.checker = new Checker(this.request, tables.errors(), fault);
    this.labels = new Map(this.request.map((item) => [item.romaji, item.label]));
    this.links = { self: { href: linkage.path } };
  }

  done(rows) {
    return { metadata: { title: this.title, detail: DONE[this.id] }, _links: this.links, result: rows };
  }

  failed(detail, errors) {
    return { title: this.title, detail, _links: this.links, ...(errors ? { errors } : {}) };
  }

  /** The members of a result row: what is not set is null where the table lets it be, else left out. */
  row(values) {
    const members = this.result.map((item) => [item.romaji, values[item.romaji] ?? null, item.nullable]);
    return Object.fromEntries(members.filter(([, value, nullable]) => value !== null || nullable).map(([name, value]) => [name, value]));
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a body and the JSON value in it; undefined when it is no UTF-8 or no JSON: then no item is set. */
function readBody(bytes) {
  let text = '';
  try {
    text = UTF8.decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch {
    return { text, value: undefined };
  }
}

/** Whether the caller put a token anywhere but in the header (R12). */
function tokenElsewhere(request) {
  const { body, query } = request;
  const inBody = body.value !== null && typeof body.value === 'object' && 'access_token' in body.value;
  const form = body.value === undefined && new URLSearchParams(body.text).has('access_token');
  return 'access_token' in query || inBody || form;
}

/** The routes of 031 on a Fastify application. */
export class Api {
  constructor({ tables, register, authorization, fault }) {
    this.register = register;
    this.authorization = authorization;
    this.fault = fault;
    this.operations = [FUBAN, SHOKAI].map((id) => new Operation(tables, id, fault));
    this.searchItems = ['atenabango', 'shimei', 'jusho', 'seinengappi'];
  }

  get scopes() {
    return this.operations.map((operation) => operation.scope);
  }

  mount(app) {
    const work = { [FUBAN]: (operation, values) => this.fuban(operation, values), [SHOKAI]: (operation, values) => this.shokai(operation, values) };
    for (const operation of this.operations) {
      app.post(operation.path, async (request, reply) => {
        const refused = await this.refusal(request, operation);
        if (refused) {
          reply.header('www-authenticate', `Bearer error="${refused.error}"`);
          return this.send(reply, refused.status, operation.failed(NO_TOKEN));
        }
        const [status, body] = this.answer(operation, request.body.value, work[operation.id]);
        return this.send(reply, status, body);
      });
      app.route({
        method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
        url: operation.path,
        handler: (_, reply) => this.send(reply.header('allow', 'POST'), 405, operation.failed(WRONG)),
      });
    }
  }

  send(reply, status, body) {
    return reply.code(status).header('content-type', JSON_TYPE).header('cache-control', 'no-store').send(JSON.stringify(body));
  }

  /** Why the caller may not go on: null, or a status with the error word of RFC 6750 (U1: 403 for a missing scope). */
  async refusal(request, operation) {
    const header = BEARER.exec(request.headers.authorization ?? '');
    const loose = this.fault('query_token_taken') ? request.query.access_token : undefined;
    if (!loose && tokenElsewhere(request)) return { status: 401, error: 'invalid_request' };
    const token = header?.[1] ?? loose;
    const known = token ? await this.authorization.introspect(token) : null;
    if (!known) return { status: 401, error: 'invalid_token' };
    if (known.audience !== this.authorization.own) return { status: 401, error: 'invalid_token' };
    if (!known.scopes.includes(operation.scope) && !this.fault('scope_not_looked_at')) return { status: 403, error: 'insufficient_scope' };
    return null;
  }

  answer(operation, body, work) {
    const values = given(body);
    const errors = operation.checker.check(values);
    if (errors.length) return [400, operation.failed(WRONG, errors)];
    try {
      return work(operation, withDefaults(operation.request, values));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const wrong = operation.checker.error('E0002', operation.labels.get(error.where), '登録済みの番号');
      return [400, operation.failed(WRONG, [wrong])];
    }
  }

  fuban(operation, values) {
    const kept = Object.fromEntries(operation.request.map((item) => [item.romaji, values[item.romaji]]));
    const person = this.register.write(kept);
    return [200, operation.done([operation.row({ ...person.rows.at(-1), shikuchosonkodo: values.shikuchosonkodo })])];
  }

  shokai(operation, values) {
    if (!this.searchItems.some((name) => values[name] !== undefined)) {
      const errors = this.searchItems.map((name) => operation.checker.error('E0001', operation.labels.get(name)));
      return [400, operation.failed(WRONG, errors)];
    }
    const found = this.register.search(values);
    return [200, operation.done(found.map((row) => operation.row({ ...row, saishinfuragu: '1' })))];
  }
}

/** The application of 031: bodies are read as they are, and nothing but the documented answers goes out. */
export function application(serverFactory, api) {
  const app = Fastify({ serverFactory, bodyLimit: BODY_LIMIT, logger: false, exposeHeadRoutes: false, keepAliveTimeout: 75_000, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, payload, done) => {
    done(null, readBody(payload));
  });
  // No type, or one that is none, is no reason to drop what was sent: the body is JSON or it is not.
  app.addHook('onRequest', async (request) => {
    request.headers['content-type'] = 'application/json';
  });
  app.addHook('preValidation', async (request) => {
    request.body ??= { text: '', value: undefined };
  });
  app.get('/healthz', async () => ({ ok: true }));
  app.setNotFoundHandler((_, reply) => reply.code(404).header('content-type', JSON_TYPE).send('{"title":"見つかりません"}'));
  app.setErrorHandler((error, request, reply) => {
    const operation = api?.operations.find((one) => one.path === request.routeOptions?.url);
    process.stderr.write(`${request.method} ${request.url.split('?')[0]}: ${error.stack ?? error}\n`);
    const body = operation ? operation.failed(UNEXPECTED) : { title: '', detail: UNEXPECTED };
    return reply.code(503).header('content-type', JSON_TYPE).send(JSON.stringify(body));
  });
  api?.mount(app);
  return app;
}
