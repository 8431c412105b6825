export const manifests = {};
