// 031 as it is called from another business system: an OAuth client of its own, and what it does when the answer is none.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { Agent, request } from 'undici';
import { given } from './check.js';

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const ASSERTION_SECONDS = 60;
const TIMEOUT = 30_000; // 別紙7-2 №11: 30 s, a guide
const TRIES = 3;
const FIRST_WAIT = 200;
const LONGEST_WAIT = 5000;
const MOST_BYTES = 16 * 1024 * 1024;
const MARGIN = 1000;
const READING = 'jutogaishaatenakihonjohosyokai';
const UNSURE = new Set([429, 500, 502, 503, 504]);

/** A call that came to nothing, in words for people. */
export class CallFailed extends Error {}

function now() {
  const text = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'medium' }).format(new Date());
  const [date, time] = text.split(' ');
  return { sosanengappi: date, sosajikoku: time };
}

async function bounded(body) {
  const parts = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new CallFailed('応答が大きすぎます');
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

function asJson(bytes) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

/** One consumer's way to one provider; made anew for each order, since an order says where and as whom. */
export class Seeker {
  constructor({ tables, order, gyomuid }) {
    this.order = order;
    this.gyomuid = gyomuid;
    this.linkage = tables.linkages.get(order.linkage);
    this.items = tables.items(`${this.linkage.group}/要求`);
    this.result = tables.items(`${this.linkage.group}/結果`);
    this.agent = new Agent({ headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT, connect: { timeout: TIMEOUT, ca: order.ca, minVersion: 'TLSv1.2' } });
    this.token = null;
  }

  /** The request: what the order says, and what a business system adds of its own. */
  body() {
    const own = {
      shikuchosonkodo: this.order.municipality,
      gyomuid: this.gyomuid,
      dokujishisakushisutemutoid: '000',
      sosashaid: 'DELTA01',
      ...now(),
    };
    if (this.linkage.id === READING) Object.assign(own, { kensakuhoho: '1', rirekikensaku: '0' });
    const values = { ...own, ...given(this.order.values) };
    const stray = Object.keys(values).find((name) => values[name] !== undefined && !this.items.some((item) => item.romaji === name));
    if (stray) throw new CallFailed(`項目表にない項目です: ${stray}`);
    return values;
  }

  async send(url, headers, body) {
    const answer = await request(url, { method: 'POST', headers, body, dispatcher: this.agent });
    return { status: answer.statusCode, headers: answer.headers, bytes: await bounded(answer.body) };
  }

  async fetchToken() {
    const key = new TextEncoder().encode(this.order.client_secret);
    const claims = new SignJWT({ jti: randomUUID() }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' });
    // Whoever stands between us and the provider is not whom the assertion is made out to.
    const audience = this.order.audience ?? this.order.token_url;
    const signed = await claims.setIssuer(this.order.client_id).setSubject(this.order.client_id).setAudience(audience)
      .setIssuedAt().setExpirationTime(`${ASSERTION_SECONDS}s`).sign(key);
    const form = new URLSearchParams({ grant_type: 'client_credentials', scope: this.linkage.scope, client_assertion_type: ASSERTION, client_assertion: signed });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const answer = await this.patiently(() => this.send(this.order.token_url, headers, form.toString()), true);
    const body = asJson(answer.bytes);
    if (answer.status !== 200 || typeof body?.access_token !== 'string') throw new CallFailed(`トークンを得られません（${answer.status}）`);
    this.token = { value: body.access_token, until: Date.now() + Number(body.expires_in ?? 0) * 1000 - MARGIN };
  }

  async authorized(text) {
    if (!this.token || this.token.until <= Date.now()) await this.fetchToken();
    const headers = { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${this.token.value}` };
    return this.send(new URL(this.linkage.path, this.order.location).href, headers, text);
  }

  /** Again after a while where the other side may come back; a registration is not repeated when its fate is unknown. */
  async patiently(work, repeatable) {
    for (let turn = 1; ; turn += 1) {
      let answer = null;
      let failure = null;
      try {
        answer = await work();
      } catch (error) {
        if (error instanceof CallFailed) throw error;
        failure = error;
      }
      if (answer && !UNSURE.has(answer.status)) return answer;
      const mayRepeat = repeatable || answer?.status === 429 || answer?.status === 503;
      if (turn >= TRIES || !mayRepeat) {
        if (answer) return answer;
        throw new CallFailed(`接続できません（${failure.code ?? failure.name}）`);
      }
      await wait(Math.min(1000 * Number(answer?.headers['retry-after']) || FIRST_WAIT * 2 ** turn, LONGEST_WAIT));
    }
  }

  /** The order carried out: rows of the answer, or the errors that it names. */
  async call() {
    try {
      const text = JSON.stringify(this.body());
      const ask = () => this.authorized(text);
      let answer = await this.patiently(ask, this.linkage.id === READING);
      if (answer.status === 401) {
        this.token = null; // it may have expired on the way: one new token, one more try
        answer = await this.patiently(ask, this.linkage.id === READING);
      }
      return this.understood(answer);
    } finally {
      await this.agent.close();
    }
  }

  understood({ status, bytes }) {
    const body = asJson(bytes);
    if (status === 400 && Array.isArray(body?.errors) && body.errors.length) {
      const refused = body.errors.map(({ code, message }) => ({ result: 'rejected', code: String(code).slice(0, 60), message: String(message).slice(0, 500) }));
      return { rows: [], refused };
    }
    if (status !== 200) throw new CallFailed(`提供側が ${status} を返しました`);
    if (!Array.isArray(body?.result)) throw new CallFailed('応答が仕様の形ではありません');
    const found = { rows: [], refused: [] };
    for (const row of body.result) this.sort(row, found);
    return found;
  }

  /** A row that is kept needs the number, and must be about whom we asked for. */
  sort(row, found) {
    const missing = this.result.find((item) => item.required && (row?.[item.romaji] ?? null) === null);
    if (missing) {
      found.refused.push({ result: 'rejected', code: 'E0001', message: `${missing.label}がありません` });
      return;
    }
    const texts = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]));
    const asked = this.order.values ?? {};
    const exact = this.linkage.id === READING && asked.kensakuhoho !== '2' && asked.rirekikensaku !== '1';
    if (exact && asked.shimei && texts.shimei !== asked.shimei) found.refused.push({ result: 'rejected', code: 'E-OTHER', message: '条件に合わない方の情報です' });
    else found.rows.push(texts);
  }
}
