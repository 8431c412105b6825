import { Injectable } from '@nestjs/common';
import type { Operation } from '../../models/tasks/task.js';
import { type TaskKey, tasks } from '../../models/tasks/tasks.js';
import type { ApiKeyPrincipal, Principal } from '../../platform/access/principal.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Changes } from '../../platform/changes/changes.js';
import { WatchedCache } from '../../platform/changes/watched-cache.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { noteForLog } from '../../platform/http/current-request.js';
import { newId, NIL_ID, parseId } from '../../platform/http/ids.js';
import { parseRequest } from '../../platform/http/validation.pipe.js';
import { Turns } from '../../platform/queue/turns.js';
import { DeploymentsService } from '../deployments/index.js';
import { ErasedUsers } from '../end-users/index.js';
import { Quotas } from '../limits/index.js';
import { ModelsService, type StoredArtifact } from '../models/index.js';
import { hashPayload, UsageRecorder } from '../usage/index.js';
import { PredictorCache } from './predictor-cache.js';
import { RememberedAnswers } from './remembered-answers.js';
import { tooManyCalls, unsupportedOperation, versionOfKeys, wrongTask } from './serving.errors.js';

/** Counts what a test key does, or a person from the dashboard, in place of what is billed. */
const TEST_METER = 'test_requests';

interface Route {
  projectId: string;
  /** What the deployment answers. */
  task: string;
  artifact: StoredArtifact;
}

/** A call of a deployment: what of, and with which body. */
export interface Call {
  deploymentId: string;
  /** A key of the task's operations. */
  operation: string;
  request: object;
  /** Another version of the deployment's model than the live one. */
  modelVersionId?: string | undefined;
  /** The caller's own id of the call, by which a retry is known. */
  idempotencyKey?: string | undefined;
}

/** What a call came to. */
export interface Served<Answer> {
  id: string;
  modelVersionId: string;
  answer: Answer;
}

/** The one way from a key to an answer, of every operation of every task. */
@Injectable()
export class ServingService {
  /** By tenant and deployment. */
  private readonly routes: WatchedCache<Route>;
  private readonly turns = new Turns(BOUNDS.longCallsWaiting.most, tooManyCalls);

  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentsService,
    private readonly models: ModelsService,
    private readonly predictors: PredictorCache,
    private readonly erased: ErasedUsers,
    private readonly quotas: Quotas,
    private readonly recorder: UsageRecorder,
    private readonly remembered: RememberedAnswers,
    private readonly clock: Clock,
    changes: Changes,
  ) {
    this.routes = new WatchedCache(changes);
    changes.onChange(({ table, tenantId, id }) => {
      if (table === 'deployments') this.routes.forget(`${tenantId}/${id}`);
      if (table === 'model_versions') this.routes.forgetWhere(({ artifact }) => artifact.modelVersionId === id);
    });
  }

  /**
   * Answers a call. Limits are asked before the work, and the call is durable in the journal before it is answered.
   *
   * @throws Problem 403 where a key asks for a version; 409 where the deployment's task has no such operation, 501 where its version cannot carry it out
   */
  async serve<Answer>(principal: Principal, call: Call): Promise<Served<Answer>> {
    const live = await this.requireRoute(principal, parseId('deployment', call.deploymentId));
    noteForLog({ projectId: live.projectId });
    const route = call.modelVersionId ? await this.routeOfVersion(principal, live, call.modelVersionId) : live;
    const operation = operationOf(route.task, call.operation);
    if (!operation) throw wrongTask(route.task, call.operation);
    const { tenantId } = principal;
    const { request, isErased } = await this.withoutErased(tenantId, route.projectId, operation, call.request);
    const mode = principal.kind === 'apiKey' ? principal.mode : undefined;
    const payloadHash = hashPayload([
      call.deploymentId,
      call.operation,
      call.request,
      mode,
      ...(call.modelVersionId ? [call.modelVersionId] : []),
    ]);
    const id = call.idempotencyKey ?? newId();
    const work = () => this.work<Answer>(principal, route, operation, { ...call, id, request, payloadHash });
    if (!call.idempotencyKey) return (await work()).served;
    const json = async () => (await work()).json!;
    return JSON.parse(await this.remembered.once(tenantId, id, payloadHash, isErased, json)) as Served<Answer>;
  }

  /**
   * What a deployment of a version would answer, for a person who tries it; counted as a try of a deployment is.
   *
   * @throws Problem 404 where the version is not theirs, or its task has no such operation; 400 for what that does not take
   */
  async try(
    principal: Principal,
    { projectId, modelId, modelVersionId }: { projectId: string; modelId: string; modelVersionId: string },
    name: string,
    body: object,
  ): Promise<Served<object>> {
    const { tenantId } = principal;
    const { task, artifact } = await this.database.tenant(tenantId, async (transaction) => {
      const version = await this.models.requireVersion(transaction, projectId, modelId, modelVersionId);
      return { task: version.task, artifact: (await this.models.findArtifact(transaction, version.id))! };
    });
    noteForLog({ projectId });
    const operation = operationOf(task, name);
    if (!operation) throw notFound('operation', name);
    const asked = parseRequest(operation.request, body) as object;
    const { request } = await this.withoutErased(tenantId, projectId, operation, asked);
    const call = { modelVersionId, operation: name, request, id: newId() };
    const payloadHash = hashPayload([modelVersionId, name, asked]);
    return (await this.work<object>(principal, { projectId, task, artifact }, operation, { ...call, payloadHash }))
      .served;
  }

  /**
   * What a deployment would answer, for the platform's own pages: nobody is billed and nothing is written down, so that whoever calls
   * this bounds how often.
   */
  async preview<Answer>(tenantId: string, { deploymentId, operation: name, request }: Call): Promise<Answer> {
    const { projectId, task, artifact } = await this.routeOf(tenantId, deploymentId);
    const operation = operationOf(task, name);
    if (!operation) throw wrongTask(task, name);
    const { request: asked } = await this.withoutErased(tenantId, projectId, operation, request);
    return this.predict(artifact, name, asked);
  }

  /** What a version answers to the platform's own questions about a customer's data: nobody is billed, and whoever asks bounds how much. */
  ask<Answer>(tenantId: string, artifact: StoredArtifact, operation: string, request: object): Promise<Answer> {
    return this.turns.run(tenantId, () => this.predict<Answer>(artifact, operation, request));
  }

  /** `json` is what is remembered of a call that named itself. */
  private async work<Answer>(
    principal: Principal,
    { projectId, artifact }: Route,
    { meters, keeps, isLong }: Operation,
    {
      id,
      deploymentId,
      modelVersionId,
      operation,
      request,
      payloadHash,
      idempotencyKey,
    }: Omit<Call, 'deploymentId'> & { deploymentId?: string; id: string; payloadHash: string },
  ): Promise<{ served: Served<Answer>; json?: string }> {
    const { tenantId } = principal;
    const key = principal.kind === 'apiKey' ? principal : null;
    // What is tried out is answered as any other call, and counted where nothing is billed.
    const isTried = key?.mode !== 'live';
    const wanted = isTried ? { [TEST_METER]: 1 } : mapValues(meters, ({ most }) => most(request));
    const reservation = await this.quotas.reserve({ tenantId, projectId, lineageId: key?.lineageId ?? NIL_ID }, wanted);
    try {
      const predict = () => this.predict<Answer>(artifact, operation, request);
      // A version that is only tried may have to be loaded first.
      const answer = await (isLong || modelVersionId ? this.turns.run(tenantId, predict) : predict());
      const used = isTried ? wanted : mapValues(meters, (meter) => meter.used(request, answer));
      const served = { id, modelVersionId: artifact.modelVersionId, answer };
      const json = idempotencyKey && JSON.stringify(served);
      await this.recorder.record({
        id,
        tenantId,
        projectId,
        apiKeyId: key?.apiKeyId,
        deploymentId,
        occurredAt: this.clock.now().toISOString(),
        ...reservation.context,
        payloadHash,
        uses: Object.entries(used)
          .filter(([, quantity]) => quantity > 0)
          .map(([meter, quantity]) => reservation.use(meter, quantity)),
        ...(json && { answer: json }),
        ...(keeps &&
          deploymentId &&
          mayTeach(key, request) && { kept: { ...keeps(request) }, modelVersionId: artifact.modelVersionId }),
      });
      reservation.commit();
      return { served, json };
    } finally {
      reservation.release();
    }
  }

  /** Calls the predictor's method of the operation's name, such as `RecommenderPredictor.recommendations`. */
  private async predict<Answer>(artifact: StoredArtifact, operation: string, request: object): Promise<Answer> {
    const predictor = await this.predictors.get(artifact);
    const answer = (predictor as unknown as Record<string, ((request: object) => Promise<Answer>) | undefined>)[
      operation
    ];
    if (!answer) throw unsupportedOperation(artifact.modelVersionId, operation);
    return answer.call(predictor, request);
  }

  /** What is asked about someone who is to be forgotten is asked about nobody. */
  private async withoutErased(
    tenantId: string,
    projectId: string,
    { person }: Operation,
    request: object,
  ): Promise<{ request: object; isErased: boolean }> {
    const userId = person && (request as Record<string, unknown>)[person];
    const isErased = typeof userId === 'string' && (await this.erased.has(tenantId, projectId, userId));
    return { request: isErased ? { ...request, [person!]: undefined } : request, isErased };
  }

  private async requireRoute(principal: Principal, deploymentId: string): Promise<Route> {
    const route = await this.routeOf(principal.tenantId, deploymentId);
    if (principal.kind === 'apiKey' && principal.projectId !== route.projectId)
      throw notFound('deployment', deploymentId);
    return route;
  }

  /** The way to a version that a person tries next to the live one: of the same model, so that it answers the same. */
  private async routeOfVersion({ kind, tenantId }: Principal, live: Route, version: string): Promise<Route> {
    if (kind === 'apiKey') throw versionOfKeys();
    const modelVersionId = parseId('model version', version);
    if (modelVersionId === live.artifact.modelVersionId) return live;
    return this.database.tenant(tenantId, async (transaction) => {
      const [model, own] = [
        await this.models.findOfVersion(transaction, live.projectId, modelVersionId),
        await this.models.findOfVersion(transaction, live.projectId, live.artifact.modelVersionId),
      ];
      const artifact = model && model.id === own?.id && (await this.models.findArtifact(transaction, modelVersionId));
      if (!artifact) throw notFound('model version', version);
      return { ...live, artifact };
    });
  }

  private routeOf(tenantId: string, deploymentId: string): Promise<Route> {
    return this.routes.get(`${tenantId}/${deploymentId}`, async () => {
      const found = await this.findRoute(tenantId, deploymentId);
      if (!found) throw notFound('deployment', deploymentId);
      return found;
    });
  }

  private findRoute(tenantId: string, deploymentId: string): Promise<Route | null> {
    return this.database.tenant(tenantId, async (transaction) => {
      const deployment = await this.deployments.find(transaction, deploymentId);
      const artifact = deployment && (await this.models.findArtifact(transaction, deployment.modelVersionId));
      return artifact && { projectId: deployment.projectId, task: deployment.task, artifact };
    });
  }
}

function operationOf(task: string, name: string): Operation | undefined {
  const operations: Record<string, Operation> = tasks[task as TaskKey]?.operations ?? {};
  return Object.hasOwn(operations, name) ? operations[name] : undefined;
}

/**
 * What a test key brings is no lesson. What a person tries is, as they may correct it at once; of that no plan counts the texts, so that
 * only what a form holds is kept.
 */
function mayTeach(key: ApiKeyPrincipal | null, request: object): boolean {
  return key ? key.mode === 'live' : JSON.stringify(request).length <= BOUNDS.jsonBytes.most;
}

function mapValues<V, W>(record: Record<string, V>, map: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
