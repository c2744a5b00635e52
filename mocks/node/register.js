// The register of 住登外者: numbers, histories, and the search by 基本４情報.
const NUMBER_LENGTH = 15;
const FIRST_SERIAL = 30_000_000_000_001;
const LAST_HISTORY = 999;
const ADDRESS = ['jusho_todofuken', 'jusho_shikugunchosonmei', 'jusho_choaza', 'jusho_banchigohyoki', 'jusho_katagaki'];
const CHOICE_KEEPS = ['gyomuid', 'dokujishisakushisutemutoid', 'sosashaid', 'sosanengappi', 'sosajikoku'];
const NEW = '0';
const CHOSEN = '2';

/** A number in one form, whoever left out its leading zeros. */
export const padded = (number) => String(number).padStart(NUMBER_LENGTH, '0');

/** M11W2～7: weights 2 to 7 from the right; the text is silent on remainder 1, where delta writes 0 (U11). */
export function checkDigit(body) {
  const sum = [...body].reverse().reduce((total, digit, place) => total + Number(digit) * (2 + (place % 6)), 0);
  const rest = sum % 11;
  return rest < 2 ? '0' : String(11 - rest);
}

/** 住所 as one string, which is what is searched. */
export const address = (row) => ADDRESS.map((name) => row[name] ?? '').join('');

/** A change that the register cannot make; `where` is the romaji of the item that is to blame. */
export class Refusal extends Error {
  constructor(where) {
    super(where);
    this.where = where;
  }
}

/** One municipality's register. Every change is one turn of the event loop, so that histories are serial. */
export class Register {
  constructor({ residents, outsiders, fault }) {
    this.residents = residents;
    this.people = new Map();
    this.serial = FIRST_SERIAL;
    this.fault = fault;
    for (const row of outsiders) this.migrate(row);
  }

  migrate(row) {
    const number = padded(row.atenabango);
    const person = this.people.get(number) ?? { number: row.atenabango, owner: row.gyomuid, rows: [] };
    person.rows.push(row);
    this.people.set(number, person);
  }

  /** 付番: the person after the change, its last row the new one. */
  write(values) {
    const { shorikubun, ...data } = values;
    if (data.nayosemotofuragu === '1') this.checkLink(data);
    if (shorikubun === NEW) return this.append(this.enter(this.nextNumber(), data), data);
    const known = this.people.get(padded(data.atenabango));
    if (shorikubun === CHOSEN) {
      if (!known) throw new Refusal('atenabango');
      return this.append(known, this.chosen(known, data));
    }
    if (!known && !this.residents.has(padded(data.atenabango))) throw new Refusal('atenabango');
    return this.append(known ?? this.enter(data.atenabango, data), data);
  }

  /** 名寄せ先 is somebody, and somebody else. */
  checkLink({ atenabango, nayosesakiatenabango: goal }) {
    const itself = atenabango !== undefined && padded(atenabango) === padded(goal);
    if (itself || !this.knows(goal)) throw new Refusal('nayosesakiatenabango');
  }

  knows(number) {
    return this.people.has(padded(number)) || this.residents.has(padded(number));
  }

  enter(number, data) {
    const person = { number, owner: data.gyomuid, rows: [] };
    this.people.set(padded(number), person);
    return person;
  }

  nextNumber() {
    for (;;) {
      const body = String(this.serial).padStart(NUMBER_LENGTH - 1, '0');
      this.serial += 1;
      const number = body + (this.fault('check_digit_left_out') ? '5' : checkDigit(body));
      if (!this.knows(number)) return number;
    }
  }

  /** A choice updates whose 業務 uses the record (C22: it replaces), and who did so; the data stays. */
  chosen(person, data) {
    const changed = Object.fromEntries(CHOICE_KEEPS.map((name) => [name, data[name]]));
    return { ...person.rows.at(-1), ...changed };
  }

  append(person, data) {
    const history = person.rows.length + (this.fault('history_starts_at_zero') ? 0 : 1);
    if (history > LAST_HISTORY) throw new Error(`history of ${person.number} is full`);
    person.rows.push({ ...data, atenabango: person.number, rirekibango: history });
    return person;
  }

  /** 照会: the latest row of everybody who meets all conditions. */
  search(conditions) {
    const partial = conditions.kensakuhoho === '2';
    const history = conditions.rirekikensaku === '1' && !this.fault('history_not_searched');
    const found = [];
    for (const person of this.candidates(conditions)) {
      if (!this.mayBeSeen(person, conditions.gyomuid)) continue;
      const rows = history ? person.rows : person.rows.slice(-1);
      if (rows.some((row) => this.matches(row, conditions, partial))) found.push(person.rows.at(-1));
    }
    return found;
  }

  candidates({ atenabango }) {
    if (atenabango === undefined) return this.people.values();
    const person = this.people.get(padded(atenabango));
    return person ? [person] : [];
  }

  /** 他業務参照不可: only the 業務 that registered the record sees it. */
  mayBeSeen(person, gyomuid) {
    const closed = person.rows.at(-1).tagyomusanshofukafuragu === '1';
    return !closed || person.owner === gyomuid || this.fault('closed_records_shown');
  }

  matches(row, { shimei, jusho, seibetsu, seinengappi }, partial) {
    const text = (wanted, held) => wanted === undefined || (partial ? held.includes(wanted) : held === wanted);
    const exact = (wanted, held) => wanted === undefined || wanted === held;
    return text(shimei, row.shimei ?? '') && text(jusho, address(row))
      && exact(seibetsu, row.seibetsu) && exact(seinengappi, row.seinengappi);
  }
}
