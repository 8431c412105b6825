const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** Whether a search parameter of an address may be the id of a thing; what is not is left out, as the API would refuse it. */
export const isId = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

/** Whether it is a time that the API takes. */
export const isTime = (value: string): boolean => TIME.test(value) && Date.parse(value) >= 0;
