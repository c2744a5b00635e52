// Files laid upon one another (file-profile.toml): a full file replaces everything, a delta replaces rows by their key.
import { parse } from 'csv-parse/sync';

const DELETED = 'sakujofuragu';
export const FULL = 'zenken';
export const DELTA = 'sabun';
const NAME = /^([0-9]{3}o[0-9]{3})_([0-9]{6})_(zenken|sabun)_([0-9]{14})_([0-9]{6})\.csv$/;

/** What the name of a file says, null when it is no data file. */
export function named(name) {
  const found = NAME.exec(name);
  if (!found) return null;
  const [, linkage, municipality, kind, timestamp, sequence] = found;
  return { name, linkage, municipality, kind, timestamp, sequence: Number(sequence) };
}

/** The header and the rows of a file, as text. Bytes that are no UTF-8 and ragged rows are errors. */
export function readRows(bytes) {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const [header, ...lines] = parse(text, { record_delimiter: '\r\n', relax_column_count: false });
  return { header, rows: lines.map((line) => Object.fromEntries(line.map((value, place) => [header[place], value]))) };
}

/** What is held of one linkage: rows by key. */
export class Fold {
  constructor(keys) {
    this.keys = keys;
    this.held = new Map();
  }

  key(row) {
    return JSON.stringify(this.keys.map((name) => row[name]));
  }

  take(kind, rows) {
    if (kind === FULL) this.held.clear();
    for (const row of rows) this.held.set(this.key(row), row);
  }

  /** What is in force: everything but deleted rows. */
  rows() {
    return [...this.held.values()].filter((row) => row[DELETED] !== '1');
  }
}
