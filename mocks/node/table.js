// The contract tables, read as data: items, codes, error messages and linkages.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parse as parseToml } from 'smol-toml';

const records = (path) => parse(readFileSync(path, 'utf8'), { columns: true, bom: true });

/** 条件式 such as `shorikubun=1|2`: which item makes this one mandatory, and at which values. */
function condition(text) {
  const [item, values] = text.split('=');
  return values ? { item, values: values.split('|') } : null;
}

function item(row, codes) {
  return {
    romaji: row['データ項目（ローマ字）'],
    label: row['データ項目'],
    key: row['主キー'] !== '',
    // The tables write this type in full width here and in half width there.
    type: row['データ型'].normalize('NFKC'),
    size: Number(row['桁数']),
    fixed: row['固定桁'] === '○',
    required: row['データ出力条件'] === '必須',
    condition: condition(row['条件式']),
    default: /デフォルト値?は「(.+?)」/.exec(row['項目説明'])?.[1],
    nullable: row['null設定有無'] === '〇',
    unknownDates: row['項目説明'].includes('不詳日を許容する'),
    codes: row['コード'] ? codes(row['コード']) : null,
  };
}

/** One system's folder of tables: its linkages, and the items of each group. */
export class Tables {
  constructor(contracts, system) {
    const name = readdirSync(contracts).find((folder) => folder.startsWith(`${system}_`));
    this.folder = join(contracts, name);
    this.contracts = contracts;
    this.profile = parseToml(readFileSync(join(contracts, 'common', 'file-profile.toml'), 'utf8'));
    this.linkages = new Map(records(join(this.folder, 'linkages.csv')).map((row) => [row.id, row]));
    this.rows = records(join(this.folder, 'items.csv'));
    this.derived = parseToml(readFileSync(join(this.folder, 'system.toml'), 'utf8')).derived ?? [];
  }

  codes = (list) => {
    const path = join(this.contracts, 'codes', `${list}.csv`);
    return existsSync(path) ? new Set(records(path).map((row) => row['コード値'])) : null;
  };

  /** The items of a group in the order of the table; a derived group is another one without some items. */
  items(group) {
    const derived = this.derived.find((one) => one.group === group);
    const found = this.rows.filter((row) => row['グループ'] === (derived?.from ?? group)).map((row) => item(row, this.codes));
    return found.filter((one) => !derived?.without.includes(one.romaji));
  }

  /** Code to the text of the error table, its placeholders in brackets as the table has them. */
  errors() {
    return new Map(records(join(this.folder, 'errors.csv')).map((row) => [row['エラーコード'], row['エラー内容']]));
  }
}
