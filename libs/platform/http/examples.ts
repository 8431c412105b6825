const id = (last: string) => `019ab3c4-5d6e-7f80-9a1b-${last.padStart(12, '0')}`;

/** Ids in the examples of openapi.json, one a noun, so that an answer's id is the one that the next call names. */
export const EXAMPLE_IDS = {
  organization: id('1'),
  user: id('2'),
  project: id('3'),
  dataSet: id('4'),
  import: id('5'),
  model: id('6'),
  trainingJob: id('7'),
  modelVersion: id('8'),
  deployment: id('9'),
  apiKey: id('10'),
  call: id('11'),
  endpoint: id('12'),
  message: id('13'),
  delivery: id('14'),
  limit: id('15'),
  erasure: id('16'),
  entry: id('17'),
  correction: id('18'),
  mail: id('19'),
  invitation: id('20'),
  member: id('21'),
  session: id('22'),
  passkey: id('23'),
  identity: id('24'),
  scimToken: id('25'),
  upload: id('26'),
  urlSource: id('27'),
  userTokenSecret: id('34'),
  impersonation: id('30'),
  override: id('31'),
  announcement: id('32'),
  stripeEvent: id('33'),
};

export const EXAMPLE_SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
export const EXAMPLE_TIME = '2026-11-23T10:12:05.000Z';
