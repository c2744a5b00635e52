// Whether a request fits its item table, and what is wrong with it in the words of the error table.
//
// Where the text is open (C1…C25, U1…) this is how delta reads it:
//   absent, null and "" are all "not set" (C19, U7); an item that has a default need not be set (C16, C18);
//   half-width is whatever Unicode calls half-width or narrow, 半角カナ included; full-width is everything else that prints;
//   length counts what a reader sees as one character (U6); a body that is no JSON object sets no item at all;
//   over-length of a variable item is E0003, a wrong date, time or code is E0002 (C15).
const GRAPHEMES = new Intl.Segmenter('ja', { granularity: 'grapheme' });
const HALF = /^[\u0021-\u007e\uff61-\uff9f\uffa0-\uffdc\uffe8-\uffee]*$/u;
const NARROW = /[\u0000-\u007f\u0080-\u009f\u00a2\u00a3\u00a5\u00a6\u00ac\u00af\u20a9\u2985\u2986\uff61-\uffdc\uffe8-\uffee]/u;
const ILL_FORMED = /[\ud800-\udfff\ufffe\uffff]/u;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;
const LONGEST_CODE_LIST = 5;

/** Characters as a reader counts them. */
export function characters(text) {
  let count = 0;
  for (const _ of GRAPHEMES.segment(text)) count += 1;
  return count;
}

/** Whether a day is in the calendar (of the year it names). */
export function inCalendar(text) {
  const [year, month, day] = text.split('-').map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

/** An unknown day keeps the form only: 00 and 99 stand for what nobody knows, and a day may be outside the calendar. */
function mayBeUnknown(text) {
  const [, month, day] = text.split('-').map(Number);
  return (month <= 12 || month === 99) && (day <= 31 || day === 99);
}

/** The items that are set: absent, null and "" are not. */
export function given(body) {
  const object = body !== null && typeof body === 'object' && !Array.isArray(body) ? body : {};
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== ''));
}

/** The values with the defaults of the table for what is not set. */
export function withDefaults(items, values) {
  const defaults = items.filter((item) => item.default !== undefined).map((item) => [item.romaji, item.default]);
  return { ...Object.fromEntries(defaults), ...values };
}

/** A checker of one request table; it gives the list of errors, [] for a request that fits. */
export class Checker {
  constructor(items, messages, fault = () => false) {
    this.items = items;
    this.labels = new Map(items.map((item) => [item.romaji, item.label]));
    this.messages = messages;
    this.fault = fault;
  }

  /** An error of the table: each 【…】 of its text, and the X of E0003, filled in turn. */
  error(code, ...words) {
    const rest = [...words];
    const text = this.messages.get(code).replaceAll(/【.+?】|X(?=桁)/g, (place) => {
      const word = rest.shift();
      return place.startsWith('【') ? `【${word}】` : word;
    });
    return { code, message: text };
  }

  check(values) {
    const found = this.items.map((item) => this.missing(item, values) ?? this.wrong(item, values[item.romaji]));
    return found.filter(Boolean);
  }

  missing(item, values) {
    if (values[item.romaji] !== undefined) return null;
    if (item.required && item.default === undefined) return this.error('E0001', item.label);
    const on = item.condition;
    if (on && on.values.includes(values[on.item])) return this.error('E0004', this.labels.get(on.item), item.label);
    return null;
  }

  wrong(item, value) {
    if (value === undefined) return null;
    if (typeof value !== 'string') return this.error('E0002', item.label, '文字列');
    if (item.type === 'DATE') return this.wrongDate(item, value);
    if (item.type === 'TIME') return this.wrongTime(item, value);
    if (item.type === 'N') return this.wrongFull(item, value);
    return this.wrongHalf(item, value);
  }

  wrongDate(item, value) {
    const good = DATE.test(value) && (item.unknownDates ? mayBeUnknown(value) : inCalendar(value));
    return good ? null : this.error('E0002', item.label, '年月日（YYYY-MM-DD）');
  }

  wrongTime(item, value) {
    const good = TIME.test(value) && !(this.fault('seconds_demanded') && value.length < 8);
    return good ? null : this.error('E0002', item.label, '時刻（HH:MM:SS）');
  }

  wrongFull(item, value) {
    if (NARROW.test(value) || ILL_FORMED.test(value)) return this.error('E0002', item.label, '全角文字');
    const length = this.fault('surrogates_counted_twice') ? value.length : characters(value);
    return length > item.size ? this.error('E0003', item.label, String(item.size)) : null;
  }

  wrongHalf(item, value) {
    if (!HALF.test(value) && !this.fault('full_width_codes_taken')) return this.error('E0002', item.label, '半角文字');
    const length = characters(value);
    if (length > item.size || (item.fixed && length !== item.size)) return this.error('E0003', item.label, String(item.size));
    if (!item.codes || item.codes.has(value) || this.fault('full_width_codes_taken')) return null;
    const list = item.codes.size <= LONGEST_CODE_LIST ? [...item.codes].join('・') : 'コード一覧の値';
    return this.error('E0002', item.label, list);
  }
}
