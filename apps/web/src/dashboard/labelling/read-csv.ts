/** A file of CSV as its header and the rows below; quoted cells may hold line breaks. */
export async function readCsv(file: Blob): Promise<{ headers: string[]; rows: string[][] }> {
  const { default: papaparse } = await import('papaparse');
  const { data } = papaparse.parse<string[]>(await file.text(), { skipEmptyLines: true });
  const [headers = [], ...rows] = data;
  return { headers, rows };
}

/** The texts of one column as a file that keeps their line breaks. */
export function toLines(rows: readonly string[][], column: number): Blob {
  const texts = rows.map((row) => row[column] ?? '').filter((text) => text.trim() !== '');
  return new Blob([texts.map((text) => `${JSON.stringify({ text })}\n`).join('')]);
}
