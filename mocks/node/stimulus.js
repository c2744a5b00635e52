// What a clerk of 001 does, on demand: a new history row, a deletion, 支援措置, and the next file.
import { padded } from './register.js';

const NUMBER = 'atenabango';
const LATEST = 'saishinfuragu';
const DELETED = 'sakujofuragu';
const RESIDENTS = ['001o006', '001o005'];
const PROTECTION = '001o009';
const [PROTECTED, ENDED] = ['1', '3'];
const HISTORY = /rirekibango$/;

/** A linkage, a person or a value that there is none of. */
export class UnknownSubject extends Error {}

/** The clerk at the counter of 001. */
export class Clerk {
  constructor(publication) {
    this.publication = publication;
    this.events = {
      change: (linkage, values) => this.change(linkage, values),
      delete: (linkage, values) => this.remove(linkage, values),
      publish: (linkage, values) => this.publish(linkage, values),
      protect: (_, values) => this.protect(values),
      'protect-end': (_, values) => this.change(PROTECTION, { ...values, shiensochikubun: ENDED }),
      // 一時解除 is nobody's business but 001's own (S6 3.1): no row changes.
      'protect-lift': (_, values) => ({ values: { atenabango: values.atenabango ?? null } }),
    };
  }

  series(linkage) {
    const found = this.publication.state.get(linkage);
    if (!found) throw new UnknownSubject(`001 に連携 ${linkage} はありません`);
    return found;
  }

  /** The linkages that tell the same story as this one. */
  together(linkage) {
    this.series(linkage);
    return RESIDENTS.includes(linkage) ? RESIDENTS : [linkage];
  }

  rowsOf(linkage, number) {
    const rows = this.series(linkage).fold.rows().filter((row) => padded(row[NUMBER]) === padded(number ?? ''));
    if (!rows.length) throw new UnknownSubject('その宛名番号の方はいません');
    const count = Object.keys(rows[0]).find((name) => HISTORY.test(name));
    return { rows: rows.sort((one, other) => Number(one[count]) - Number(other[count])), count };
  }

  change(linkage, values) {
    let last;
    for (const one of this.together(linkage)) {
      const { rows, count } = this.rowsOf(one, values[NUMBER]);
      const columns = Object.keys(rows[0]);
      const unknown = Object.keys(values).find((name) => !columns.includes(name) && one === linkage);
      if (unknown) throw new UnknownSubject(`項目 ${unknown} はありません`);
      const told = Object.fromEntries(Object.entries(values).filter(([name]) => columns.includes(name) && name !== NUMBER).map(([name, value]) => [name, value ?? '']));
      const before = rows.at(-1);
      const after = { ...before, ...told, ...this.publication.moment(one), [count]: String(Number(before[count]) + 1), [LATEST]: '1' };
      const former = rows.filter((row) => row[LATEST] === '1').map((row) => ({ ...row, [LATEST]: '0' }));
      this.series(one).note([...former, after]);
      if (one === linkage) last = after;
    }
    return { values: last };
  }

  remove(linkage, values) {
    let gone;
    for (const one of this.together(linkage)) {
      const { rows } = this.rowsOf(one, values[NUMBER]);
      const last = { ...rows.at(-1), ...this.publication.moment(one), [DELETED]: '1', [LATEST]: '0' };
      const before = rows.length > 1 ? [{ ...rows.at(-2), [LATEST]: '1' }] : [];
      this.series(one).note([last, ...before]);
      if (one === linkage) gone = last;
    }
    return { values: gone };
  }

  protect(values) {
    const { rows: resident } = this.rowsOf(RESIDENTS[0], values[NUMBER]);
    const series = this.series(PROTECTION);
    const known = series.fold.rows().filter((row) => padded(row[NUMBER]) === padded(values[NUMBER]));
    if (known.length) return this.change(PROTECTION, { shiensochikubun: PROTECTED, ...values });
    const now = this.publication.moment(PROTECTION);
    const row = {
      ...Object.fromEntries(series.items.map((item) => [item.romaji, ''])),
      shikuchosonkodo: this.publication.municipality,
      atenabango: resident[0][NUMBER],
      rirekibango: '1',
      shiensochikaishinengappi: values.shiensochikaishinengappi ?? now.sosanengappi,
      shiensochishuryonengappi: values.shiensochishuryonengappi ?? '',
      shiensochikubun: PROTECTED,
      [LATEST]: '1',
      [DELETED]: '0',
      ...now,
    };
    series.note([row]);
    return { values: row };
  }

  publish(linkage, { kind = 'sabun' }) {
    if (!['zenken', 'sabun'].includes(kind)) throw new UnknownSubject('kind は zenken か sabun です');
    const names = linkage ? this.together(linkage) : [...this.publication.state.keys()];
    return { files: names.map((name) => this.publication.next(name, kind)) };
  }
}
