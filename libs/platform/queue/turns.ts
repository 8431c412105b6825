/** Work of one organization after another, in this process: whoever asks for much waits for himself, and others come in between. */
export class Turns {
  private readonly lines = new Map<string, { length: number; last: Promise<unknown> }>();

  /**
   * @param most of one organization that wait
   * @param refusal for one more
   */
  constructor(
    private readonly most: number,
    private readonly refusal: (most: number) => Error,
  ) {}

  /** @throws what `refusal` gives where as many of the organization wait as may */
  async run<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(tenantId) ?? { length: 0, last: Promise.resolve() };
    if (line.length > this.most) throw this.refusal(this.most);
    this.lines.set(tenantId, line);
    line.length++;
    const turn = line.last.then(work);
    line.last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      if (--line.length === 0) this.lines.delete(tenantId);
    }
  }
}
