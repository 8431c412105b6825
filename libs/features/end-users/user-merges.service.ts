import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Database, sqlOf } from '../../platform/database/database.js';
import { Problem } from '../../platform/errors/problem.js';
import { ProjectsService } from '../projects/index.js';
import { parseUserId } from './end-users.service.js';
import { UserMergesRepository } from './user-merges.repository.js';
import type { MergedUser, MergeUser } from './user-merges.schema.js';

/** Makes end users one, such as a visitor and the customer that they turn out to be. Rows stay as they came; who reads them reads the one for the other. */
@Injectable()
export class UserMergesService {
  constructor(
    private readonly database: Database,
    private readonly repository: UserMergesRepository,
    private readonly projects: ProjectsService,
  ) {}

  /**
   * Merging them again, or the other way round, changes nothing.
   *
   * @throws Problem 409 where `fromUserId` counts for somebody else, or there are too many names
   */
  merge(tenantId: string, projectId: string, userId: string, { fromUserId: from }: MergeUser): Promise<MergedUser> {
    const user = parseUserId(userId.trim());
    return this.database.tenant(tenantId, async (transaction) => {
      const project = await this.projects.require(transaction, projectId);
      await this.repository.lock(transaction, project.id);
      const namesOf = (name: string) => this.repository.findNames(sqlOf(transaction), tenantId, project.id, name);
      const [names, others] = [await namesOf(user), await namesOf(from)];
      if (names.includes(from)) return toMerged(names);
      if (others[0] !== from) throw mergedBefore();
      if (names.length + others.length > BOUNDS.namesOfUser.most) throw tooManyNames(BOUNDS.namesOfUser.most);
      await this.repository.merge(transaction, { tenantId, projectId: project.id, from, into: names[0] });
      // Of whom it was, nothing: those are the customer's own users.
      await audit(transaction, tenantId, 'project.users_merged', project.id);
      return toMerged(await namesOf(user));
    });
  }
}

const toMerged = ([userId, ...fromUserIds]: [string, ...string[]]): MergedUser => ({ userId, fromUserIds });

const mergedBefore = () =>
  new Problem(
    409,
    'already_merged',
    'fromUserId was merged into another user before, for whom it counts. Name that user to make all of them one.',
  );

const tooManyNames = (most: number) =>
  new Problem(
    409,
    'too_many_names',
    `A user has at most ${most} names: erase one of them, or leave this one as it is.`,
  );
