// The mock vendor delta: 031 (REST, with its authorization server) and 001 (files), both roles.
import { readdirSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { Api, application } from './api.js';
import { authorizationServer } from './authorization.js';
import { issue } from './certificate.js';
import { facadeSecret, registeredClients } from './clients.js';
import { Facade } from './facade.js';
import { UsageError, readOptions } from './options.js';
import { OutsiderClerk } from './outsiders.js';
import { Publication } from './publication.js';
import { Register } from './register.js';
import { Clerk } from './stimulus.js';
import { Tables } from './table.js';
import { Town } from './town.js';

const KEEP_ALIVE = 75_000;
// The virtual clock of a municipality begins in the morning after the pack's last day.
const OPENING = '2026-04-01T09:00:00+09:00';
const ANYWHERE = ['0.0.0.0', '::'];

const shown = (host) => (ANYWHERE.includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host);

/** A server that gives /oauth2/ to the authorization server and the rest to the application. */
function makeServer(certificate, route) {
  const tls = certificate && { key: certificate.key, cert: certificate.cert, minVersion: 'TLSv1.2' };
  const server = tls ? createHttps(tls, route) : createHttp(route);
  server.keepAliveTimeout = KEEP_ALIVE;
  server.headersTimeout = KEEP_ALIVE + 1000;
  return server;
}

function municipalityOf(options, town) {
  return town ? town.municipality : options.municipality;
}

/** Everything of 031, as soon as the address is known. */
async function openRegister(options, town, baseUrl, fault) {
  const tables = new Tables(options.contracts, '031');
  const people = town?.residents(new Tables(options.contracts, '001')) ?? { numbers: new Set(), moved: null };
  const register = new Register({ residents: people.numbers, outsiders: town?.outsiders() ?? [], fault });
  const clients = registeredClients(options.clients);
  const api = new Api({ tables, register, fault });
  api.authorization = await authorizationServer({ baseUrl, clients, scopes: api.scopes, tokenSeconds: options.tokenSeconds, fault });
  return { api, clients, register, resident: people.moved };
}

function openFacade(options, publication, fault) {
  const system = options.vendor.consumer;
  const clerk = publication ? new Clerk(publication) : null;
  return new Facade({ system, prefixes: ['', `/${system}`, '/001'], secret: facadeSecret(options.facade), tables: allTables(options), clerk, fault });
}

function allTables(options) {
  const systems = readdirSync(options.contracts).map((name) => /^(\d{3})_/.exec(name)?.[1]).filter(Boolean).sort();
  return systems.map((system) => new Tables(options.contracts, system));
}

const toldByFile = (options) => Boolean(options.facade && options.place && options.town && options.serves('031'));

/** 031 as one who is told to act: it tells in files what its clerks did, and takes what business systems ask. */
function openOutsiders(options, { town, municipality, register, fault }) {
  if (!toldByFile(options)) return null;
  const publication = new Publication({ tables: new Tables(options.contracts, '031'), town, place: options.place, municipality, fault });
  publication.publish();
  publication.begin(OPENING);
  const clerk = new OutsiderClerk(publication, register);
  return new Facade({ system: '031', prefixes: ['/031'], secret: facadeSecret(options.facade), tables: allTables(options), clerk, fault });
}

function openPublication(options, town, municipality, fault) {
  if (!options.serves('001') || !options.place) return null;
  const publication = new Publication({ tables: new Tables(options.contracts, '001'), town, place: options.place, municipality, fault });
  publication.publish();
  return publication;
}

function facades(options, baseUrl) {
  const systems = options.facade ? [options.vendor.consumer, '001', ...(toldByFile(options) ? ['031'] : [])] : [];
  return Object.fromEntries(systems.map((system) => [system, `${baseUrl}/${system}`]));
}

function readyLine(options, { baseUrl, certificate, municipality, clients, resident }) {
  return {
    ready: true,
    vendor: options.vendor.name,
    product: options.vendor.product,
    version: options.vendor.version,
    system: options.system,
    municipality,
    base_url: baseUrl,
    token_url: `${baseUrl}/oauth2/token`,
    introspection_url: `${baseUrl}/oauth2/introspect`,
    revocation_url: `${baseUrl}/oauth2/revoke`,
    place: options.place?.href ?? null,
    ca_file: certificate?.caFile ?? null,
    client_id: clients[0].client_id,
    second_client_id: clients[1].client_id,
    resident_number: resident,
    systems: options.serves('001') && options.serves('031') ? ['001', '031'] : [options.system],
    facades: facades(options, baseUrl),
    pid: process.pid,
  };
}

function endWith(server, app, options) {
  const end = () => {
    server.closeAllConnections();
    app.close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (options.withParent) process.stdin.on('end', end).on('error', end).resume();
}

async function listen(server, options) {
  await new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(options.port, options.host, done);
  });
  return server.address().port;
}

async function run(options) {
  const fault = (name) => options.faults.has(name);
  const town = options.town ? new Town(options.town) : null;
  const certificate = options.tls ? await issue(options.tls, options.host) : null;
  let route = (_, response) => response.writeHead(503).end();
  const server = makeServer(certificate, (request, response) => route(request, response));
  const port = await listen(server, options);
  const baseUrl = `${certificate ? 'https' : 'http'}://${shown(options.host)}:${port}`;
  const municipality = municipalityOf(options, town);
  const publication = openPublication(options, town, municipality, fault);
  const facade = options.facade ? openFacade(options, publication, fault) : null;
  const opened = await openRegister(options, town, baseUrl, fault);
  let toApplication;
  const app = application((handler) => {
    toApplication = handler;
    return server;
  }, options.serves('031') ? opened.api : null);
  facade?.mount(app);
  openOutsiders(options, { town, municipality, register: opened.register, fault })?.mount(app);
  await app.ready();
  route = (request, response) => {
    const token = request.url.startsWith('/oauth2/') && options.serves('031');
    return token ? opened.api.authorization.handle(request, response) : toApplication(request, response);
  };
  endWith(server, app, options);
  const ready = readyLine(options, { baseUrl, certificate, municipality, ...opened });
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.text) process.stdout.write(`${options.text}\n`);
  else await run(options);
} catch (error) {
  const usage = error instanceof UsageError || ['EADDRINUSE', 'EACCES', 'ENOENT'].includes(error.code);
  process.stderr.write(`delta: ${usage ? error.message : error.stack}\n`);
  process.exit(usage ? 2 : 4);
}
