// The test-data pack of the town: what 001 publishes, which numbers are residents', and who was in 031 before.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fold, named, readRows } from './fold.js';
import { UsageError } from './options.js';
import { padded } from './register.js';

const RESIDENTS = '001o006';
const OUTSIDERS = '031o901';
const MOVED_OUT = '2';
const USERS = /^sansho(gyomuid|dokujishisakushisutemutoid)1$/;

/** One pack. */
export class Town {
  constructor(folder) {
    this.folder = folder;
    const manifest = join(folder, 'manifest.json');
    if (!existsSync(manifest)) throw new UsageError(`${folder}: no test-data pack (renkei town export makes one)`);
    this.municipality = JSON.parse(readFileSync(manifest, 'utf8')).municipality;
  }

  /** The files of a linkage in the order of their numbers. */
  files(linkage) {
    const folder = join(this.folder, linkage);
    if (!existsSync(folder)) return [];
    const found = readdirSync(folder).map(named).filter(Boolean).sort((one, other) => one.sequence - other.sequence);
    return found.map((file) => ({ ...file, ...readRows(readFileSync(join(folder, file.name))) }));
  }

  /** What a linkage comes to after its last file. */
  folded(linkage, keys) {
    const fold = new Fold(keys);
    for (const file of this.files(linkage)) fold.take(file.kind, file.rows);
    return fold.rows();
  }

  /** Every resident's number, and that of somebody who moved away (for 番号引継). */
  residents(tables) {
    const keys = tables.items(tables.linkages.get(RESIDENTS).group).filter((item) => item.key).map((item) => item.romaji);
    const rows = this.folded(RESIDENTS, keys);
    const taken = new Set(this.outsiders().map((row) => padded(row.atenabango)));
    const left = rows.find((row) => row.saishinfuragu === '1' && row.juminjotai === MOVED_OUT && !taken.has(padded(row.atenabango)));
    return { numbers: new Set(rows.map((row) => padded(row.atenabango))), moved: left?.atenabango ?? null };
  }

  /** The rows of 住登外者 that were registered before, oldest first, as rows of 031. */
  outsiders() {
    const rows = this.folded(OUTSIDERS, ['atenabango', 'rirekibango']);
    const numbered = rows.map((row) => {
      const set = Object.entries(row).filter(([, value]) => value !== '');
      const values = Object.fromEntries(set.map(([name, value]) => [USERS.exec(name)?.[1] ?? name, value]));
      return { ...values, rirekibango: Number(row.rirekibango) };
    });
    return numbered.sort((one, other) => one.rirekibango - other.rirekibango);
  }
}
