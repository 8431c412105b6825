import { labelledTexts } from '../../../../libs/models/kinds/labelled-texts.js';
import type { FamilyJourney } from '../family-journey.js';
import { pickValues } from '../file-rows.js';

const HEADERS: readonly string[] = labelledTexts.columns.text.spellings;
const TEXTS = 3;
const SHOWN_CHARACTERS = 60;

interface Classifications {
  results: { labels: string[]; classes: { label: string; score: number }[]; abstained: boolean; reason?: string }[];
}

export const textClassification: FamilyJourney = {
  recipe: 'linear',
  meter: 'classification_requests',
  calls: async (file) =>
    (await pickValues(file, HEADERS, TEXTS)).map((text) => ({
      what: `Classify "${text.slice(0, SHOWN_CHARACTERS)}"`,
      operation: 'classifications',
      request: { text, topK: 3 },
      show,
    })),
};

function show({ results: [result] }: Classifications): string[] {
  const { labels, classes, abstained, reason } = result!;
  const said = abstained ? `no answer (${reason})` : labels.join(', ');
  return [`${said}:`, ...classes.map(({ label, score }) => `  ${label} (${Number(score.toFixed(3))})`)];
}
