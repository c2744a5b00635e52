// What a clerk of 031 does (contracts/facade/events.csv): numbers for people who do not live here, changes, 名寄せ, deletion.
//
// Each is known to the REST register and told in 031o901; time is the virtual clock of the façade (event `clock`).
import { padded } from './register.js';
import { DELTA } from './fold.js';
import { UnknownSubject } from './stimulus.js';

export const OUTSIDERS = '031o901';
const ADDRESS = 'jusho_';
const LATEST = 'saishinfuragu';
const DELETED = 'sakujofuragu';
const GAP = '\u3000';
const REASON = { entered: '01', renamed: '02', moved: '03', joined: '05', parted: '06', carried: '07' };
// 処理種別 of a business system's request.
const ASKED = { change: '1', join: '2', part: '3', remove: '4' };
const LONGEST = 10 * 365 * 86_400;

const given = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ''));

/** The values of an event: everything that it needs, and nothing that it does not know. */
function asked(values, needed, known = []) {
  const said = given(values);
  const missing = needed.filter((name) => said[name] === undefined);
  if (missing.length) throw new UnknownSubject(`${missing.join(', ')} がありません`);
  const strange = Object.keys(said).filter((name) => !needed.includes(name) && !known.includes(name) && !name.startsWith(ADDRESS));
  if (strange.length) throw new UnknownSubject(`項目 ${strange.join(', ')} は使えません`);
  return said;
}

/** The clerk of 031. */
export class OutsiderClerk {
  constructor(publication, register) {
    this.publication = publication;
    this.register = register;
    this.seen = new Map();
    this.events = {
      publish: (_, values) => this.publish(values),
      clock: (_, values) => this.advance(values),
      'outsider-register': (_, values) => ({ values: this.enter(values) }),
      'outsider-change': (_, values) => ({ values: this.change(asked(values, ['atenabango'], ['shimei', 'shimei_furigana'])) }),
      'outsider-merge': (_, values) => ({ values: this.join(asked(values, ['atenabango', 'nayosesakiatenabango'])) }),
      'outsider-unmerge': (_, values) => ({ values: this.part(asked(values, ['atenabango'])) }),
    };
  }

  get series() {
    return this.publication.state.get(OUTSIDERS);
  }

  rowsOf(number) {
    const rows = this.series.fold.rows().filter((row) => padded(row.atenabango) === padded(number));
    return rows.sort((one, other) => Number(one.rirekibango) - Number(other.rirekibango));
  }

  last(number) {
    const found = this.rowsOf(number).at(-1);
    if (!found) throw new UnknownSubject('その宛名番号の住登外者はいません');
    return found;
  }

  today() {
    const at = this.publication.moment(OUTSIDERS).sosanengappi;
    return { idonengappi: at, idotodokedenengappi: at };
  }

  /** 付番, or 番号引継 where the number that the person had as a resident is given. */
  enter(values) {
    const said = asked(values, ['shimei', 'seinengappi', 'seibetsu', 'gyomuid'], ['atenabango', 'shimei_furigana']);
    const { gyomuid, atenabango: carried, ...person } = said;
    if (carried !== undefined && this.register.people.has(padded(carried))) throw new UnknownSubject('その番号は登録済みです');
    const number = carried === undefined ? this.register.nextNumber() : padded(carried);
    const data = { ...person, gyomuid, dokujishisakushisutemutoid: '000', jutogaishashubetsu: '1' };
    this.register.append(this.register.enter(number, data), { ...data, ...this.publication.moment(OUTSIDERS) });
    const [family, name] = person.shimei.split(GAP);
    const row = {
      ...Object.fromEntries(this.series.items.map((item) => [item.romaji, ''])),
      shikuchosonkodo: this.publication.municipality,
      atenabango: number,
      jutogaishashubetsu: '1',
      jutogaishajotai: '1',
      idojiyu: carried === undefined ? REASON.entered : REASON.carried,
      ...(name ? { uji_nihonjin: family, na_nihonjin: name } : {}),
      seinengappi_fushofuragu: '0',
      nayosemotofuragu: '0',
      togoatenafuragu: '0',
      tagyomusanshofukafuragu: '0',
      sanshogyomuid1: gyomuid,
      sanshodokujishisakushisutemutoid1: '000',
      rirekibango: '0',
      ...person,
    };
    return this.append(row, {});
  }

  /** A further row of somebody; the former one is not the latest any more. */
  append(before, cells) {
    const history = String(Number(before.rirekibango) + 1);
    const now = this.publication.moment(OUTSIDERS);
    const row = { ...before, ...this.today(), ...cells, ...now, rirekibango: history, [LATEST]: '1', [DELETED]: '0' };
    const former = before.rirekibango === '0' ? [] : [{ ...before, [LATEST]: '0' }];
    this.series.note([...former, row]);
    return row;
  }

  change({ atenabango, ...said }) {
    const before = this.last(atenabango);
    if (!Object.keys(said).length) throw new UnknownSubject('変更する項目がありません');
    const moves = Object.keys(said).some((name) => name.startsWith(ADDRESS));
    const parts = moves ? Object.keys(before).filter((name) => name.startsWith(ADDRESS)) : [];
    const cells = { ...Object.fromEntries(parts.map((name) => [name, ''])), ...said };
    this.known(atenabango, said);
    return this.append(before, { ...cells, idojiyu: said.shimei ? REASON.renamed : REASON.moved });
  }

  /** The same for whoever searches. */
  known(number, cells) {
    const person = this.register.people.get(padded(number));
    if (person) this.register.append(person, { ...person.rows.at(-1), ...cells });
  }

  join({ atenabango, nayosesakiatenabango }) {
    const [before, goal] = [this.last(atenabango), this.last(nayosesakiatenabango)];
    if (before.atenabango === goal.atenabango) throw new UnknownSubject('自分には名寄せできません');
    const link = { nayosemotofuragu: '1', nayosesakiatenabango: goal.atenabango };
    this.known(atenabango, link);
    return this.append(before, { ...link, idojiyu: REASON.joined });
  }

  part({ atenabango }) {
    const before = this.last(atenabango);
    if (before.nayosemotofuragu !== '1') throw new UnknownSubject('名寄せされていません');
    const link = { nayosemotofuragu: '0', nayosesakiatenabango: '' };
    this.known(atenabango, { nayosemotofuragu: '0', nayosesakiatenabango: undefined });
    return this.append(before, { ...link, idojiyu: REASON.parted });
  }

  /** Everything of a number goes, and so do numbers of the same person that were merged into it. */
  remove(number) {
    const merged = this.series.fold.rows().filter((row) => row[LATEST] === '1' && padded(row.nayosesakiatenabango) === padded(number));
    for (const row of merged) this.remove(row.atenabango);
    const now = this.publication.moment(OUTSIDERS);
    this.series.note(this.rowsOf(number).map((row) => ({ ...row, ...now, [LATEST]: '0', [DELETED]: '1' })));
    this.register.people.delete(padded(number));
  }

  /** What business systems ask in their files; what came first is what there was before, and nothing follows from it. */
  follow(intake) {
    const begun = this.seen.has(intake);
    const seen = this.seen.get(intake) ?? this.seen.set(intake, new Set()).get(intake);
    for (const key of intake.list()) {
      if (seen.has(key)) continue;
      seen.add(key);
      if (begun) this.obey(intake.row(key));
    }
  }

  obey(row) {
    if (!this.rowsOf(row.atenabango).length) return;
    const goal = row.nayosesakiatenabango;
    if (row.shorishubetsu === ASKED.remove) this.remove(row.atenabango);
    else if (row.shorishubetsu === ASKED.join && this.rowsOf(goal).length) this.join(row);
    else if (row.shorishubetsu === ASKED.part && this.last(row.atenabango).nayosemotofuragu === '1') this.part(row);
    else if (row.shorishubetsu === ASKED.change) {
      const columns = this.series.items.map((item) => item.romaji);
      const told = Object.entries(given(row)).filter(([name]) => columns.includes(name) && /^(jusho_|shimei)/.test(name));
      if (told.length) this.change({ atenabango: row.atenabango, ...Object.fromEntries(told) });
    }
  }

  publish({ kind = DELTA }) {
    if (!['zenken', 'sabun'].includes(kind)) throw new UnknownSubject('kind は zenken か sabun です');
    return { files: [this.publication.next(OUTSIDERS, kind)] };
  }

  /** Time goes on, and what changed is told (随時). */
  advance({ seconds }) {
    const span = Number(seconds);
    if (!(span > 0 && span <= LONGEST)) throw new UnknownSubject('seconds が使えません');
    this.publication.pass(span);
    return { files: this.series.pending.size ? [this.publication.next(OUTSIDERS, DELTA)] : [] };
  }
}
