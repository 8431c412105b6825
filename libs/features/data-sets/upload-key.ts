/** Where an import's file waits in the object store until the import has ended. */
export function uploadKeyOf(tenantId: string, importId: string): string {
  return `${tenantId}/uploads/${importId}.csv`;
}
