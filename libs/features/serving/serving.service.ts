import { Injectable } from '@nestjs/common';
import type { Operation } from '../../models/tasks/task.js';
import { type TaskKey, tasks } from '../../models/tasks/tasks.js';
import type { Principal } from '../../platform/access/principal.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Changes } from '../../platform/changes/changes.js';
import { WatchedCache } from '../../platform/changes/watched-cache.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, NIL_ID, parseId } from '../../platform/http/ids.js';
import { Turns } from '../../platform/queue/turns.js';
import { DeploymentsService } from '../deployments/index.js';
import { ErasedUsers } from '../end-users/index.js';
import { Quotas } from '../limits/index.js';
import { ModelsService, type StoredArtifact } from '../models/index.js';
import { hashPayload, UsageRecorder } from '../usage/index.js';
import { PredictorCache } from './predictor-cache.js';
import { RememberedAnswers } from './remembered-answers.js';
import { tooManyCalls, unsupportedOperation, wrongTask } from './serving.errors.js';

/** Counts what a test key does, in place of what is billed. */
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
   * @throws Problem 409 where the deployment's task has no such operation, 501 where its version cannot carry it out
   */
  async serve<Answer>(principal: Principal, call: Call): Promise<Served<Answer>> {
    const route = await this.requireRoute(principal, parseId('deployment', call.deploymentId));
    const operation = (tasks[route.task as TaskKey]?.operations ?? {})[call.operation];
    if (!operation) throw wrongTask(route.task, call.operation);
    const { tenantId } = principal;
    const isErased = await this.isErased(tenantId, route.projectId, operation, call.request);
    // What is asked about someone who is to be forgotten is asked about nobody.
    const request = isErased ? { ...call.request, [operation.person!]: undefined } : call.request;
    const mode = principal.kind === 'apiKey' ? principal.mode : undefined;
    const payloadHash = hashPayload([call.deploymentId, call.operation, call.request, mode]);
    const id = call.idempotencyKey ?? newId();
    const work = () => this.work<Answer>(principal, route, operation, { ...call, id, request, payloadHash });
    if (!call.idempotencyKey) return (await work()).served;
    const json = async () => (await work()).json!;
    return JSON.parse(await this.remembered.once(tenantId, id, payloadHash, isErased, json)) as Served<Answer>;
  }

  /** `json` is what is remembered of a call that named itself. */
  private async work<Answer>(
    principal: Principal,
    { projectId, artifact }: Route,
    { meters, keeps, isLong }: Operation,
    { id, deploymentId, operation, request, payloadHash, idempotencyKey }: Call & { id: string; payloadHash: string },
  ): Promise<{ served: Served<Answer>; json?: string }> {
    const { tenantId } = principal;
    const key = principal.kind === 'apiKey' ? principal : null;
    // A test key's calls are answered as any other's, and counted where nothing is billed.
    const isTest = key?.mode === 'test';
    const wanted = isTest ? { [TEST_METER]: 1 } : mapValues(meters, ({ most }) => most(request));
    const reservation = await this.quotas.reserve({ tenantId, projectId, lineageId: key?.lineageId ?? NIL_ID }, wanted);
    try {
      const predict = () => this.predict<Answer>(artifact, operation, request);
      const answer = await (isLong ? this.turns.run(tenantId, predict) : predict());
      const used = isTest ? wanted : mapValues(meters, (meter) => meter.used(request, answer));
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
        // What is tried out is no lesson, and no plan bounds how much it brings.
        ...(keeps && !isTest && { kept: { ...keeps(request) }, modelVersionId: artifact.modelVersionId }),
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

  private async isErased(
    tenantId: string,
    projectId: string,
    { person }: Operation,
    request: object,
  ): Promise<boolean> {
    const userId = person && (request as Record<string, unknown>)[person];
    return typeof userId === 'string' && (await this.erased.has(tenantId, projectId, userId));
  }

  private async requireRoute(principal: Principal, deploymentId: string): Promise<Route> {
    const name = `${principal.tenantId}/${deploymentId}`;
    const route = await this.routes.get(name, async () => {
      const found = await this.findRoute(principal.tenantId, deploymentId);
      if (!found) throw notFound('deployment', deploymentId);
      return found;
    });
    if (principal.kind === 'apiKey' && principal.projectId !== route.projectId)
      throw notFound('deployment', deploymentId);
    return route;
  }

  private findRoute(tenantId: string, deploymentId: string): Promise<Route | null> {
    return this.database.tenant(tenantId, async (transaction) => {
      const deployment = await this.deployments.find(transaction, deploymentId);
      const artifact = deployment && (await this.models.findArtifact(transaction, deployment.modelVersionId));
      return artifact && { projectId: deployment.projectId, task: deployment.task, artifact };
    });
  }
}

function mapValues<V, W>(record: Record<string, V>, map: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
