import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '../../platform/database/database.js';

/** What a call that named itself was answered. */
export interface RememberedAnswer {
  payloadHash: string;
  /** JSON. */
  answer: string;
}

const REMEMBER = `
  INSERT INTO remembered_answers (tenant_id, id, payload_hash, answer)
  SELECT tenant_id, id, decode(payload_hash, 'hex'), answer
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS given (tenant_id, id, payload_hash, answer)
  ON CONFLICT DO NOTHING`;

const FIND = `
  SELECT encode(payload_hash, 'hex') AS "payloadHash", answer FROM remembered_answers
  WHERE tenant_id = $1 AND id = $2 AND created_at > now() - interval '1 day'`;

@Injectable()
export class RememberedAnswersRepository {
  constructor(private readonly database: Database) {}

  find(tenantId: string, id: string): Promise<RememberedAnswer | undefined> {
    return this.database.tenantSql(
      tenantId,
      async (sql) => (await sql.rows<RememberedAnswer>(FIND, [tenantId, id]))[0],
    );
  }

  /** Keeps the first answer of each call; requires a system transaction. */
  async remember(sql: Sql, answers: (RememberedAnswer & { tenantId: string; id: string })[]): Promise<void> {
    if (answers.length === 0) return;
    await sql.run(REMEMBER, [
      answers.map(({ tenantId }) => tenantId),
      answers.map(({ id }) => id),
      answers.map(({ payloadHash }) => payloadHash),
      answers.map(({ answer }) => answer),
    ]);
  }
}
