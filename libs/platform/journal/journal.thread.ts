import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { JournalEntry, JournalRequest } from './journal.js';

const port = parentPort!;
const { file } = workerData as { file: string };

/** The file under an exclusive lock, which ends with the process. */
class Store {
  private readonly database = new DatabaseSync(file, { timeout: 0 });
  private readonly insert: StatementSync;
  private removed = 0;

  constructor() {
    // FULL: a commit returns after fsync. EXCLUSIVE keeps the lock for as long as the process lives.
    this.database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS entries (sequence INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS rejected (sequence INTEGER PRIMARY KEY, text TEXT NOT NULL);
      COMMIT`);
    this.insert = this.database.prepare('INSERT INTO entries (text) VALUES (?)');
  }

  append(texts: string[]): void {
    this.transact(() => {
      for (const text of texts) this.insert.run(text);
    });
  }

  read(max: number, charactersMax: number): JournalEntry[] {
    const rows = this.database
      .prepare('SELECT sequence, text FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ?')
      .iterate(this.removed, max) as Iterable<unknown> as Iterable<JournalEntry>;
    const entries: JournalEntry[] = [];
    let characters = 0;
    for (const entry of rows) {
      entries.push(entry);
      characters += entry.text.length;
      if (characters > charactersMax) break;
    }
    return entries;
  }

  remove(upTo: number, rejected: JournalEntry[]): void {
    // The next commit drops them from the file: should the process die before, they are written twice, which counts once.
    this.removed = Math.max(this.removed, upTo);
    if (rejected.length === 0) return;
    const keep = this.database.prepare('INSERT OR IGNORE INTO rejected (sequence, text) VALUES (?, ?)');
    this.transact(() => {
      for (const { sequence, text } of rejected) keep.run(sequence, text);
    });
  }

  count(): { entries: number; rejected: number } {
    const count = (sql: string, ...values: number[]) => Number(this.database.prepare(sql).get(...values)!['count']);
    return {
      entries: count('SELECT count(*) AS count FROM entries WHERE sequence > ?', this.removed),
      rejected: count('SELECT count(*) AS count FROM rejected'),
    };
  }

  close(): void {
    this.transact(() => {});
    this.database.close();
  }

  private transact(work: () => void): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      this.database.prepare('DELETE FROM entries WHERE sequence <= ?').run(this.removed);
      work();
      this.database.exec('COMMIT');
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }
}

let store: Store | undefined;
try {
  store = new Store();
  port.postMessage({ id: -1 });
} catch (error) {
  port.postMessage({ id: -1, error: (error as Error).message });
}

port.on('message', ({ id, ...request }: JournalRequest & { id: number }) => {
  try {
    port.postMessage({ id, value: answer(store!, request as JournalRequest) });
  } catch (error) {
    port.postMessage({ id, error: (error as Error).message });
  }
});

function answer(journal: Store, request: JournalRequest): unknown {
  switch (request.kind) {
    case 'append':
      return journal.append(request.texts);
    case 'read':
      return journal.read(request.max, request.charactersMax);
    case 'remove':
      return journal.remove(request.upTo, request.rejected);
    case 'count':
      return journal.count();
    case 'close':
      return journal.close();
  }
}
