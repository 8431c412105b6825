/**
 * How large anything may be that somebody sends or makes here, whatever the plan. What is over a bound is refused where it
 * enters, with the bound and what to do. A test holds the table of docs/guides/limits.md to this file; what a plan allows of a thing
 * is a quota of prisma/price-list.
 */

/** Characters of a user's, an item's or an event type's name in data and in calls. */
export const ID_CHARACTERS_MAX = 256;

export const BOUNDS = {
  idCharacters: {
    most: ID_CHARACTERS_MAX,
    what: 'Characters of a user id, an item id, an event type, a label or the name of a column',
  },
  passageCharacters: { most: 10_000, what: 'Characters of a text that a model reads' },
  labels: { most: 32, what: 'Labels of one row' },
  cellBytes: { most: 8_192, what: 'Bytes of a cell of an uploaded file' },
  // A hundred of them, with their ids, stay below an answer's megabyte.
  attributeBytes: { most: 8_192, what: 'Bytes, as JSON, of the attributes of one item or user' },
  addedRows: { most: 100_000, what: 'Rows that are added to a data set by themselves, such as corrections' },
  rejectedRows: { most: 10_000, what: 'Rejected rows of an import that are kept to be downloaded' },
  namesOfUser: { most: 100, what: 'Names of one end user, by merging' },
  recentEvents: { most: 50, what: "A user's latest events that answers may take account of" },
  eventsOfCall: { most: 1_000, what: 'Events of one call' },
  syntheticRows: { most: 100_000, what: 'Rows of synthetic data that are made at once' },
  textsToLabel: { most: 100_000, what: 'Texts of a data set that wait for a label' },
  suggestionsOfDay: { most: 5_000, what: 'Texts of a data set that a model judges in a day before they are labelled' },
  labelFileBytes: { most: 8 * 1024 ** 2, what: 'Bytes of a file of texts to label' },
  columns: { most: 256, what: 'Columns of an uploaded file' },
  eventTypes: { most: 100, what: 'Distinct event types of the rows of a data set’s file, and of its events' },
  unpackedBytes: { most: 20e9, what: 'Bytes of an uploaded file once it is unpacked' },
  lineBytes: { most: 1024 ** 2, what: 'Bytes of a line of an uploaded file' },
  settingsBytes: { most: 8_192, what: "Bytes, as JSON, of a model's settings" },
  artifactBytes: { most: 1024 ** 3, what: 'Bytes of a model version' },
  answerBytes: { most: 1024 ** 2, what: 'Bytes of an answer, apart from downloads' },
  jsonBytes: { most: 64 * 1024, what: 'Bytes of a JSON body, of every route without a line of its own here' },
  longCallsWaiting: {
    most: 50,
    what: 'Calls that may bring much work, such as texts, of one organization that wait in one process',
  },
  readingsWaiting: {
    most: 10,
    what: "Looks into a data set, such as at one end user's rows, of one organization that wait in one process",
  },
  logReadsWaiting: {
    most: 20,
    what: 'Looks into the request log or the audit log, such as counting calls, of one organization that wait in one process',
  },
  longCallBytes: { most: 1024 ** 2, what: 'Bytes of the body of a call that brings long texts' },
  stripeEventBytes: { most: 1024 ** 2, what: "Bytes of Stripe's webhook and of the secret scanner's report" },
  pendingErasures: { most: 1_000, what: 'Erasures of an organization that are not completed' },
  ownedOrganizations: { most: 20, what: 'Organizations that one person owns' },
  membershipsOfPerson: { most: 100, what: 'Organizations that one person is a member of' },
  pendingInvitations: { most: 100, what: 'Invitations of an organization that are open' },
  domainsOfOrganization: { most: 20, what: "Domains of an organization's single sign-on" },
  pageCallsPerSecond: {
    most: 5,
    what: "Calls a second of one address with a publishable key, and never more than a quarter of the organization's",
  },
  pageCallsAtOnce: { most: 50, what: 'Calls at once of one address with a publishable key, likewise' },
  userTokenMinutes: { most: 60, what: 'Minutes that a user token of a page is good for' },
  userTokenSecrets: { most: 2, what: 'Secrets of a project that sign user tokens' },
  scimTokens: { most: 2, what: "Tokens of an organization's directory for SCIM" },
  webhookEndpoints: { most: 10, what: 'Webhook endpoints of an organization' },
  uploadsOfOrganization: { most: 2, what: 'Uploads of one organization at a time in one process' },
  previewBytes: { most: 256 * 1024, what: 'Bytes of the start of a file that a preview takes' },
  previewsWaiting: { most: 5, what: 'Previews of files of one organization that wait in one process' },
  uploadBytesPerSecond: {
    most: 8 * 1024 ** 2,
    what: 'Bytes of uploads a second of one organization in one process; more wait',
  },
  openUploads: { most: 20, what: 'Uploads in pieces of an organization that are not finished' },
  uploadPieces: { most: 10_000, what: 'Pieces of one upload' },
  urlSources: { most: 50, what: 'Addresses from which an organization has files fetched' },
  streamsOfOrganization: { most: 20, what: 'Event streams that one organization follows in one process' },
  streamsOfProcess: { most: 500, what: 'Event streams that one process serves' },
} as const satisfies Record<string, { most: number; what: string }>;
