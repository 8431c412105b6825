import { Random } from '../../compute/random/kernel.js';
import { pick, type SyntheticChoice, TOPICS, topicOfItem, topicsOfUser } from './world.js';

const LOOKS = {
  en: ['Small', 'Light', 'Classic', 'Blue', 'Folding', 'Sturdy', 'Quiet', 'Green'],
  zh: ['小号', '轻便', '经典', '蓝色', '折叠', '坚固', '静音', '绿色'],
};
const BRANDS = ['Alder', 'Brook', 'Cedar', 'Dune', 'Ember', 'Fjord'];
const COUNTRIES = ['DE', 'CN', 'US', 'FR', 'BR', 'IN'];

/** Items that interactions of the same seed are about: what they are called, their topic, price and brand. */
export function* makeItems({ rows, seed, language }: SyntheticChoice): Generator<string> {
  const random = Random.seeded(seed);
  yield 'item_id,title,topic,price,brand\n';
  for (let item = 0; item < rows; item++) {
    const [topic, ...things] = TOPICS[topicOfItem(seed, item)]![language];
    const title = [pick(random, LOOKS[language]), pick(random, things), item + 1].join(' ');
    const price = (4 + 96 * random.uniform() ** 2).toFixed(2);
    yield `item-${item + 1},${title},${topic},${price},${pick(random, BRANDS)}\n`;
  }
}

/** Users that interactions of the same seed are of: what they like, and where they are. */
export function* makeUsers({ rows, seed, language }: SyntheticChoice): Generator<string> {
  const random = Random.seeded(seed);
  yield 'user_id,favourite_topic,country\n';
  for (let user = 0; user < rows; user++) {
    const [most] = topicsOfUser(seed, user);
    yield `user-${user + 1},${TOPICS[most]![language][0]},${pick(random, COUNTRIES)}\n`;
  }
}
