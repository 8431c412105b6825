import { Inject, Injectable } from '@nestjs/common';
import type { FamilyManifest } from '../../models/family.js';
import { findFamily, findRecipe } from '../../models/manifests.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { inUse, notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { DataSetsService } from '../data-sets/index.js';
import { LimitsService } from '../limits/index.js';
import { ProjectsService, type Rename } from '../projects/index.js';
import { chooseFamily } from './families.js';
import { noReport, wrongDataSetKind, wrongFields } from './models.errors.js';
import { ModelsRepository, type NewModelVersion, type StoredArtifact } from './models.repository.js';
import type { CreateModel, ListModelsQuery, Model, ModelVersion } from './models.schema.js';

@Injectable()
export class ModelsService {
  constructor(
    private readonly database: Database,
    private readonly repository: ModelsRepository,
    private readonly projects: ProjectsService,
    private readonly dataSets: DataSetsService,
    private readonly limits: LimitsService,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  create(tenantId: string, projectId: string, body: CreateModel): Promise<Model> {
    const { name, recipe, sources } = body;
    const family = chooseFamily(body);
    const manifest = findFamily(family)!;
    const settings = parseSettings(family, body);
    requireRoles(family, manifest, sources);
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      await this.limits.requireThing(transaction, tenantId, 'models');
      for (const [role, dataSetId] of Object.entries(sources)) {
        const { kind } = await this.dataSets.require(transaction, projectId, dataSetId);
        const wanted = manifest.inputs[role]!.kind;
        if (kind !== wanted) throw wrongDataSetKind(`sources.${role}`, wanted, kind);
      }
      const model = { name, family, task: manifest.task, recipe, settings, sources };
      const created = await this.repository.create(transaction, { tenantId, id: newId(), projectId, ...model });
      await audit(transaction, tenantId, 'model.created', created.id, { after: created });
      return created;
    });
  }

  list(tenantId: string, projectId: string, query: ListModelsQuery) {
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
      const before = await this.require(transaction, projectId, modelId);
      await this.repository.rename(transaction, before.id, name);
      const change = { before: { name: before.name }, after: { name } };
      await audit(transaction, tenantId, 'model.renamed', before.id, change);
      return this.require(transaction, projectId, modelId);
    });
  }

  /** @throws Problem 409 while a version of it is deployed, or a job of it waits or runs */
  async delete(tenantId: string, projectId: string, modelId: string): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      const before = await this.require(transaction, projectId, modelId);
      const { id } = before;
      const deployments = await this.repository.findDeployments(transaction, { modelId: id });
      if (deployments.length > 0) throw inUse('The model', { noun: 'deployment', names: deployments });
      const jobs = await this.repository.findActiveJobs(transaction, id);
      if (jobs.length > 0) throw inUse('The model', { noun: 'training job', names: jobs });
      await this.repository.delete(transaction, id);
      await audit(transaction, tenantId, 'model.deleted', id, { before });
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
      const before = await this.requireVersion(transaction, projectId, modelId, modelVersionId);
      await this.repository.renameVersion(transaction, before.id, name);
      const change = { before: { name: before.name }, after: { name } };
      await audit(transaction, tenantId, 'model_version.renamed', before.id, change);
      return this.requireVersion(transaction, projectId, modelId, modelVersionId);
    });
  }

  /** @throws Problem 409 while it is deployed */
  async deleteVersion(tenantId: string, projectId: string, modelId: string, modelVersionId: string): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      const { id, name } = await this.requireVersion(transaction, projectId, modelId, modelVersionId);
      const names = await this.repository.findDeployments(transaction, { id });
      if (names.length > 0) throw inUse('The version', { noun: 'deployment', names });
      await this.repository.deleteVersion(transaction, id);
      await audit(transaction, tenantId, 'model_version.deleted', id, { before: { name, modelId } });
    });
  }

  /** @throws Problem 404 where the version has none */
  async getReport(
    tenantId: string,
    projectId: string,
    modelId: string,
    modelVersionId: string,
  ): Promise<Record<string, unknown>> {
    const key = await this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.requireVersion(transaction, projectId, modelId, modelVersionId);
      return this.repository.findReportKey(transaction, id);
    });
    if (!key) throw noReport();
    return JSON.parse(Buffer.from(await this.objects.get(key)).toString('utf8')) as Record<string, unknown>;
  }

  /** Null where the version is gone. */
  async findOfVersion(transaction: Transaction, projectId: string, modelVersionId: string): Promise<Model | null> {
    const modelId = await this.repository.findModelOf(transaction, modelVersionId);
    return modelId ? this.repository.find(transaction, projectId, modelId) : null;
  }

  /** @throws Problem 404 where the version is not of this model of this project of this tenant */
  async requireVersion(
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
    const { tenantId, id, modelId, trainingJobId } = version;
    await audit(transaction, tenantId, 'model_version.created', id, { after: { modelId, trainingJobId } });
  }

  /** What a deployment of the version answers; null where the project has no such version. */
  findTask(transaction: Transaction, projectId: string, modelVersionId: string): Promise<string | null> {
    return this.repository.findTask(transaction, projectId, modelVersionId);
  }

  /** The version that answers or, where none does, the newest, of the models of the task that learn from a data set. */
  findVersionFrom(transaction: Transaction, dataSetId: string, task: string): Promise<string | null> {
    return this.repository.findVersionFrom(transaction, dataSetId, task);
  }

  findArtifact(transaction: Transaction, modelVersionId: string): Promise<StoredArtifact | null> {
    return this.repository.findArtifact(transaction, modelVersionId);
  }
}

function parseSettings(family: string, { recipe, settings }: CreateModel): Record<string, unknown> {
  const found = findRecipe(family, recipe);
  if (!found) {
    const message = `is no recipe of ${family}, which has ${Object.keys(findFamily(family)!.recipes).join(', ')}`;
    throw wrongFields([{ path: 'recipe', message }]);
  }
  const result = found.settings.safeParse(settings);
  if (result.success) return boundedSettings(result.data as Record<string, unknown>);
  throw wrongFields(
    result.error.issues.map(({ path, message }) => ({ path: ['settings', ...path].join('.'), message })),
  );
}

/** @throws Problem 400 where a role that the family needs is left empty, or one that it does not know is filled */
function requireRoles(family: string, { inputs }: FamilyManifest, sources: Record<string, string>): void {
  const roles = Object.keys(inputs).join(', ');
  const strange = Object.keys(sources).filter((role) => !Object.hasOwn(inputs, role));
  const missing = Object.keys(inputs).filter((role) => inputs[role]!.isRequired && !Object.hasOwn(sources, role));
  const errors = [
    ...strange.map((role) => ({ path: `sources.${role}`, message: `is no input of ${family}, which has ${roles}` })),
    ...missing.map((role) => ({ path: `sources.${role}`, message: 'is missing' })),
  ];
  if (errors.length > 0) throw wrongFields(errors);
}

/** A page of a hundred models must stay below what an answer may hold. */
function boundedSettings(settings: Record<string, unknown>): Record<string, unknown> {
  const { most } = BOUNDS.settingsBytes;
  if (Buffer.byteLength(JSON.stringify(settings)) <= most) return settings;
  throw wrongFields([
    {
      path: 'settings',
      message: `must be at most ${most} bytes of JSON; leave out what may take its default, and shorten lists`,
    },
  ]);
}
