/** What a tenant who does his worst is told: where, with what, and how. */
export interface Attack {
  kind: AttackKind;
  url: string;
  cookie: string;
  key: string;
  email: string;
  projectId: string;
  deploymentId: string;
  dataSetIds: string[];
  modelIds: string[];
  endpointIds: string[];
  /** Of a job that waits for ever. */
  jobPath: string;
  /** Of a large CSV. */
  file: string;
}

export const ATTACKS = [
  'recommendations at ten times the limit',
  'six uploads of 27 MB',
  '200 event streams',
  '24 login loops',
  'endpoints that never answer',
  'every training that may wait',
  'a file of 16,000 columns',
  'the largest attributes',
] as const;
export type AttackKind = (typeof ATTACKS)[number];
