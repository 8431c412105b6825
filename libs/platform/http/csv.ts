import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { FastifyReply } from 'fastify';

/** Answers with a CSV file with a header line; a cell that a spreadsheet would take for a formula is made text. */
export function sendCsv(
  reply: FastifyReply,
  name: string,
  columns: string[],
  rows: Iterable<object> | AsyncIterable<object>,
): void {
  const csv = stringify({ header: true, columns, escape_formulas: true });
  const headers = {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}.csv"`,
    'x-content-type-options': 'nosniff',
  };
  void reply.headers(headers).send(Readable.from(rows).compose(csv) as unknown as Readable);
}

export const ORGANIZATION_COLUMNS = ['organizationId', 'organizationName'];

/** With the organization's id and name in columns of their own. */
export async function* withOrganization(
  rows: AsyncIterable<{ organization: { id: string; name: string } | null }>,
): AsyncGenerator<object> {
  for await (const { organization, ...row } of rows)
    yield { organizationId: organization?.id, organizationName: organization?.name, ...row };
}
