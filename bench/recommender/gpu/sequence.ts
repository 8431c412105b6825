import { openEngine } from '../../../libs/compute/engine/open-engine.js';
import { Random } from '../../../libs/compute/random/kernel.js';
import { shuffledOrder } from '../../../libs/compute/random/order.js';
import type { Events } from '../../../libs/models/recommender/events.js';
import type { FittableRecipe } from '../../../libs/models/recommender/manifest.js';
import { fitRecipe, parseChoice } from '../../../libs/models/recommender/recipes/recipes.js';
import type { FitProgress } from '../../../libs/models/training/fit.js';
import type { Bench, Figure } from '../../gpu/bench.js';
import { generateInteractions } from '../interactions.js';

const USERS = 20_000;
const ITEMS = 20_000;
const INTERACTIONS = 1_000_000;
const EPOCHS = 2;

/** Training of the recipe as a job runs it, from the report of its first epoch, which compiles, to that of its last. */
export async function measureSequence({ device, scale }: Bench): Promise<Figure[]> {
  const events = drawEvents(scale);
  const engine = await openEngine();
  const { settings } = parseChoice('sequence', { epochs: EPOCHS, patience: EPOCHS });
  let last = performance.now();
  let rate = NaN;
  const report = async ({ examples }: FitProgress) => {
    if (examples === undefined) return;
    rate = examples / ((performance.now() - last) / 1000);
    last = performance.now();
  };
  const choice = { recipe: 'sequence' as FittableRecipe, settings };
  const fit = await fitRecipe(choice, events, Infinity, { engine, device, seed: 1, report });
  fit.release();
  await engine.close();
  return [
    {
      what: `Recipe sequence, ${events.users.length.toLocaleString('en')} interactions, default settings`,
      ours: `${Math.round(rate).toLocaleString('en')} interactions/s`,
      peer: null,
      ratio: null,
      floorShare: null,
    },
  ];
}

/** Each user's items in an order of chance. */
function drawEvents(scale: number): Events {
  const [userCount, itemCount, interactions] = [USERS, ITEMS, INTERACTIONS].map((count) =>
    Math.max(64, Math.round(count * scale)),
  );
  const { offsets, indices } = generateInteractions({
    name: '',
    users: userCount,
    items: itemCount,
    interactions,
    seed: 4,
  });
  const random = Random.seeded(5);
  const users = new Uint32Array(indices.length);
  const items = new Uint32Array(indices.length);
  for (let user = 0; user < userCount; user++) {
    const [start, end] = [offsets[user], offsets[user + 1]];
    users.fill(user, start, end);
    items.set(
      shuffledOrder(end - start, random).map((place) => indices[start + place]),
      start,
    );
  }
  const timestamps = Float64Array.from(indices, (_, place) => place);
  return { userCount, itemCount, users, items, timestamps, values: null, eventTypes: null };
}
