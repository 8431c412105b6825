import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Kind, Kinds, Notes } from './objects.js';

interface Row {
  seq: number;
  id: string;
  kind: Kind;
  json: string;
  notes: string;
}

interface Loaded {
  object: { id: string; object: string };
  notes: object;
  /** What the file says of it: only what differs from this is written. */
  json: string;
  notesJson: string;
}

/** Whose an object is and when something is next due on it, which the file is searched by. */
interface Keys {
  owner: string;
  /** What it is a part of, such as the subscription of an invoice. */
  whole: string;
  clock: string;
  due: number | null;
}

export interface Answer {
  fingerprint: string;
  status: number;
  body: string;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, owner TEXT NOT NULL,
    whole TEXT NOT NULL, clock TEXT NOT NULL, due INTEGER, json TEXT NOT NULL, notes TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS objects_by_owner ON objects (kind, owner, seq);
  CREATE INDEX IF NOT EXISTS objects_by_whole ON objects (kind, whole, seq);
  CREATE INDEX IF NOT EXISTS objects_by_due ON objects (clock, due) WHERE due IS NOT NULL;
  CREATE TABLE IF NOT EXISTS deliveries (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, attempts INTEGER NOT NULL, at INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS deliveries_by_time ON deliveries (at, seq);
  CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS time_ahead (id INTEGER PRIMARY KEY CHECK (id = 1), ahead INTEGER NOT NULL, target INTEGER);
  INSERT OR IGNORE INTO time_ahead VALUES (1, 0, NULL);`;

/**
 * Everything the local Stripe knows, in one SQLite file: Node brings it, a change writes only what changed, so that a year of events
 * costs no more a piece than the first, and its log makes each call whole or not at all, whenever the process is killed. A file of JSON
 * would be written as a whole for every change, and a log of our own would need its own repair and its own index.
 *
 * Within a transaction the same id is always the same object, and what is changed on it is written when the transaction ends.
 */
export class Store {
  private readonly database: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private loaded = new Map<string, Loaded>();

  constructor(
    file: string,
    private readonly keysOf: (object: { id: string; object: string }, notes: object) => Keys,
  ) {
    this.database = new DatabaseSync(file);
    // A killed process loses nothing by NORMAL, only a machine that loses its power may lose its last calls, and never half of one.
    this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    this.database.exec(SCHEMA);
  }

  close(): void {
    this.database.close();
  }

  /** All of what `act` changes is kept, or nothing where it throws, unless the error says otherwise. */
  transaction<T>(act: () => T): T {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const result = act();
      this.commit();
      return result;
    } catch (error) {
      if ((error as { isKept?: boolean }).isKept) this.commit();
      else this.database.exec('ROLLBACK');
      throw error;
    } finally {
      this.loaded.clear();
    }
  }

  /** What `act` makes of things, none of which happened; whoever calls it must hold nothing of before. */
  imagine<T>(act: () => T): T {
    this.flush();
    this.database.exec('SAVEPOINT imagined');
    try {
      return act();
    } finally {
      this.database.exec('ROLLBACK TO imagined; RELEASE imagined;');
      this.loaded.clear();
    }
  }

  private commit(): void {
    this.flush();
    this.database.exec('COMMIT');
  }

  add<K extends Kind>(object: Kinds[K], notes: object = {}): Kinds[K] {
    const json = JSON.stringify(object);
    const notesJson = JSON.stringify(notes);
    const { owner, whole, clock, due } = this.keysOf(object, notes);
    this.run(
      'INSERT INTO objects (id, kind, owner, whole, clock, due, json, notes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      object.id,
      object.object,
      owner,
      whole,
      clock,
      due,
      json,
      notesJson,
    );
    this.loaded.set(object.id, { object, notes, json, notesJson });
    return object;
  }

  get<K extends Kind>(kind: K, id: string): Kinds[K] | undefined {
    const object = this.load(id)?.object;
    return object?.object === kind ? (object as Kinds[K]) : undefined;
  }

  getAny(id: string): { id: string; object: string } | undefined {
    return this.load(id)?.object;
  }

  notes<K extends keyof Notes>(_kind: K, id: string): Notes[K] {
    return this.load(id)!.notes as Notes[K];
  }

  remove(id: string): void {
    this.loaded.delete(id);
    this.run('DELETE FROM objects WHERE id = ?', id);
  }

  /** The owner's objects of a kind, the oldest first; all of the kind without an owner. */
  find<K extends Kind>(kind: K, owner?: string, isWanted: (object: Kinds[K]) => boolean = () => true): Kinds[K][] {
    return [...this.walk(kind, { owner })].filter(isWanted);
  }

  /** The parts of a whole, the oldest first, however much else its owner has. */
  findOf<K extends Kind>(kind: K, whole: string): Kinds[K][] {
    return [...this.walk(kind, { whole })];
  }

  /** One after the other, so that a page reads no more than it shows. */
  *walk<K extends Kind>(
    kind: K,
    {
      owner,
      whole,
      after,
      descending = false,
    }: { owner?: string; whole?: string; after?: number; descending?: boolean },
  ): Generator<Kinds[K]> {
    this.flush();
    const conditions = ['kind = ?'];
    const values: (string | number)[] = [kind];
    if (owner !== undefined) {
      conditions.push('owner = ?');
      values.push(owner);
    }
    if (whole !== undefined) {
      conditions.push('whole = ?');
      values.push(whole);
    }
    let last = after ?? (descending ? Number.MAX_SAFE_INTEGER : 0);
    const sql = `SELECT * FROM objects WHERE ${conditions.join(' AND ')} AND seq ${descending ? '<' : '>'} ?
      ORDER BY seq ${descending ? 'DESC' : 'ASC'} LIMIT 100`;
    for (;;) {
      const rows = this.prepare(sql).all(...values, last) as unknown as Row[];
      for (const row of rows) yield this.take(row).object as Kinds[K];
      if (rows.length < 100) return;
      last = rows.at(-1)!.seq;
    }
  }

  placeOf(id: string): number | undefined {
    return (this.prepare('SELECT seq FROM objects WHERE id = ?').get(id) as { seq: number } | undefined)?.seq;
  }

  /** How many seconds all without a test clock are ahead of the real time, and to where they are being moved. */
  clock(): { offset: number; target: number | null } {
    return this.prepare('SELECT ahead AS "offset", target FROM time_ahead').get() as {
      offset: number;
      target: number | null;
    };
  }

  setClock({ offset, target }: { offset: number; target: number | null }): void {
    this.run('UPDATE time_ahead SET ahead = ?, target = ?', offset, target);
  }

  /** Events that wait for being taken. */
  countDeliveries(): number {
    return (this.prepare('SELECT count(*) AS count FROM deliveries').get() as { count: number }).count;
  }

  /** What is due first on a clock, by then. */
  nextDue(clock: string, until: number): { id: string; due: number } | undefined {
    this.flush();
    return this.prepare('SELECT id, due FROM objects WHERE clock = ? AND due <= ? ORDER BY due, seq LIMIT 1').get(
      clock,
      until,
    ) as { id: string; due: number } | undefined;
  }

  findAnswer(key: string): Answer | undefined {
    return this.prepare('SELECT fingerprint, status, body FROM answers WHERE key = ?').get(key) as Answer | undefined;
  }

  keepAnswer(key: string, { fingerprint, status, body }: Answer, at: number): void {
    this.run(
      'INSERT INTO answers (key, fingerprint, status, body, at) VALUES (?, ?, ?, ?, ?)',
      key,
      fingerprint,
      status,
      body,
      at,
    );
  }

  forgetAnswers(before: number): void {
    this.run('DELETE FROM answers WHERE at < ?', before);
  }

  addDelivery(id: string, at: number): void {
    this.flush();
    this.run('INSERT INTO deliveries (seq, id, attempts, at) SELECT seq, id, 0, ? FROM objects WHERE id = ?', at, id);
  }

  nextDelivery(until: number): { seq: number; id: string; attempts: number } | undefined {
    return this.prepare('SELECT seq, id, attempts FROM deliveries WHERE at <= ? ORDER BY at, seq LIMIT 1').get(
      until,
    ) as { seq: number; id: string; attempts: number } | undefined;
  }

  postponeDelivery(seq: number, at: number): void {
    this.run('UPDATE deliveries SET attempts = attempts + 1, at = ? WHERE seq = ?', at, seq);
  }

  endDelivery(seq: number): void {
    this.run('DELETE FROM deliveries WHERE seq = ?', seq);
  }

  /** After a restart nobody waits for the rest of a pause: what was not reachable may be again. */
  hastenDeliveries(at: number): void {
    this.run('UPDATE deliveries SET at = ? WHERE at > ?', at, at);
  }

  private load(id: string): Loaded | undefined {
    const known = this.loaded.get(id);
    if (known) return known;
    const row = this.prepare('SELECT * FROM objects WHERE id = ?').get(id) as Row | undefined;
    return row && this.take(row);
  }

  private take({ id, json, notes }: Row): Loaded {
    const known = this.loaded.get(id);
    if (known) return known;
    const loaded = { object: JSON.parse(json), notes: JSON.parse(notes), json, notesJson: notes };
    this.loaded.set(id, loaded);
    return loaded;
  }

  private flush(): void {
    for (const [id, loaded] of this.loaded) {
      const json = JSON.stringify(loaded.object);
      const notesJson = JSON.stringify(loaded.notes);
      if (json === loaded.json && notesJson === loaded.notesJson) continue;
      const { owner, whole, clock, due } = this.keysOf(loaded.object, loaded.notes);
      this.run(
        'UPDATE objects SET owner = ?, whole = ?, clock = ?, due = ?, json = ?, notes = ? WHERE id = ?',
        owner,
        whole,
        clock,
        due,
        json,
        notesJson,
        id,
      );
      Object.assign(loaded, { json, notesJson });
    }
  }

  private run(sql: string, ...values: (string | number | null)[]): void {
    this.prepare(sql).run(...values);
  }

  private prepare(sql: string): StatementSync {
    const prepared = this.statements.get(sql) ?? this.database.prepare(sql);
    this.statements.set(sql, prepared);
    return prepared;
  }
}
