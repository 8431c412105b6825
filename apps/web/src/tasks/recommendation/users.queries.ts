import { keepPreviousData, queryOptions, skipToken, useQuery } from '@tanstack/react-query';
import { historiesGet, historiesList, type HistoriesListData, unwrap } from '../../api/client';
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

/** A model, or what has one, such as a deployment. */
interface OfModel {
  projectId: string;
  modelId: string;
}

/** Of those whom the model learns from. */
export function useKnownUsers(model: OfModel, order: UserOrder) {
  const dataSetId = useSources(model)?.['interactions'];
  return useQuery({ ...knownUsersQuery(model.projectId, dataSetId, order), placeholderData: keepPreviousData });
}

/** What a user did last. */
export function useHistory(model: OfModel, userId: string) {
  const { interactions: dataSetId, items: describedBy } = useSources(model) ?? {};
  const { projectId } = model;
  const query = { limit: ROWS_SHOWN, ...(describedBy && { describedBy }) };
  return useQuery({
    queryKey: ['history', projectId, dataSetId, describedBy, userId],
    queryFn:
      dataSetId && userId ? () => unwrap(historiesGet({ path: { projectId, dataSetId, userId }, query })) : skipToken,
  });
}

/** The data sets that the model learns from, by role; undefined until they are known, and for who may not see people's rows. */
function useSources({ projectId, modelId }: OfModel): Record<string, string> | undefined {
  const { can } = useMe();
  const { data: model } = useQuery(modelQuery(projectId, modelId));
  return can('end-users:read') ? model?.sources : undefined;
}
