import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 250;
const WAIT_MS = 30 * 60_000;

interface Named {
  id: string;
  name: string;
  [field: string]: unknown;
}

export interface ImportState {
  id: string;
  status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  contentSha256: string | null;
  rowsAccepted: number | null;
  rowsRejected: number | null;
  errors: { row: number; column: string | null; message: string }[];
  failureReason: string | null;
}

export interface TrainingJobState {
  id: string;
  status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  progress: number;
  phase: string | null;
  failureReason: string | null;
  modelVersionIds: string[];
  durationMs: number | null;
}

/** A customer's session over HTTP, as `npm run journey` and the demo need it. Any answer past 299 is an Error. */
export class ApiSession {
  private cookie = '';

  constructor(private readonly url: string) {}

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  post<T>(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<T> {
    return this.call<T>('POST', path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  async put(path: string, body: object): Promise<void> {
    await this.send('PUT', path, JSON.stringify(body), { 'content-type': 'application/json' }, true);
  }

  /** Logs in, or signs up where there is no such account yet. */
  async signIn(email: string, password: string, organizationName: string): Promise<void> {
    if (!(await this.logIn(email, password))) await this.signup(email, password, organizationName);
  }

  /** False where there is no such account, or the password is another. */
  async logIn(email: string, password: string): Promise<boolean> {
    const login = await this.send('POST', '/v1/auth/login', JSON.stringify({ email, password }), {
      'content-type': 'application/json',
    });
    if (login.status === 401) return false;
    if (!login.ok) throw new Error(`POST /v1/auth/login answered ${login.status}: ${await login.text()}`);
    this.keepCookie(login);
    return true;
  }

  async signup(email: string, password: string, organizationName: string): Promise<void> {
    const body = JSON.stringify({ email, password, organizationName });
    await this.send('POST', '/v1/auth/signup', body, { 'content-type': 'application/json' }, true);
    const login = JSON.stringify({ email, password });
    this.keepCookie(await this.send('POST', '/v1/auth/login', login, { 'content-type': 'application/json' }, true));
  }

  async findOrCreate(path: string, name: string, body: object): Promise<Named> {
    const { data } = await this.get<{ data: Named[] }>(`${path}?limit=100`);
    return data.find((found) => found.name === name) ?? this.post<Named>(path, { name, ...body });
  }

  /** Uploads a file to a data set and waits for its import; a failed one is an Error that lists what was wrong. */
  async upload(dataSetPath: string, content: BodyInit, query = ''): Promise<ImportState> {
    const { importId } = await this.call<{ importId: string }>('PUT', `${dataSetPath}/content${query}`, content, {
      'content-type': 'text/csv',
    });
    const done = await this.poll<ImportState>(`${dataSetPath}/imports/${importId}`, () => {});
    if (done.status === 'succeeded') return done;
    const errors = done.errors
      .slice(0, 5)
      .map(({ row, column, message }) => `\n  row ${row}${column ? `, ${column}` : ''}: ${message}`);
    throw new Error(`The import failed: ${done.failureReason}${errors.join('')}`);
  }

  /** Trains a model and waits; `onProgress` sees each state on the way. */
  async train(
    inProject: string,
    modelId: string,
    onProgress: (job: TrainingJobState) => void = () => {},
  ): Promise<TrainingJobState> {
    const { id } = await this.post<{ id: string }>(`${inProject}/models/${modelId}/training-jobs`, {
      despiteVerdict: true,
    });
    const job = await this.poll<TrainingJobState>(`${inProject}/training-jobs/${id}`, onProgress);
    if (job.status !== 'succeeded')
      throw new Error(`Training ${job.status}: ${job.failureReason ?? 'no reason given'}`);
    return job;
  }

  private async poll<T extends { status: string }>(path: string, onState: (state: T) => void): Promise<T> {
    for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(POLL_MS)) {
      const state = await this.get<T>(path);
      onState(state);
      if (!['queued', 'running'].includes(state.status)) return state;
    }
    throw new Error(`${path} was still not done after ${WAIT_MS / 60_000} minutes`);
  }

  private async call<T>(
    method: string,
    path: string,
    body?: BodyInit,
    headers: Record<string, string> = {},
  ): Promise<T> {
    return (await this.send(method, path, body, headers, true)).json() as Promise<T>;
  }

  private async send(
    method: string,
    path: string,
    body?: BodyInit,
    headers: Record<string, string> = {},
    mustSucceed = false,
  ) {
    const cookie = headers['authorization'] ? '' : this.cookie;
    const init = { method, headers: { ...headers, cookie }, body: body ?? null, duplex: 'half' };
    const response = await fetch(this.url + path, init as RequestInit).catch((error: Error) => {
      throw new Error(
        `${this.url} does not answer (${(error.cause as Error | undefined)?.message ?? error.message}): is it started?`,
      );
    });
    if (mustSucceed && !response.ok)
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }

  private keepCookie(response: Response): void {
    this.cookie = response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';', 1)[0])
      .join('; ');
  }
}
