import { labelledTexts } from '../../../../libs/models/kinds/labelled-texts.js';
import { quoteName, quoteText, withTables } from '../../../../libs/platform/tables/tables.js';
import type { FamilyJourney } from '../family-journey.js';

const HEADERS: readonly string[] = labelledTexts.columns.text.spellings;
const SHOWN_CHARACTERS = 60;

interface Classifications {
  results: { labels: string[]; classes: { label: string; score: number }[]; abstained: boolean; reason?: string }[];
}

export const textClassification: FamilyJourney = {
  recipe: 'linear',
  meter: 'classification_requests',
  calls: async (file) =>
    (await pickTexts(file)).map((text) => ({
      what: `Classify "${text.slice(0, SHOWN_CHARACTERS)}"`,
      operation: 'classifications',
      request: { text, topK: 3 },
      show,
    })),
};

/** Three texts of the file, the same ones each time. */
async function pickTexts(file: string): Promise<string[]> {
  return withTables([file], {}, async (connection) => {
    const source = `read_csv(${quoteText(file)}, header = true, all_varchar = true, ignore_errors = true)`;
    const names = (await connection.runAndReadAll(`SELECT * FROM ${source} LIMIT 0`)).columnNames();
    const column = quoteName(HEADERS.find((name) => names.includes(name)) ?? names[0]!);
    const reader = await connection.runAndReadAll(
      `SELECT DISTINCT ${column} FROM ${source} WHERE ${column} IS NOT NULL ORDER BY hash(${column}) LIMIT 3`,
    );
    return reader.getRows().map(([text]) => String(text));
  });
}

function show({ results: [result] }: Classifications): string[] {
  const { labels, classes, abstained, reason } = result!;
  const said = abstained ? `no answer (${reason})` : labels.join(', ');
  return [`${said}:`, ...classes.map(({ label, score }) => `  ${label} (${Number(score.toFixed(3))})`)];
}
