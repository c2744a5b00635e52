// The command line: the same words as the other mock vendors understand, since whoever starts one does not know which it is.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { parse as parseToml } from 'smol-toml';

export const HERE = fileURLToPath(new URL('.', import.meta.url));
const DEFAULT_MUNICIPALITY = '993018';
const SYSTEMS = ['031', '001', 'both'];

/** What the caller got wrong; the process ends with 2. */
export class UsageError extends Error {}

const WORDS = {
  vendor: { type: 'string' },
  system: { type: 'string', multiple: true, default: ['both'] },
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '0' },
  tls: { type: 'string' },
  place: { type: 'string' },
  facade: { type: 'string' },
  clients: { type: 'string' },
  town: { type: 'string' },
  contracts: { type: 'string' },
  schedule: { type: 'boolean', default: false },
  seed: { type: 'string', default: '1' },
  municipality: { type: 'string', default: DEFAULT_MUNICIPALITY },
  'token-seconds': { type: 'string', default: '5' },
  fault: { type: 'string', multiple: true, default: [] },
  'no-vendor-faults': { type: 'boolean', default: false },
  'with-parent': { type: 'boolean', default: false },
  control: { type: 'string', default: 'loopback' },
  'list-faults': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

const HELP = `node mocks/node/main.js --vendor delta [option …]
  --system 031 | 001 | both   what answers; 001 needs --place and --town
  --system 010                what only receives; needs --facade
  --town DIR                  a test-data pack (renkei town export)
  --place URL                 where 001 publishes its files: a folder or file://
  --facade FILE               serve the façade as a consumer; its secret is kept in FILE, made when there is none
  --tls DIR                   HTTPS with a certificate of the test CA that is kept there
  --clients FILE              the registered clients; written when there is no such file
  --contracts DIR             the contract tables; by default those of this tree
  --host ADDRESS --port N     127.0.0.1 and a free port by default
  --token-seconds N --seed N --municipality CODE
  --fault NAME …              a defect of faults/NAME.toml
  --schedule                  accepted: files of 031 follow the façade's clock in any case
  --with-parent               ends when the standard input does
  --list-faults --help`;

function number(values, name, least, most) {
  const text = values[name];
  if (!/^\d{1,6}$/.test(text) || Number(text) < least || Number(text) > most) {
    throw new UsageError(`--${name}: expected a number from ${least} to ${most}, got ${JSON.stringify(text)}`);
  }
  return Number(text);
}

function url(text) {
  if (text === undefined) return null;
  const place = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? new URL(text) : pathToFileURL(resolve(text));
  if (place.protocol !== 'file:') throw new UsageError(`${text}: delta keeps files in folders only (file://)`);
  return place;
}

function contractsFolder(given) {
  const tried = given ? [resolve(given)] : [join(HERE, 'contracts'), join(HERE, '..', '..', 'contracts')];
  const found = tried.find((folder) => existsSync(join(folder, 'common', 'file-profile.toml')));
  if (!found) throw new UsageError(`no contract tables at ${tried.join(' or ')}`);
  return found;
}

/** Every fault table, by name. */
export function faultTables() {
  const folder = join(HERE, 'faults');
  const files = readdirSync(folder).filter((name) => name.endsWith('.toml')).sort();
  return files.map((name) => parseToml(readFileSync(join(folder, name), 'utf8')));
}

function faults(names) {
  const known = new Set(faultTables().map((table) => table.name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw new UsageError(`no fault named ${unknown}; --list-faults names them`);
  return new Set(names);
}

function parsed(argv) {
  try {
    return parseArgs({ args: argv, options: WORDS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error.message, { cause: error });
  }
}

/** The options of a command line, checked; `{ text }` when there is only something to print. */
export function readOptions(argv) {
  const values = parsed(argv);
  if (values.help) return { text: HELP };
  if (values['list-faults']) return { text: faultTables().map((table) => JSON.stringify(table)).join('\n') };
  const vendor = parseToml(readFileSync(join(HERE, 'vendor.toml'), 'utf8'));
  if (values.vendor !== vendor.name) throw new UsageError(`--vendor: this is ${vendor.name}, not ${values.vendor}`);
  const systems = [...new Set(values.system)];
  const had = [...SYSTEMS, vendor.consumer];
  const wrong = systems.find((name) => !had.includes(name));
  if (wrong !== undefined) throw new UsageError(`vendor ${vendor.name} has no system ${wrong}; it has ${had.join(', ')}`);
  if (systems.includes(vendor.consumer) && !values.facade) throw new UsageError(`--facade FILE is needed for ${vendor.consumer}, which only receives`);
  const place = url(values.place);
  const serves = (name) => systems.includes('both') || systems.includes(name);
  if (serves('001') && place && !values.town) throw new UsageError('--town DIR is needed to publish 001');
  return {
    vendor,
    system: systems.length > 1 ? 'both' : systems[0],
    serves,
    place,
    facade: values.facade ? resolve(values.facade) : null,
    town: values.town ? resolve(values.town) : null,
    contracts: contractsFolder(values.contracts),
    tls: values.tls ? resolve(values.tls) : null,
    clients: values.clients ? resolve(values.clients) : null,
    host: values.host,
    port: number(values, 'port', 0, 65535),
    seed: number(values, 'seed', 0, 999999),
    tokenSeconds: number(values, 'token-seconds', 1, 86400),
    municipality: values.municipality,
    faults: faults(values.fault),
    withParent: values['with-parent'],
    control: values.control,
  };
}
