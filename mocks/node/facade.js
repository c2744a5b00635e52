// The façade (contracts/facade/openapi.yaml): what a certification tool asks of this vendor, and what it is shown afterwards.
import { timingSafeEqual } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Intake } from './intake.js';
import { padded } from './register.js';
import { CallFailed, Seeker } from './seeker.js';
import { UnknownSubject } from './stimulus.js';

const FILE = 'file';
const NUMBER = 'atenabango';
const PROTECTION = '001o009';
const ENDED = '3';
const MOST = 1000;
const PATIENCE = 300;
const NAME = /^[A-Za-z0-9._-]{1,100}$/;

/** An answer that is no success. */
class Problem extends Error {
  constructor(status, code, message, more = {}) {
    super(code);
    this.status = status;
    this.body = { code, message: message.slice(0, 500), ...more };
  }
}

const sameText = (one, other) => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** One business system of this vendor as a consumer, with what it holds; and the clerk of 001 or 031 who is told to act. */
export class Facade {
  constructor({ system, prefixes, secret, tables, clerk, fault }) {
    this.system = system;
    this.prefixes = prefixes;
    this.secret = secret;
    this.fault = fault;
    this.clerk = clerk;
    this.jobs = new Map();
    this.busy = new Set();
    this.intakes = new Map();
    this.calls = new Map();
    for (const table of tables) this.learn(table);
  }

  /** What this system receives and calls, as the tables of the providers say. */
  learn(table) {
    for (const linkage of table.linkages.values()) {
      if (!linkage.consumers.split(';').includes(this.system)) continue;
      if (linkage.transport === FILE) this.intakes.set(linkage.id, new Intake(linkage, table.items(linkage.group), this.fault));
      else if (linkage.path.startsWith('/app_submit/')) this.calls.set(linkage.id, { table, linkage, held: new Map() });
    }
  }

  mount(app) {
    const routes = [['POST', 'trigger', this.trigger], ['GET', 'jobs/:id', this.job], ['GET', 'records', this.records],
      ['POST', 'stimulus', this.stimulus], ['POST', 'reset', this.reset]];
    for (const prefix of this.prefixes) {
      for (const [method, path, work] of routes) {
        app.route({ method, url: `${prefix}/renkei/${path}`, handler: (request, reply) => this.answer(request, reply, work) });
      }
    }
  }

  async answer(request, reply, work) {
    let status = 200;
    let said;
    try {
      const [kind, bearer = ''] = (request.headers.authorization ?? '').split(' ');
      if (kind !== 'Bearer' || !sameText(bearer, this.secret)) throw new Problem(401, 'unauthorized', '秘密が違います');
      const body = request.method === 'GET' ? {} : request.body.value;
      if (body === null || typeof body !== 'object' || Array.isArray(body)) throw new Problem(400, 'unusable', 'JSONのオブジェクトではありません');
      [status, said] = await work.call(this, body, request);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      [status, said] = [error.status, error.body];
    }
    return reply.code(status).header('content-type', 'application/json').send(JSON.stringify(said));
  }

  async trigger(order) {
    const { linkage, action } = order;
    if (!NAME.test(linkage ?? '') || !['import', 'pull', 'call'].includes(action)) throw new Problem(400, 'unusable', 'linkage と action が要ります');
    const work = this.work(order);
    if (this.busy.has(linkage)) throw new Problem(409, 'busy', '前の作業がまだ動いています');
    const job = { id: `d-${this.jobs.size + 1}`, state: 'running', linkage, action };
    this.jobs.set(job.id, job);
    this.busy.add(linkage);
    const done = work().then(
      (said) => Object.assign(job, said, { state: 'finished' }),
      (error) => Object.assign(job, { state: 'failed', message: this.why(error) }),
    ).finally(() => this.busy.delete(linkage));
    await Promise.race([done, new Promise((later) => setTimeout(later, PATIENCE).unref())]);
    return [202, job];
  }

  why(error) {
    if (!(error instanceof CallFailed)) process.stderr.write(`${error.stack}\n`);
    return error instanceof CallFailed ? error.message.slice(0, 500) : error.constructor.name;
  }

  /** The work of an order, not yet begun. */
  work(order) {
    const intake = this.intakes.get(order.linkage);
    const call = this.calls.get(order.linkage);
    if (!intake && !call) throw new Problem(404, 'unknown-linkage', 'この連携は受け取っていません', { known: [...this.intakes.keys(), ...this.calls.keys()] });
    if (intake && order.action === 'import') {
      const place = this.place(order.location);
      return async () => {
        const { accepted, rejected, files, rows } = await intake.run(place);
        this.clerk?.follow?.(intake);
        return { counts: { accepted, rejected }, files, rows };
      };
    }
    if (call && order.action === 'call') return this.callWork(order, call);
    throw new Problem(501, 'not-implemented', 'この連携をその方法では行えません');
  }

  place(location) {
    if (typeof location !== 'string') throw new Problem(400, 'unusable', 'location が要ります');
    if (!URL.canParse(location) || new URL(location).protocol !== 'file:') throw new Problem(501, 'not-implemented', '置き場は file:// だけです');
    return fileURLToPath(location);
  }

  callWork(order, { table, linkage, held }) {
    const missing = ['location', 'token_url', 'client_id', 'client_secret', 'municipality'].find((name) => typeof order[name] !== 'string');
    if (missing) throw new Problem(400, 'unusable', `${missing} が要ります`);
    return async () => {
      const seeker = new Seeker({ tables: table, order, gyomuid: this.system });
      const { rows, refused } = await seeker.call();
      for (const row of rows) held.set(padded(row[NUMBER]), row);
      const kept = rows.map((values) => ({ result: 'accepted', values }));
      return { counts: { accepted: rows.length, rejected: refused.length }, rows: [...refused, ...kept].slice(0, MOST), linkage: linkage.id };
    };
  }

  async job(_, request) {
    const job = this.jobs.get(request.params.id);
    if (!job) throw new Problem(404, 'unknown-job', 'その作業はありません');
    return [200, job];
  }

  async records(_, request) {
    const { linkage, key = '', limit = String(MOST), after = '0' } = request.query;
    const known = this.intakes.has(linkage) || this.calls.has(linkage);
    if (!NAME.test(linkage ?? '')) throw new Problem(400, 'unusable', 'linkage が要ります');
    if (!known) throw new Problem(404, 'unknown-linkage', 'この連携は受け取っていません');
    if (!/^\d{1,9}$/.test(after) || !/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > MOST) throw new Problem(400, 'unusable', 'limit か after が使えません');
    const [item, wanted] = [key.slice(0, key.indexOf('=')), key.slice(key.indexOf('=') + 1)];
    const same = (name, one, other) => (name.endsWith(NUMBER) ? padded(one ?? '') === padded(other) : (one ?? '') === other);
    const { list, read } = this.held(linkage);
    const found = key ? list.filter((place) => same(item, read(place)[item], wanted)) : list;
    const [start, end] = [Number(after), Number(after) + Number(limit)];
    const shown = found.slice(start, end).map((place) => this.record(linkage, place, read(place)));
    return [200, { linkage, history: this.intakes.has(linkage), total: found.length, records: shown, next: end < found.length ? String(end) : null }];
  }

  /** The keys of what is held, and how to read one row. */
  held(linkage) {
    const intake = this.intakes.get(linkage);
    if (intake) return { list: intake.list(), read: (key) => intake.row(key) };
    const { held } = this.calls.get(linkage);
    return { list: [...held.keys()], read: (key) => held.get(key) };
  }

  record(linkage, key, row) {
    const values = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === '' ? null : value]));
    const intake = this.intakes.get(linkage);
    if (!intake) return { values, current: true };
    const current = intake.currentOf(intake.person(row))?.key === key;
    const addressed = linkage === PROTECTION || 'jusho_todofuken' in row;
    return { values, current, ...(addressed ? { suppressed: this.isProtected(row[NUMBER]) } : {}) };
  }

  /** 支援措置 hides an address until its end is decided (区分 3); a date that has passed decides nothing. */
  isProtected(number) {
    const intake = this.intakes.get(PROTECTION);
    const current = intake?.currentOf(padded(number))?.row;
    if (!current || current.shiensochikubun === ENDED) return false;
    const today = new Date().toISOString().slice(0, 10);
    const over = current.shiensochishuryonengappi !== '' && current.shiensochishuryonengappi < today;
    return !(over && this.fault('protection_forgotten_by_date'));
  }

  async stimulus({ event, linkage, values = {} }) {
    if (!this.clerk) throw new Problem(501, 'not-implemented', '001 を提供していません');
    const known = Object.keys(this.clerk.events);
    if (!known.includes(event)) throw new Problem(400, 'unknown-event', 'その出来事は備えていません', { known });
    try {
      return [200, { event, ...this.clerk.events[event](linkage, values) }];
    } catch (error) {
      if (!(error instanceof UnknownSubject)) throw error;
      throw new Problem(400, 'unusable', error.message);
    }
  }

  async reset({ linkages = [...this.intakes.keys(), ...this.calls.keys()] }) {
    if (!Array.isArray(linkages)) throw new Problem(400, 'unusable', 'linkages は一覧です');
    const unknown = linkages.find((name) => !this.intakes.has(name) && !this.calls.has(name));
    if (unknown !== undefined) throw new Problem(404, 'unknown-linkage', 'この連携は受け取っていません');
    for (const name of linkages) {
      this.intakes.get(name)?.forget();
      this.calls.get(name)?.held.clear();
    }
    return [200, { linkages }];
  }
}
