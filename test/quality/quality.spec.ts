import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../libs/compute/engine/engine.js';
import { openEngine } from '../../libs/compute/engine/open-engine.js';
import { type FamilyKey, manifests } from '../../libs/models/manifests.js';
import { tasks } from '../../libs/models/tasks/tasks.js';
import { families } from './families.js';
import type { Measured, Protocol, Row } from './family-quality.js';
import { describeMachine, figuresOf, isKept, keep, passes } from './results.js';
import { hasSharedFile } from './shared-files.js';

/** `npm run quality` measures everything and writes the page; `npm test` asks one small set whether the recipes still reach it. */
const IS_FULL = process.env['QUALITY_FULL'] === '1';
/** Goes on with a run that was cut off. */
const MISSING_ONLY = process.env['QUALITY_MISSING_ONLY'] === '1';
const SEEDS = [1, 2, 3];

interface Kept {
  name: string;
  recipe: string;
  figures: ReturnType<typeof figuresOf>;
}

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});

const measuredRows = Object.entries(families).flatMap(([key, family]) => {
  const floor = tasks[manifests[key as FamilyKey].task].baselines[0]!;
  return (IS_FULL ? family.rows : family.rows.slice(0, 1)).map((row) => ({ row, floor, ...family }));
});
for (const { row, floor, searchSeconds, ofChance, slow } of measuredRows) {
  /** The time that `auto` gets for its search. */
  const budgetSeconds = Number(process.env['QUALITY_BUDGET_SECONDS'] ?? searchSeconds);
  const timeout = 1_000 * (budgetSeconds + 1_800);
  const missing = row.needs.filter((file) => !hasSharedFile(file));
  if (missing.length > 0) console.warn(`${row.name} is skipped: ${missing.join(', ')} is not in ../shared/data.`);
  describe.skipIf(missing.length > 0)(row.name, () => {
    let protocol: Protocol;
    beforeAll(() => {
      protocol = row.load();
    }, 60_000);

    const isFirst = (recipe: string, place: number) => row.recipes.findIndex(([name]) => name === recipe) === place;
    const recipes = row.recipes.filter(([recipe], place) => IS_FULL || (!slow.has(recipe) && isFirst(recipe, place)));

    it.each(recipes)('%s with %j is measured', { timeout }, async (recipe, settings) => {
      if (MISSING_ONLY && isKept({ row: row.name, recipe, settings })) return;
      const startedMs = performance.now();
      const seeds = IS_FULL && ofChance.has(recipe) ? SEEDS : SEEDS.slice(0, 1);
      const measured = await measureSeeds(protocol, recipe, settings, seeds);
      await record(row, { recipe, settings }, measured, startedMs, seeds.length);
    });

    it('one of the recipes reaches 97 % of the best figures known, and none falls below the floor', () => {
      const results = measuredHere.filter(({ name }) => name === row.name);
      if (results.length < recipes.length) return;
      const reach = ({ figures }: Kept) => row.bars.every((bar) => passes(bar, figures[bar.metric]!.value));
      expect(results.filter(reach)).not.toEqual([]);
      const least = results.find(({ recipe }) => recipe === floor)?.figures;
      for (const { recipe, figures } of least ? results : []) {
        for (const { metric } of row.bars) {
          expect(figures[metric]!.value, recipe).toBeGreaterThanOrEqual(least![metric]!.value);
        }
      }
    });

    it.skipIf(!row.isSearched || !IS_FULL)(
      'auto reaches 97 % of the best figure known without being told the recipe',
      { timeout },
      async () => {
        if (MISSING_ONLY && isKept({ row: row.name, recipe: 'auto', settings: {} })) return;
        const startedMs = performance.now();
        const { explanation, ...choice } = await protocol.search(engine, budgetSeconds);
        console.info(explanation);
        const measured = await measureSeeds(protocol, choice.recipe, choice.settings, [1]);
        const found = { recipe: 'auto', chosen: choice.recipe, settings: choice.settings };
        const figures = await record(row, found, measured, startedMs, 1);
        for (const bar of row.bars) expect(passes(bar, figures[bar.metric]!.value), bar.metric).toBe(true);
      },
    );
  });
}

/** What this run has measured, to be compared at the end of each row. */
const measuredHere: Kept[] = [];

async function measureSeeds(
  protocol: Protocol,
  recipe: string,
  settings: object,
  seeds: number[],
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const seed of seeds) measured.push(await protocol.fitAndMeasure(engine, recipe, settings, seed));
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
  if (IS_FULL) keep(result);
  return figures;
}
