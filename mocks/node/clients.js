// The registered consumers of 031. A secret is read from the environment or drawn anew, and is never printed.
import { randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './options.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 32;
const SECRET_LENGTH = 43;
const SECRET_VARIABLES = ['RENKEI_MOCK_SECRET', 'RENKEI_MOCK_SECRET_2'];
// One client per 利用側業務システム (R11): 個人住民税 and 国民健康保険.
const SYSTEMS = ['010', '024'];

const drawn = (length) => Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

function read(path) {
  const entries = JSON.parse(readFileSync(path, 'utf8')).clients;
  if (!Array.isArray(entries) || entries.length < 2 || entries.some((one) => !one.client_id || !one.client_secret)) {
    throw new UsageError(`${path}: expected two clients, each with client_id and client_secret`);
  }
  return entries;
}

/** The secret of the façade: the file's, made and written there when there is none. */
export function facadeSecret(path) {
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const secret = process.env.RENKEI_MOCK_FACADE_SECRET || drawn(SECRET_LENGTH);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, secret, { mode: 0o600 });
  return secret;
}

/** The clients of the file; without a file they are made, and written to it for the caller to read. */
export function registeredClients(path) {
  if (path && existsSync(path)) return read(path);
  const clients = SYSTEMS.map((gyomuid, place) => ({
    client_id: drawn(ID_LENGTH),
    client_secret: process.env[SECRET_VARIABLES[place]] || drawn(SECRET_LENGTH),
    gyomuid,
  }));
  if (path) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify({ clients }, null, 1)}\n`, { mode: 0o600 });
    chmodSync(path, 0o600);
  }
  return clients;
}
