import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../libs/compute/engine/engine.js';
import { openEngine } from '../../libs/compute/engine/open-engine.js';
import { tune } from '../../libs/models/recommender/auto/tune.js';
import type { RecipeChoice } from '../../libs/models/recommender/manifest.js';
import { defaultMemoryBytesMax } from '../../libs/models/training/memory.js';
import { fitRecipe, parseChoice } from '../../libs/models/recommender/recipes/recipes.js';
import { autoSettings } from '../../libs/models/recommender/settings.js';
import { hasSharedFile } from './data-files.js';
import { describeMachine, figuresOf, isKept, keep, passes } from './results.js';
import { ROWS, type Measured, type Protocol, type Row } from './rows.js';

/** `npm run quality` measures everything and writes the page; `npm test` asks one small set whether the recipes still reach it. */
const IS_FULL = process.env['QUALITY_FULL'] === '1';
/** The time that `auto` gets for its search. */
const BUDGET_SECONDS = Number(process.env['QUALITY_BUDGET_SECONDS'] ?? autoSettings.parse({}).budgetSeconds);
/** Goes on with a run that was cut off. */
const MISSING_ONLY = process.env['QUALITY_MISSING_ONLY'] === '1';
const TIMEOUT_MS = 1_000 * (BUDGET_SECONDS + 1_800);
/** Recipes that draw their start by chance. */
const OF_CHANCE = new Set(['ials', 'ials++', 'bpr', 'explicit-mf', 'embedding-mf', 'two-tower', 'hybrid']);
const SEEDS = [1, 2, 3];
/** Too slow for every `npm test`. */
const SLOW = new Set(['sequence', 'two-tower']);

interface Kept {
  name: string;
  recipe: string;
  figures: ReturnType<typeof figuresOf>;
}

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});

for (const row of IS_FULL ? ROWS : ROWS.slice(0, 1)) {
  const missing = row.needs.filter((file) => !hasSharedFile(file));
  if (missing.length > 0) console.warn(`${row.name} is skipped: ${missing.join(', ')} is not in ../shared/data.`);
  describe.skipIf(missing.length > 0)(row.name, () => {
    let protocol: Protocol;
    beforeAll(() => {
      protocol = row.load();
    }, 60_000);

    const recipes = row.recipes.filter(([recipe]) => IS_FULL || !SLOW.has(recipe));

    it.each(recipes)('%s with %j is measured', { timeout: TIMEOUT_MS }, async (recipe, settings) => {
      if (MISSING_ONLY && isKept({ row: row.name, recipe, settings })) return;
      const startedMs = performance.now();
      // A fit of `sequence` takes a quarter of an hour; it is measured once.
      const seeds = IS_FULL && OF_CHANCE.has(recipe) ? SEEDS : SEEDS.slice(0, 1);
      const measured = await measureSeeds(protocol, parseChoice(recipe, settings) as RecipeChoice, seeds);
      await record(row, { recipe, settings }, measured, startedMs, seeds.length);
    });

    it('one of the recipes reaches 97 % of the best figures known, and none falls below popularity', () => {
      const results = measuredHere.filter(({ name }) => name === row.name);
      if (results.length < recipes.length) return;
      const reach = ({ figures }: Kept) => row.bars.every((bar) => passes(bar, figures[bar.metric].value));
      expect(results.filter(reach)).not.toEqual([]);
      const floor = results.find(({ recipe }) => recipe === 'popularity')?.figures;
      for (const { recipe, figures } of floor ? results : []) {
        for (const { metric } of row.bars) {
          expect(figures[metric].value, recipe).toBeGreaterThanOrEqual(floor![metric].value);
        }
      }
    });

    it.skipIf(row.goal === null || !IS_FULL)(
      'auto reaches 97 % of the best figure known without being told the recipe',
      { timeout: TIMEOUT_MS },
      async () => {
        if (MISSING_ONLY && isKept({ row: row.name, recipe: 'auto', settings: {} })) return;
        const startedMs = performance.now();
        const { choice, report } = await tune(protocol.train, {
          engine,
          seed: 1,
          goal: row.goal!,
          budgetSeconds: BUDGET_SECONDS,
          memoryBytesMax: defaultMemoryBytesMax(engine),
          report: async () => undefined,
        });
        console.info(report.explanation);
        const measured = await measureSeeds(protocol, choice, [1]);
        const found = { recipe: 'auto', chosen: choice.recipe, settings: choice.settings };
        const figures = await record(row, found, measured, startedMs, 1);
        for (const bar of row.bars) expect(passes(bar, figures[bar.metric].value), bar.metric).toBe(true);
      },
    );
  });
}

/** What this run has measured, to be compared at the end of each row. */
const measuredHere: Kept[] = [];

async function measureSeeds(protocol: Protocol, choice: RecipeChoice, seeds: number[]): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const seed of seeds) {
    const context = { engine, seed, report: async () => undefined };
    const fit = await fitRecipe(choice, protocol.train, defaultMemoryBytesMax(engine), context);
    measured.push(await protocol.measure(engine, fit));
    fit.release();
  }
  return measured;
}

async function record(
  row: Row,
  asked: { recipe: string; chosen?: string; settings: object },
  measured: Measured[],
  startedMs: number,
  seeds: number,
) {
  const figures = figuresOf(row, measured);
  measuredHere.push({ name: row.name, recipe: asked.recipe, figures });
  const result = {
    row: row.name,
    ...asked,
    seeds,
    figures,
    seconds: (performance.now() - startedMs) / 1000,
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(engine.name),
  };
  if (IS_FULL) await keep(result);
  return figures;
}
