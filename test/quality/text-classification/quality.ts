import type { Engine } from '../../../libs/compute/engine/engine.js';
import { tune } from '../../../libs/models/text-classification/auto/tune.js';
import { judge, likeliest, type Classifier } from '../../../libs/models/text-classification/classifier.js';
import { fitClassifier } from '../../../libs/models/text-classification/fit.js';
import { inputOf, type TextsInput } from '../../../libs/models/text-classification/input.js';
import type { RecipeChoice } from '../../../libs/models/text-classification/manifest.js';
import { parseChoice } from '../../../libs/models/text-classification/recipes/recipes.js';
import { autoSettings } from '../../../libs/models/text-classification/settings.js';
import type { FamilyQuality, Measured, Row } from '../family-quality.js';
import type { Labelled, TextSplit } from './data-files.js';
import { ROWS, type TextRow } from './rows.js';

export const textClassification: FamilyQuality = {
  rows: ROWS.map(rowOf),
  searchSeconds: autoSettings.parse({}).budgetSeconds,
  ofChance: new Set(),
  slow: new Set(),
};

const report = async () => undefined;

function rowOf({ load, draws = 1, ...row }: TextRow): Row {
  return {
    ...row,
    isSearched: true,
    load: () => {
      const splits = Array.from({ length: draws }, (_, draw) => load(draw + 1));
      return {
        fitAndMeasure: async (engine, recipe, settings, seed) => {
          const measured: Measured[] = [];
          for (const split of splits) measured.push(await fitAndMeasure(engine, split, recipe, settings, seed));
          return meanOf(measured);
        },
        search: async (engine, budgetSeconds) => {
          const tuned = await tune(readRows(splits[0]!.train), { engine, seed: 1, budgetSeconds, report });
          return { ...tuned.choice, explanation: tuned.report.explanation };
        },
      };
    },
  };
}

async function fitAndMeasure(
  engine: Engine,
  { train, test, outOfScope }: TextSplit,
  recipe: string,
  settings: object,
  seed: number,
): Promise<Measured> {
  const input = readRows(train);
  const choice = parseChoice(recipe, settings) as RecipeChoice;
  const { classifier, release } = await fitClassifier(choice, input, { engine, seed, report });
  const isRight = ({ text, label }: Labelled) =>
    Number(input.labels[likeliest(judge(classifier, text).chances)] === label);
  const accuracy = Float64Array.from(test, isRight);
  const auroc = outOfScope && compareFamiliarity(classifier, test, outOfScope);
  release();
  return { accuracy, ...(auroc && { auroc }) };
}

/** `[in scope]`: the share of the texts out of scope that are less familiar, the mean of which is the area under the ROC curve. */
function compareFamiliarity(classifier: Classifier, inScope: Labelled[], outOfScope: string[]) {
  const foreign = Float64Array.from(outOfScope, (text) => judge(classifier, text).familiarity);
  return Float64Array.from(inScope, ({ text }) => {
    const { familiarity } = judge(classifier, text);
    const [below, alike] = [foreign.filter((other) => other < familiarity), foreign.filter((o) => o === familiarity)];
    return (below.length + alike.length / 2) / foreign.length;
  });
}

function readRows(rows: Labelled[]): TextsInput {
  return inputOf(rows.map(({ text, label }) => ({ text, labels: [label] })));
}

/** Of each case over several draws of the training side. */
function meanOf(measured: Measured[]): Measured {
  const mean = (metric: string) =>
    measured[0]![metric]!.map((_, i) => measured.reduce((sum, each) => sum + each[metric]![i]!, 0) / measured.length);
  return Object.fromEntries(Object.keys(measured[0]!).map((metric) => [metric, mean(metric)]));
}
