import dgram from 'node:dgram';

/** A DNS server that knows some TXT records. */
export class DnsServer {
  readonly records = new Map<string, string>();

  private constructor(private readonly socket: dgram.Socket) {}

  static async start(): Promise<DnsServer> {
    const socket = dgram.createSocket('udp4');
    const server = new DnsServer(socket);
    socket.on('message', (query, { port, address }) => socket.send(server.answer(query), port, address));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  close(): void {
    this.socket.close();
  }

  /** RFC 1035: the question as it came, and the record, if there is one. */
  private answer(query: Buffer): Buffer {
    const labels: string[] = [];
    let at = 12;
    while (query[at]! > 0) {
      labels.push(query.subarray(at + 1, at + 1 + query[at]!).toString());
      at += 1 + query[at]!;
    }
    const question = query.subarray(12, at + 5);
    const text = this.records.get(labels.join('.').toLowerCase());
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    // An authoritative answer; NXDOMAIN where there is none.
    header.writeUInt16BE(text ? 0x8580 : 0x8583, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(text ? 1 : 0, 6);
    if (!text) return Buffer.concat([header, question]);
    const record = Buffer.alloc(12);
    // The name of the question; TXT; IN; a lifetime of no seconds.
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(16, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt16BE(text.length + 1, 10);
    return Buffer.concat([header, question, record, Buffer.from([text.length]), Buffer.from(text)]);
  }
}
