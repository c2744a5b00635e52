// Files received from other systems: in the order of their numbers, each once, nothing before its marker, no delta after a gap.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { characters, inCalendar } from './check.js';
import { DELTA, FULL, named } from './fold.js';
import { padded } from './register.js';

const LATEST = 'saishinfuragu';
const DELETED = 'sakujofuragu';
const NUMBER = 'atenabango';
const BETWEEN = '\u0000';
const MOST_REFUSALS = 1000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;
const WIDE = /[^\u0000-\u007f\uff61-\uff9f]/u;
const HISTORY = /rireki|edaban/;

/** Why a file is refused as a whole; it is kept for nobody. */
class Unusable extends Error {}

/** What is wrong with one value, as a code of the error table; null when it can be kept. */
function valueProblem(item, value) {
  if (value === '') return item.required ? 'E0001' : null;
  if (value.length > item.size && characters(value) > item.size) return 'E0003';
  if (item.type === 'X') return WIDE.test(value) || (item.fixed && value.length !== item.size) ? 'E0002' : null;
  if (item.type === '9') return /^\d+$/.test(value) ? null : 'E0002';
  if (item.type === 'DATE') return DATE.test(value) && dateMayBe(item, value) ? null : 'E0002';
  if (item.type === 'TIME') return TIME.test(value) ? null : 'E0002';
  return null;
}

/** A day that nobody knows exactly is a day; so are the ends of open periods. */
function dateMayBe(item, value) {
  return item.unknownDates || value === '0000-01-01' || value === '9999-12-31' || inCalendar(value) || value.endsWith('-02-29');
}

/** What one linkage has brought in. */
export class Intake {
  constructor(linkage, items, fault) {
    this.linkage = linkage;
    this.items = items;
    this.keys = items.filter((item) => item.key);
    this.columns = items.map((item) => item.romaji);
    this.fault = fault;
    this.forget();
  }

  forget() {
    this.rows = new Map();
    this.people = new Map();
    this.taken = new Map();
    this.last = 0;
    this.order = null;
  }

  /** The keys of what is held, in a list that stays the same until something new comes. */
  list() {
    this.order ??= [...this.rows.keys()];
    return this.order;
  }

  /** Whose row it is, in whichever padding. */
  key(row) {
    const part = (item) => (item.romaji === NUMBER && !this.fault('padding_makes_another_person') ? padded(row[item.romaji]) : row[item.romaji]);
    return this.keys.map(part).join(BETWEEN);
  }

  /** Everything new below the place. */
  async run(place) {
    const folder = join(place, this.linkage.id);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const found = names.map(named).filter((file) => file?.linkage === this.linkage.id);
    const files = found.filter((file) => names.includes(`${file.name}.end`)).sort((one, other) => one.sequence - other.sequence);
    const job = { accepted: 0, rejected: 0, files: [], rows: [] };
    const nextFull = (file) => files.find((other) => other.kind === FULL && other.sequence > file.sequence && !this.taken.has(other.name));
    for (const file of files) job.files.push(await this.look(folder, file, nextFull(file), job));
    return job;
  }

  async look(folder, file, nextFull, job) {
    const said = (result, message) => ({ name: file.name, result, ...(message ? { message } : {}) });
    if (this.taken.has(file.name)) return said('duplicate');
    if (file.sequence <= this.last) return said('duplicate', 'この連番は取込み済みです');
    if (file.kind === DELTA && file.sequence !== this.last + 1) {
      return nextFull ? said('duplicate', '後の全件に含まれます') : said('waiting', '前のファイルを待っています');
    }
    try {
      const taken = await this.read(folder, file);
      this.apply(file, taken.rows);
      job.accepted += taken.rows.length;
      job.rejected += taken.refused.length;
      job.rows.push(...taken.refused.slice(0, MOST_REFUSALS - job.rows.length));
      this.taken.set(file.name, taken.digest);
      this.last = file.sequence;
      return said('taken');
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      return said('refused', error.message);
    }
  }

  marker(folder, file) {
    let marker;
    try {
      marker = JSON.parse(readFileSync(join(folder, `${file.name}.end`), 'utf8'));
    } catch {
      throw new Unusable('完了ファイルがJSONとして読めません');
    }
    const fits = marker?.linkage === file.linkage && marker.kind === file.kind && marker.sequence === file.sequence;
    if (!fits) throw new Unusable('完了ファイルの連携ID・種類・連番がファイル名と違います');
    if (file.kind === DELTA && marker.base_sequence !== this.last) throw new Unusable('差分の基の連番が取込み済みのものと違います');
    return marker;
  }

  /** The rows of a file that can be kept, those that cannot with the reason; a file is taken whole or not at all. */
  async read(folder, file) {
    const marker = this.marker(folder, file);
    const path = join(folder, file.name);
    const digest = createHash('sha256');
    for await (const chunk of createReadStream(path)) digest.update(chunk);
    const hex = digest.digest('hex');
    if (hex !== marker.sha256) throw new Unusable('内容が完了ファイルの検査値と違います');
    const { rows, refused, lines } = await this.lines(path, file);
    if (lines !== marker.rows) throw new Unusable('件数が完了ファイルと違います');
    return { rows, refused, digest: hex };
  }

  async lines(path, file) {
    const parser = parse({ relax_column_count: true, info: true });
    const found = { rows: [], refused: [], lines: 0 };
    let header = null;
    const decoded = statSync(path).size ? createReadStream(path) : [];
    const pump = feed(decoded, parser);
    try {
      for await (const { record, info } of parser) {
        if (!header) {
          header = this.header(record);
          continue;
        }
        found.lines += 1;
        this.sort(record, header, { file: file.name, line: info.lines }, found);
      }
      await pump;
    } catch (error) {
      if (error instanceof Unusable) throw error;
      throw new Unusable(error instanceof TypeError ? 'UTF-8 として読めません' : 'CSV として読めません');
    }
    if (!header) throw new Unusable('見出しがありません');
    return found;
  }

  /** The place of each item of the table; the order is the file's. */
  header(names) {
    const missing = this.columns.find((name) => !names.includes(name));
    if (missing) throw new Unusable(`見出しに ${missing} がありません`);
    if (names.length !== this.columns.length) throw new Unusable('見出しの項目の数が項目表と違います');
    return this.columns.map((name) => names.indexOf(name));
  }

  sort(cells, header, where, found) {
    const refuse = (code, message) => found.refused.push({ ...where, result: 'rejected', code, message });
    if (cells.length !== header.length) {
      refuse('E0002', '列の数が見出しと違います');
      return;
    }
    const values = header.map((place) => cells[place]);
    const wrong = this.items.findIndex((item, place) => valueProblem(item, values[place]));
    // One string a row: a million rows of lists would not fit.
    if (wrong < 0) found.rows.push(values.join(BETWEEN));
    else refuse(valueProblem(this.items[wrong], values[wrong]), `${this.items[wrong].label}の値を取り込めません`);
  }

  apply(file, lines) {
    this.order = null;
    if (file.kind === FULL) {
      this.rows = new Map();
      this.people = new Map();
    }
    for (const packed of lines) this.keep(packed);
  }

  keep(packed) {
    const row = this.unpacked(packed);
    const key = this.key(row);
    const person = this.person(row);
    const keys = this.people.get(person) ?? this.people.set(person, new Set()).get(person);
    if (row[DELETED] === '1') {
      if (this.fault('deletions_not_heard')) return;
      this.rows.delete(key);
      keys.delete(key);
      return;
    }
    this.rows.set(key, packed);
    keys.add(key);
  }

  row(key) {
    return this.unpacked(this.rows.get(key));
  }

  unpacked(packed) {
    const values = packed.split(BETWEEN);
    return Object.fromEntries(this.columns.map((name, place) => [name, values[place]]));
  }

  /** The key without what counts history: one person, or one claim. */
  person(row) {
    const parts = this.keys.filter((item) => !HISTORY.test(item.romaji) && item.type !== 'DATE');
    return parts.map((item) => (item.romaji === NUMBER ? padded(row[NUMBER]) : row[item.romaji])).join(BETWEEN);
  }

  /** The row that is in use: flagged latest, of the highest history; without a flag the highest of all. */
  currentOf(person) {
    const rows = [...(this.people.get(person) ?? [])].map((key) => [key, this.row(key)]);
    const flagged = rows.filter(([, row]) => row[LATEST] === '1');
    const counting = this.keys.filter((item) => HISTORY.test(item.romaji)).map((item) => item.romaji);
    const later = (one, other) => counting.map((name) => Number(one[name]) - Number(other[name])).find((gap) => gap !== 0) ?? 0;
    const best = (flagged.length ? flagged : rows).reduce((found, one) => (found && later(found[1], one[1]) >= 0 ? found : one), null);
    return best ? { key: best[0], row: best[1] } : null;
  }
}

/** Bytes to text to the parser; anything but UTF-8 is a TypeError there. */
async function feed(source, parser) {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  try {
    for await (const chunk of source) {
      if (!parser.write(decoder.decode(chunk, { stream: true }))) await new Promise((free) => parser.once('drain', free));
    }
    parser.end(decoder.decode());
  } catch (error) {
    parser.destroy(error);
  }
}

