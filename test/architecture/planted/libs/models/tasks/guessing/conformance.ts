export const conformance = {};
