import { Random } from '../../compute/random/kernel.js';
import { countTo, LongTail, type SyntheticChoice, TOPICS, topicOfItem, topicsOfUser } from './world.js';

const DAYS = 365;
const DAY_SECONDS = 86_400;
/** A fixed end, so that a seed says it all: 1 January 2026, midnight UTC. */
const END = 1_767_225_600;
/** Of what a user does: with what they like most, and with that or what they like next. */
const MOST = 0.65;
const MOST_OR_NEXT = 0.85;
const TRIES = 8;

/**
 * What users did over a year. They keep to their topics; some are far busier than others, as some items are far better liked; each topic has
 * its months, and weekends are busier than weekdays. Yields lines of CSV in the order of time.
 */
export function* makeInteractions({ rows, seed, ...sizes }: SyntheticChoice): Generator<string> {
  const users = sizes.users ?? Math.max(2, Math.ceil(rows / 20));
  const items = sizes.items ?? Math.max(TOPICS.length, Math.ceil(rows / 50));
  const random = Random.seeded(seed);
  const byActivity = new LongTail(countTo(users), 0.4);
  const anyItem = new LongTail(countTo(items), 0.8);
  const itemsOfTopic = TOPICS.map((_, topic) => {
    const own = new LongTail(
      countTo(items).filter((item) => topicOfItem(seed, item) === topic),
      0.8,
    );
    return own.isEmpty ? anyItem : own;
  });
  const had = new Set<number>();
  const made: { user: number; item: number; value: number; event: string; time: number }[] = [];
  for (let row = 0; row < rows; row++) {
    const user = byActivity.draw(random);
    const [most, next] = topicsOfUser(seed, user);
    const chance = random.uniform();
    const isMost = chance < MOST;
    const topic = isMost ? most : chance < MOST_OR_NEXT ? next : Math.floor(random.uniform() * TOPICS.length);
    let item = itemsOfTopic[topic]!.draw(random);
    for (let tries = 1; tries < TRIES && had.has(user * items + item); tries++)
      item = itemsOfTopic[topic]!.draw(random);
    had.add(user * items + item);
    const value = Math.min(5, Math.max(1, Math.round((isMost ? 4.2 : 3.2) + random.gaussian())));
    const event = random.uniform() < 0.2 ? 'purchase' : 'view';
    made.push({ user, item, value, event, time: drawTime(random, topic) });
    if (row % 1_000 === 999) yield '';
  }
  made.sort((a, b) => a.time - b.time);
  yield 'user_id,item_id,event_type,value,timestamp\n';
  for (const { user, item, value, event, time } of made)
    yield `user-${user + 1},item-${item + 1},${event},${value},${time}\n`;
}

/** More often in the topic's months and on weekends. */
function drawTime(random: Random, topic: number): number {
  for (;;) {
    const time = END - 1 - Math.floor(random.uniform() * DAYS * DAY_SECONDS);
    const date = new Date(time * 1_000);
    const ofYear = (date.getUTCMonth() * 30 + date.getUTCDate()) / DAYS;
    const year = 1 + 0.8 * Math.cos(2 * Math.PI * (ofYear - topic / TOPICS.length));
    const week = date.getUTCDay() % 6 === 0 ? 1.5 : 1;
    if (random.uniform() * 2.7 < year * week) return time;
  }
}
