/** What a customer puts into their pages. */
export function pageSnippet({
  origin,
  projectId,
  key,
  deploymentId,
}: {
  /** Of the platform. */
  origin: string;
  projectId: string;
  key: string;
  /** Of a deployment that recommends; null where there is none yet. */
  deploymentId: string | null;
}): string {
  return [
    `<script src="${origin}/kindred.js"></script>`,
    '<script>',
    '  kindred.init({',
    `    key: '${key}',`,
    `    project: '${projectId}',`,
    '  });',
    "  kindred.track({ itemId: 'lamp', eventType: 'view' });",
    ...(deploymentId
      ? [
          `  kindred.recommendations({ deployment: '${deploymentId}', limit: 5 }).then(({ items }) => console.log(items));`,
        ]
      : []),
    '</script>',
  ].join('\n');
}
