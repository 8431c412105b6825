import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { RecommendResult } from '../../models/tasks/recommendation/task.js';
import { notFound } from '../../platform/errors/problem.js';
import { HistoriesService } from '../end-users/index.js';
import { ServingService } from '../serving/index.js';
import { ShowcaseRepository, type ShownDeployment } from './showcase.repository.js';
import type { Showcase, ShowcaseAnswer } from './showcase.schema.js';

const PEOPLE = 8;
const LIKED = 3;
const ITEMS = 6;
/** Of a person's latest, out of which those with the highest value are shown. */
const LOOKED_THROUGH = 50;
/** A newer version or data set is shown after this long at the latest. */
const KEPT_MS = 600_000;

type Shown = ShownDeployment & Showcase;

/**
 * What visitors may try: the few people of one deployment, each asked for once in a while, so that visitors cost no more the more they
 * are. Nothing is metered, and no other tenant is reached.
 */
@Injectable()
export class ShowcaseService {
  private readonly shown = new LRUCache<'now', Shown>({ max: 1, ttl: KEPT_MS, fetchMethod: () => this.load() });
  private readonly answers = new LRUCache<string, ShowcaseAnswer, { shown: Shown; userId: string }>({
    max: 10 * PEOPLE,
    ttl: KEPT_MS,
    fetchMethod: (_, __, { context }) => this.ask(context.shown, context.userId),
  });

  constructor(
    private readonly repository: ShowcaseRepository,
    private readonly histories: HistoriesService,
    private readonly serving: ServingService,
  ) {}

  async get(): Promise<Showcase> {
    return { people: (await this.shown.fetch('now'))?.people ?? [] };
  }

  /** @throws Problem 404 for anyone who is not shown */
  async recommend(userId: string): Promise<ShowcaseAnswer> {
    const shown = await this.shown.fetch('now');
    if (!shown?.people.some((person) => person.userId === userId)) throw notFound('person', userId);
    return this.answers.forceFetch(`${shown.deploymentId}/${userId}`, { context: { shown, userId } });
  }

  /** Nothing where nothing is shown, which is not kept: it may be any moment. */
  private async load(): Promise<Shown | undefined> {
    const found = await this.repository.find();
    const { interactions, items } = found?.sources ?? {};
    if (!found || !interactions) return undefined;
    const { tenantId, projectId } = found;
    const known = await this.histories.list(tenantId, projectId, interactions, { order: 'busiest', limit: PEOPLE });
    const people: Showcase['people'] = [];
    for (const { userId } of known.data) {
      const query = { limit: LOOKED_THROUGH, ...(items && { describedBy: items }) };
      const { latest } = await this.histories.get(tenantId, projectId, interactions, userId, query);
      const best = latest.toSorted((a, b) => Number(b.row['value'] ?? 0) - Number(a.row['value'] ?? 0));
      const liked = best.map(({ row, attributes }) => toItem(String(row['item_id']), attributes));
      const distinct = new Map(liked.map((item) => [item.itemId, item]));
      people.push({ userId, liked: [...distinct.values()].slice(0, LIKED) });
    }
    return { ...found, people };
  }

  private async ask({ tenantId, deploymentId }: ShownDeployment, userId: string): Promise<ShowcaseAnswer> {
    const request = { userId, limit: ITEMS, excludeSeen: true, personalized: true };
    const call = { deploymentId, operation: 'recommendations', request };
    const { source, items } = await this.serving.preview<RecommendResult>(tenantId, call);
    return { source, items: items.map(({ itemId, attributes }) => toItem(itemId, attributes)) };
  }
}

function toItem(itemId: string, attributes: Record<string, string> | undefined) {
  return { itemId, title: attributes?.['title'] ?? itemId };
}
