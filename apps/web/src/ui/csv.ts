/** Lines of RFC 4180, the first its header. */
export const toCsv = (rows: string[][]): string => rows.map((cells) => `${cells.map(quote).join(',')}\r\n`).join('');

const quote = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Saves it as a file. The mark at its front tells spreadsheets that it is UTF-8. */
export function downloadCsv(name: string, csv: string): void {
  const url = URL.createObjectURL(new Blob(['\uFEFF', csv], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
