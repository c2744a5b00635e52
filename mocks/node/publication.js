// 001 as a provider of files: the pack's series in delta's own writing, and the full file that closes it.
//
// Delta quotes every value (RFC 4180 lets it), orders rows by their key, and writes the marker last.
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'csv-stringify/sync';
import { DELTA, FULL, Fold } from './fold.js';

const FILE = 'file';
const PROTECTION = '001o009';
const RESIDENTS = '001o006';
const WITHOUT_NUMBER = '001o005';
const ENDED = '3';
// The closing full file is made in the early morning after the last delta.
const CLOSING_TIME = '060000';
const TOKYO = '+09:00';
const TOKYO_HOURS = 9 * 3_600_000;
const INTERVAL = 10 * 60_000; // 準リアルタイム: ten minutes at most
const SECOND = 1000;

const isoTime = (stamp) => stamp.replace(/(....)(..)(..)(..)(..)(..)/, `$1-$2-$3T$4:$5:$6${TOKYO}`);
const day = (stamp) => isoTime(stamp).slice(0, 10);

function nextDay(stamp) {
  const [year, month, date] = day(stamp).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, date + 1)).toISOString().slice(0, 10).replaceAll('-', '');
}

/** What is known of one linkage, and what the next delta has to tell. */
class Series {
  constructor(items) {
    this.items = items;
    this.fold = new Fold(items.filter((item) => item.key).map((item) => item.romaji));
    this.pending = new Map();
  }

  /** Rows as they are from now on. */
  note(rows) {
    this.fold.take(DELTA, rows);
    for (const row of rows) this.pending.set(this.fold.key(row), row);
  }
}

/** The writer of one vendor's 001. */
export class Publication {
  constructor({ tables, town, place, municipality, fault }) {
    this.tables = tables;
    this.town = town;
    this.folder = fileURLToPath(place);
    this.municipality = municipality;
    this.fault = fault;
    this.state = new Map();
    this.now = 0;
  }

  /** From here on time is what the façade's clock says. */
  begin(moment) {
    this.now = Date.parse(moment);
  }

  pass(seconds) {
    this.now += seconds * SECOND;
  }

  linkages() {
    return [...this.tables.linkages.values()].filter((linkage) => linkage.transport === FILE);
  }

  /** Every linkage's series; whatever the folders held before is gone. */
  publish() {
    for (const linkage of this.linkages()) this.series(linkage);
  }

  series(linkage) {
    const series = new Series(this.tables.items(linkage.group));
    const folder = join(this.folder, linkage.id);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const files = this.town.files(linkage.id);
    for (const file of files) {
      series.fold.take(file.kind, file.rows);
      this.write(linkage.id, series.items, file, file.rows);
    }
    const last = files.at(-1);
    const closing = { kind: FULL, timestamp: nextDay(last.timestamp) + CLOSING_TIME, sequence: last.sequence + 1 };
    this.write(linkage.id, series.items, closing, series.fold.rows());
    this.state.set(linkage.id, Object.assign(series, { last: closing }));
  }

  /** When the next file of a linkage is made, as its stamp: ten minutes after the one before, or by the façade's clock. */
  nextStamp(linkage) {
    const before = Date.parse(isoTime(this.state.get(linkage).last.timestamp));
    const then = this.now ? Math.max(this.now, before + SECOND) : before + INTERVAL;
    return new Date(then + TOKYO_HOURS).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
  }

  /** Who and when, of a row that is made now. */
  moment(linkage) {
    const at = isoTime(this.nextStamp(linkage));
    return { sosashaid: 'DELTA01', sosanengappi: at.slice(0, 10), sosajikoku: at.slice(11, 19) };
  }

  /** The next file of a linkage; its path. A full file tells what was pending as well, and the delta before it tells it too. */
  next(linkage, kind) {
    const series = this.state.get(linkage);
    if (kind === FULL && series.pending.size) this.next(linkage, DELTA);
    const file = { kind, timestamp: this.nextStamp(linkage), sequence: series.last.sequence + 1 };
    const name = this.write(linkage, series.items, file, kind === FULL ? series.fold.rows() : [...series.pending.values()]);
    series.pending.clear();
    series.last = file;
    return `${linkage}/${name}`;
  }

  /** One file and its marker. Each is whole when it gets its name. */
  write(linkage, items, file, given) {
    const rows = this.blemished(linkage, file, this.ordered(given, items));
    const columns = items.map((item) => item.romaji);
    if (this.fault('individual_numbers_everywhere') && linkage === WITHOUT_NUMBER) {
      this.addNumbers(columns, rows);
    }
    const text = stringify(rows, {
      header: true,
      columns,
      quoted: true,
      quoted_empty: false,
      record_delimiter: this.fault('lines_end_with_lf') ? '\n' : '\r\n',
      bom: this.fault('byte_order_mark_put_first'),
    });
    const bytes = Buffer.from(text, 'utf8');
    const sequence = String(file.sequence).padStart(6, '0');
    const name = `${linkage}_${this.municipality}_${file.kind}_${file.timestamp}_${sequence}.csv`;
    const marker = {
      linkage,
      kind: file.kind,
      sequence: file.sequence,
      rows: rows.length + (this.fault('header_counted_as_row') ? 1 : 0),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      base_sequence: file.kind === DELTA ? file.sequence - 1 : null,
      created: isoTime(file.timestamp),
    };
    this.put(linkage, name, bytes);
    this.put(linkage, `${name}.end`, JSON.stringify(marker));
    return name;
  }

  put(linkage, name, content) {
    const partial = join(this.folder, linkage, `.${name}.part`);
    writeFileSync(partial, content);
    renameSync(partial, join(this.folder, linkage, name));
  }

  ordered(rows, items) {
    const keys = items.filter((item) => item.key);
    const value = (row, item) => (item.type === '9' ? Number(row[item.romaji]) : row[item.romaji]);
    const compare = (one, other) => {
      const item = keys.find((key) => value(one, key) !== value(other, key));
      if (!item) return 0;
      return value(one, item) < value(other, item) ? -1 : 1;
    };
    return rows.map((row) => ({ ...row })).sort(compare);
  }

  /** The planted defects that change rows. */
  blemished(linkage, file, rows) {
    let found = rows;
    if (this.fault('former_rows_stay_latest') && file.kind === FULL) {
      for (const row of found) row.saishinfuragu = '1';
    }
    if (this.fault('delta_loses_its_last_row') && file.kind === DELTA) found = found.slice(0, -1);
    if (this.fault('protection_dropped_by_date') && linkage === PROTECTION) {
      const today = day(file.timestamp);
      const over = (row) => row.saishinfuragu === '1' && row.shiensochikubun !== ENDED && row.shiensochishuryonengappi < today;
      found = found.filter((row) => !over(row));
    }
    return found;
  }

  addNumbers(columns, rows) {
    const numbers = new Map(this.town.folded(RESIDENTS, ['atenabango']).map((row) => [row.atenabango, row.kojinbango]));
    columns.push('kojinbango');
    for (const row of rows) row.kojinbango = numbers.get(row.atenabango) ?? '';
  }
}
