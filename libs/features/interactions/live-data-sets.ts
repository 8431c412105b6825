import { Injectable } from '@nestjs/common';
import { Changes } from '../../platform/changes/changes.js';
import { WatchedCache } from '../../platform/changes/watched-cache.js';
import { parseId } from '../../platform/http/ids.js';
import { DataSetsService } from '../data-sets/index.js';

/** Where a project's events go, kept in memory until Postgres tells that it is gone: so events are taken while Postgres is away. */
@Injectable()
export class LiveDataSets {
  /** By tenant, project and data set; no data set where none was named. */
  private readonly ids: WatchedCache<{ id: string }>;

  constructor(
    private readonly dataSets: DataSetsService,
    changes: Changes,
  ) {
    this.ids = new WatchedCache(changes);
    changes.onChange(({ table, id }) => {
      if (table === 'data_sets') this.ids.forgetWhere((dataSet) => dataSet.id === id);
    });
  }

  /**
   * The named data set, or the project's live one, which is made where there is none.
   *
   * @throws Problem 404 where it is not this project's of this tenant; 409 where it does not hold interactions; 402 where the plan allows no more
   */
  async idOf(tenantId: string, projectId: string, dataSetId: string | undefined): Promise<string> {
    const named = dataSetId && parseId('data set', dataSetId);
    const project = parseId('project', projectId);
    const key = `${tenantId}/${project}/${named ?? ''}`;
    return (await this.ids.get(key, () => this.dataSets.requireForEvents(tenantId, project, named))).id;
  }
}
