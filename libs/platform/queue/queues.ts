/** Every queue. A message carries ids only: the row that they name is the truth. */
export const QUEUES = ['imports'] as const;

export type QueueName = (typeof QUEUES)[number];

export interface QueueMessage {
  tenantId: string;
  id: string;
}
