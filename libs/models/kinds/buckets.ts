/**
 * SQL of a distribution: how many of the sizes that `sizes` selects are up to each of `ends`, the one before excluded, and how many are above
 * the last.
 */
export function bucketsOf(sizes: string, ends: readonly number[]): string {
  const place = ends.map((end, index) => `WHEN size <= ${end} THEN ${index}`).join(' ');
  const labels = [...ends.map((end, index) => labelOf((ends[index - 1] ?? 0) + 1, end)), `> ${ends.at(-1)}`];
  const rows = labels.map((label, index) => `(${index}, '${label}')`).join(', ');
  return `SELECT label, coalesce(many, 0) AS count FROM (VALUES ${rows}) bars(place, label)
    LEFT JOIN (SELECT CASE ${place} ELSE ${ends.length} END AS place, count(*) AS many FROM (${sizes}) GROUP BY 1) USING (place) ORDER BY place`;
}

const labelOf = (from: number, to: number) => (from === to ? String(to) : `${from}–${to}`);
