import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { findRecipe, manifests, recipeKeys } from '../../models/manifests.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { inUse, notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { DATA_SET_KINDS, type DataSetKind, DataSetsService } from '../data-sets/index.js';
import { LimitsService } from '../limits/index.js';
import { ProjectsService, type Rename } from '../projects/index.js';
import { wrongDataSetKind, wrongSettings } from './models.errors.js';
import { ModelsRepository, type NewModelVersion, type StoredArtifact } from './models.repository.js';
import type { CreateModel, Model, ModelVersion } from './models.schema.js';

@Injectable()
export class ModelsService {
  constructor(
    private readonly database: Database,
    private readonly repository: ModelsRepository,
    private readonly projects: ProjectsService,
    private readonly dataSets: DataSetsService,
    private readonly limits: LimitsService,
  ) {}

  /** Every recipe with the schema of its settings, and what the metrics mean. */
  listRecipes() {
    const recipes = recipeKeys.map((key) => {
      const { family, summary, settings } = findRecipe(key)!;
      return { key, family, summary, settings: z.toJSONSchema(settings, { io: 'input' }) };
    });
    return { recipes, metrics: Object.assign({}, ...Object.values(manifests).map(({ metrics }) => metrics)) };
  }

  create(tenantId: string, projectId: string, body: CreateModel): Promise<Model> {
    const settings = parseSettings(body);
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      await this.limits.requireThing(transaction, tenantId, 'models');
      for (const kind of DATA_SET_KINDS) await this.requireKind(transaction, projectId, kind, body[`${kind}DataSetId`]);
      const { name, recipe, interactionsDataSetId, itemsDataSetId = null, usersDataSetId = null } = body;
      const sources = { interactionsDataSetId, itemsDataSetId, usersDataSetId };
      return this.repository.create(transaction, {
        tenantId,
        id: newId(),
        projectId,
        name,
        recipe,
        settings,
        ...sources,
      });
    });
  }

  list(tenantId: string, projectId: string, query: PageQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      return toPage(await this.repository.list(transaction, projectId, query), query);
    });
  }

  get(tenantId: string, projectId: string, modelId: string): Promise<Model> {
    return this.database.tenant(tenantId, (transaction) => this.require(transaction, projectId, modelId));
  }

  listVersions(tenantId: string, projectId: string, modelId: string, query: PageQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.require(transaction, projectId, modelId);
      return toPage(await this.repository.listVersions(transaction, modelId, query), query);
    });
  }

  rename(tenantId: string, projectId: string, modelId: string, { name }: Rename): Promise<Model> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.require(transaction, projectId, modelId);
      await this.repository.rename(transaction, id, name);
      return this.require(transaction, projectId, modelId);
    });
  }

  /** @throws Problem 409 while a version of it is deployed, or a job of it waits or runs */
  async delete(tenantId: string, projectId: string, modelId: string): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.require(transaction, projectId, modelId);
      const deployments = await this.repository.findDeployments(transaction, { modelId: id });
      if (deployments.length > 0) throw inUse('The model', { noun: 'deployment', names: deployments });
      const jobs = await this.repository.findActiveJobs(transaction, id);
      if (jobs.length > 0) throw inUse('The model', { noun: 'training job', names: jobs });
      await this.repository.delete(transaction, id);
    });
  }

  renameVersion(
    tenantId: string,
    projectId: string,
    modelId: string,
    modelVersionId: string,
    { name }: Rename,
  ): Promise<ModelVersion> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.requireVersion(transaction, projectId, modelId, modelVersionId);
      await this.repository.renameVersion(transaction, id, name);
      return this.requireVersion(transaction, projectId, modelId, modelVersionId);
    });
  }

  /** @throws Problem 409 while it is deployed */
  async deleteVersion(tenantId: string, projectId: string, modelId: string, modelVersionId: string): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.requireVersion(transaction, projectId, modelId, modelVersionId);
      const names = await this.repository.findDeployments(transaction, { id });
      if (names.length > 0) throw inUse('The version', { noun: 'deployment', names });
      await this.repository.deleteVersion(transaction, id);
    });
  }

  private async requireVersion(
    transaction: Transaction,
    projectId: string,
    modelId: string,
    modelVersionId: string,
  ): Promise<ModelVersion> {
    const model = await this.require(transaction, projectId, modelId);
    const id = parseId('model version', modelVersionId);
    const version = await this.repository.findVersion(transaction, model.id, id);
    if (!version) throw notFound('model version', modelVersionId);
    return version;
  }

  /** @throws Problem 404 where the model is not in this project of this tenant */
  async require(transaction: Transaction, projectId: string, modelId: string): Promise<Model> {
    const id = parseId('model', modelId);
    const model = await this.repository.find(transaction, parseId('project', projectId), id);
    if (!model) throw notFound('model', modelId);
    return model;
  }

  /** Adds what a training job made, in the transaction that completes the job. */
  async addVersion(transaction: Transaction, version: NewModelVersion): Promise<void> {
    await this.repository.createVersion(transaction, version);
  }

  findArtifact(transaction: Transaction, modelVersionId: string): Promise<StoredArtifact | null> {
    return this.repository.findArtifact(transaction, modelVersionId);
  }

  private async requireKind(
    transaction: Transaction,
    projectId: string,
    kind: DataSetKind,
    dataSetId: string | undefined,
  ): Promise<void> {
    if (dataSetId === undefined) return;
    const dataSet = await this.dataSets.require(transaction, projectId, dataSetId);
    if (dataSet.kind !== kind) throw wrongDataSetKind(`${kind}DataSetId`, kind, dataSet.kind);
  }
}

function parseSettings({ recipe, settings }: CreateModel): Record<string, unknown> {
  const result = findRecipe(recipe)!.settings.safeParse(settings);
  if (result.success) return boundedSettings(result.data as Record<string, unknown>);
  throw wrongSettings(
    result.error.issues.map(({ path, message }) => ({ path: ['settings', ...path].join('.'), message })),
  );
}

/** A page of a hundred models must stay below what an answer may hold. */
function boundedSettings(settings: Record<string, unknown>): Record<string, unknown> {
  const { most } = BOUNDS.settingsBytes;
  if (Buffer.byteLength(JSON.stringify(settings)) <= most) return settings;
  throw wrongSettings([{ path: 'settings', message: `must be at most ${most} bytes of JSON; name fewer event types` }]);
}
