import { hash32, type Random } from '../../compute/random/kernel.js';

/** How rows are made up. */
export interface SyntheticChoice {
  rows: number;
  /** 0 to 2³² − 1; the same makes the same rows. */
  seed: number;
  users?: number | undefined;
  items?: number | undefined;
  language: 'en' | 'zh';
}

/** What items belong to and users prefer: in each language the topic, and what such an item may be. */
export const TOPICS = [
  { en: ['garden', 'rake', 'hose', 'planter'], zh: ['园艺', '耙子', '水管', '花盆'] },
  { en: ['kitchen', 'kettle', 'pan', 'knife'], zh: ['厨房', '水壶', '煎锅', '刀具'] },
  { en: ['winter sports', 'sledge', 'helmet', 'glove'], zh: ['冬季运动', '雪橇', '头盔', '手套'] },
  { en: ['camping', 'tent', 'stove', 'lantern'], zh: ['露营', '帐篷', '炉具', '提灯'] },
  { en: ['books', 'novel', 'atlas', 'cookbook'], zh: ['图书', '小说', '地图册', '菜谱'] },
  { en: ['music', 'guitar', 'drum', 'flute'], zh: ['音乐', '吉他', '鼓', '长笛'] },
  { en: ['toys', 'puzzle', 'robot', 'kite'], zh: ['玩具', '拼图', '机器人', '风筝'] },
  { en: ['office', 'desk', 'lamp', 'chair'], zh: ['办公', '书桌', '台灯', '椅子'] },
] as const;

/** What each number is drawn for, so that one draw does not move another. */
const OF = { itemTopic: 1, userTopic: 2, userOther: 3 } as const;

export const topicOfItem = (seed: number, item: number) => hash32(seed, item, OF.itemTopic) % TOPICS.length;

/** What a user likes most, and next. */
export function topicsOfUser(seed: number, user: number): [most: number, next: number] {
  const most = hash32(seed, user, OF.userTopic) % TOPICS.length;
  const step = 1 + (hash32(seed, user, OF.userOther) % (TOPICS.length - 1));
  return [most, (most + step) % TOPICS.length];
}

/** Draws places of falling weight: the n-th has n to the power of minus `fall`. */
export class LongTail {
  private readonly sums: Float64Array;

  /** @param places what is drawn: numbers from 0, the most likely first */
  constructor(
    private readonly places: readonly number[],
    fall: number,
  ) {
    this.sums = new Float64Array(places.length);
    let sum = 0;
    places.forEach((place, i) => (this.sums[i] = sum += (place + 1) ** -fall));
  }

  get isEmpty(): boolean {
    return this.places.length === 0;
  }

  draw(random: Random): number {
    const wanted = random.uniform() * this.sums.at(-1)!;
    let [low, high] = [0, this.sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return this.places[low]!;
  }
}

export const countTo = (count: number) => Array.from({ length: count }, (_, place) => place);

export const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)]!;
