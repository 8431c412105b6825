import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomBase62 } from '../../libs/platform/secrets/secrets.js';

/** What one installation makes up for itself at its first start, and must find again at the next. */
export interface Secrets {
  kindredSecret: string;
  postgresPassword: string;
  stripeWebhookSecret: string;
  demoPassword: string;
  operatorPassword: string;
  /** The demo's keys by the names of their projects; the platform itself keeps only hashes of them. */
  demoApiKeys?: Record<string, string>;
}

/** `secrets.json` in the data folder, readable by its owner alone. */
export class SecretsFile {
  readonly secrets: Secrets;
  private readonly file: string;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.file = path.join(directory, 'secrets.json');
    this.secrets = existsSync(this.file) ? JSON.parse(readFileSync(this.file, 'utf8')) : newSecrets();
    this.save();
  }

  save(): void {
    const draft = `${this.file}.draft`;
    writeFileSync(draft, `${JSON.stringify(this.secrets, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(draft, this.file);
  }
}

function newSecrets(): Secrets {
  return {
    kindredSecret: randomBase62(43),
    postgresPassword: randomBase62(32),
    stripeWebhookSecret: `whsec_${randomBase62(32)}`,
    demoPassword: randomBase62(12),
    operatorPassword: randomBase62(12),
  };
}
