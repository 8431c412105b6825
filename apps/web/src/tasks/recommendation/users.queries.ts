import { keepPreviousData, queryOptions, skipToken, useQuery } from '@tanstack/react-query';
import { type Deployment, historiesGet, historiesList, type HistoriesListData, unwrap } from '../../api/client';
import { useMe } from '../../dashboard/auth/auth.queries';
import { modelQuery } from '../../dashboard/models/models.queries';

export type UserOrder = NonNullable<NonNullable<HistoriesListData['query']>['order']>;

const USERS_SHOWN = 20;
/** As many as are recommended at first. */
const ROWS_SHOWN = 10;

/** Some of the users whose interactions a data set holds; nobody while it is not known. */
export const knownUsersQuery = (projectId: string, dataSetId: string | undefined, order: UserOrder) =>
  queryOptions({
    queryKey: ['known-users', projectId, dataSetId, order],
    queryFn: dataSetId
      ? () => unwrap(historiesList({ path: { projectId, dataSetId }, query: { order, limit: USERS_SHOWN } }))
      : skipToken,
    // They must not change under the pointer.
    staleTime: Infinity,
  });

/** Of those whom the deployment's model learns from. */
export function useKnownUsers(deployment: Deployment, order: UserOrder) {
  const dataSetId = useSources(deployment)?.['interactions'];
  return useQuery({ ...knownUsersQuery(deployment.projectId, dataSetId, order), placeholderData: keepPreviousData });
}

/** What a user did last. */
export function useHistory(deployment: Deployment, userId: string) {
  const { interactions: dataSetId, items: describedBy } = useSources(deployment) ?? {};
  const { projectId } = deployment;
  const query = { limit: ROWS_SHOWN, ...(describedBy && { describedBy }) };
  return useQuery({
    queryKey: ['history', projectId, dataSetId, describedBy, userId],
    queryFn:
      dataSetId && userId ? () => unwrap(historiesGet({ path: { projectId, dataSetId, userId }, query })) : skipToken,
  });
}

/** The data sets that the deployment's model learns from, by role; undefined until they are known, and for who may not see people's rows. */
function useSources({ projectId, modelId }: Deployment): Record<string, string> | undefined {
  const { can } = useMe();
  const { data: model } = useQuery(modelQuery(projectId, modelId));
  return can('project:write') ? model?.sources : undefined;
}
