import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

/** What was appended, in the order in which it became durable. */
export interface JournalEntry {
  sequence: number;
  text: string;
}

/** To the thread, which answers each with `{ id }` and what it has to say. */
export type JournalRequest =
  | { kind: 'append'; texts: string[] }
  | { kind: 'read'; max: number; charactersMax: number }
  | { kind: 'remove'; upTo: number; rejected: JournalEntry[] }
  | { kind: 'count' }
  | { kind: 'close' };

interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

interface Waiting {
  text: string;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Vitest runs the sources, for which Node strips the types itself. */
const THREAD = new URL(`./journal.thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);
const SUFFIX = '.journal';

const READ_CHARACTERS_MAX = 8 * 1024 ** 2;

/** The file is another living process's. */
export class JournalBusyError extends Error {}

/**
 * A durable log on this machine's disk, one file a process: SQLite in a thread of its own, written with one fsync for all who
 * append at the same time. Entries survive kill -9 and power cuts; those of a process that died can be adopted by another.
 */
export class Journal {
  private waiting: Waiting[] = [];
  private isWriting = false;
  private readonly answers = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private requests = 0;

  private constructor(
    private readonly file: string,
    private readonly thread: Worker,
  ) {
    thread.on('message', (answer: Answer) => this.receive(answer));
    thread.on('error', (error) => this.fail(error));
    thread.on('exit', () => this.fail(new Error('the journal is closed')));
  }

  /** A new file in `directory`; its name tells whose it is. */
  static create(directory: string, name: string): Promise<Journal> {
    mkdirSync(directory, { recursive: true });
    return Journal.open(path.join(directory, name + SUFFIX));
  }

  get name(): string {
    return path.basename(this.file, SUFFIX);
  }

  /**
   * The files of processes that have ended, each opened as this process's.
   *
   * @param isOver whether that process, of which the name is given, may have ended: one that begins has no lock for a moment
   */
  static async *adopt(directory: string, isOver: (name: string) => boolean): AsyncGenerator<Journal> {
    const files = readdirSync(directory).filter((file) => file.endsWith(SUFFIX));
    for (const file of files.sort()) {
      if (!isOver(path.basename(file, SUFFIX))) continue;
      const journal = await Journal.open(path.join(directory, file)).catch((error: unknown) => {
        if (error instanceof JournalBusyError) return null;
        throw error;
      });
      if (journal) yield journal;
    }
  }

  private static async open(file: string): Promise<Journal> {
    const thread = new Worker(THREAD, { workerData: { file }, execArgv: ['--disable-warning=ExperimentalWarning'] });
    await new Promise<void>((resolve, reject) => {
      thread.once('message', ({ error }: Answer) => (error ? reject(new JournalBusyError(error)) : resolve()));
      thread.once('error', reject);
      thread.once('exit', () => reject(new Error(`the journal ${file} could not be opened`)));
    });
    return new Journal(file, thread);
  }

  /** Resolves when the text is on the disk; rejects, and nothing of it is kept, where the disk would not take it. */
  append(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ text, resolve, reject });
      if (!this.isWriting) void this.write();
    });
  }

  /**
   * The oldest entries that are not removed yet, at most so many.
   *
   * @param charactersMax of all of them apart from the last
   */
  read(max: number, charactersMax = READ_CHARACTERS_MAX): Promise<JournalEntry[]> {
    return this.ask({ kind: 'read', max, charactersMax }) as Promise<JournalEntry[]>;
  }

  /** Drops entries that are safe elsewhere, and sets aside in the file those that nobody would take. */
  async remove(upTo: number, rejected: JournalEntry[] = []): Promise<void> {
    await this.ask({ kind: 'remove', upTo, rejected });
  }

  /** Entries that are not removed, and those set aside. */
  count(): Promise<{ entries: number; rejected: number }> {
    return this.ask({ kind: 'count' }) as Promise<{ entries: number; rejected: number }>;
  }

  /** Closes the file, and deletes it where nothing is left in it. */
  async close(): Promise<void> {
    const { entries, rejected } = await this.count();
    await this.ask({ kind: 'close' });
    await this.thread.terminate();
    if (entries + rejected > 0) return;
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.file + suffix, { force: true });
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        await this.ask({ kind: 'append', texts: batch.map(({ text }) => text) });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error as Error);
      }
    }
    this.isWriting = false;
  }

  private ask(request: JournalRequest): Promise<unknown> {
    const id = this.requests++;
    return new Promise((resolve, reject) => {
      this.answers.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      this.thread.postMessage({ id, ...request });
    });
  }

  private receive({ id, value, error }: Answer): void {
    const answer = this.answers.get(id);
    this.answers.delete(id);
    if (error === undefined) answer?.resolve(value);
    else answer?.reject(new Error(`The journal ${this.file} failed: ${error}`));
  }

  private fail(error: Error): void {
    for (const { reject } of this.answers.values()) reject(error);
    this.answers.clear();
  }
}
