import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Recommendations, triesTry, unwrap } from '../../api/client';
import { useMe } from '../../dashboard/auth/auth.queries';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Notice } from '../../ui/notice';
import { QueryView } from '../../ui/query-view';
import type { ExamplesProps } from '../task';
import { RankedItems } from './recommended-items';
import { LatestItems } from './user-history';
import { knownUsersQuery, useHistory } from './users.queries';

const USERS_SHOWN = 5;
/** Of what they did, and of what is recommended to them. */
const ITEMS_SHOWN = 5;

/** A few users with what they did next to what the version recommends to them; asked for, so that a look at the model costs nothing. */
export function RecommendationExamples(props: ExamplesProps) {
  const { t } = useTranslation();
  const { can } = useMe();
  const [isOpen, setIsOpen] = useState(false);
  if (!can('end-users:read') || !can('deployments:call')) return null;
  return (
    <Card
      title={t('tasks.recommendation.examples.title')}
      hint={t('tasks.recommendation.examples.hint', { count: USERS_SHOWN })}
      actions={!isOpen && <Button onClick={() => setIsOpen(true)}>{t('tasks.recommendation.examples.show')}</Button>}
      isFlush
    >
      {isOpen && <Examples {...props} />}
    </Card>
  );
}

function Examples({ model, version }: ExamplesProps) {
  const { t } = useTranslation();
  const users = useQuery(knownUsersQuery(model.projectId, model.sources['interactions'], 'random'));
  return (
    <QueryView query={users}>
      {({ data }) =>
        data.length === 0 ? (
          <p className="px-5 py-8 text-center text-muted">{t('tasks.recommendation.examples.none')}</p>
        ) : (
          <ul className="divide-y divide-line">
            {data.slice(0, USERS_SHOWN).map(({ userId, rows }) => (
              <Example key={userId} model={model} version={version} userId={userId} rows={rows} />
            ))}
          </ul>
        )
      }
    </QueryView>
  );
}

function Example({ model, version, userId, rows }: ExamplesProps & { userId: string; rows: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const history = useHistory({ projectId: model.projectId, modelId: model.id }, userId);
  const answer = useTriedRecommendations({ model, version }, userId);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] md:grid-cols-[repeat(2,minmax(0,1fr))]">
      <h3 className="col-span-full px-4 pt-3 font-medium wrap-anywhere sm:px-5">
        {userId}{' '}
        <span className="font-normal text-muted">
          {t('tasks.recommendation.interactions', { count: rows, shown: format.number(rows) })}
        </span>
      </h3>
      <div className="min-w-0 pt-2 pb-1">
        <p className="px-4 text-xs text-muted sm:px-5">{t('tasks.recommendation.historyList')}</p>
        <QueryView query={history}>{({ latest }) => <LatestItems latest={latest.slice(0, ITEMS_SHOWN)} />}</QueryView>
      </div>
      <div className="min-w-0 pt-2 pb-1 md:border-l md:border-line">
        <p className="px-4 text-xs text-muted sm:px-5">{t('tasks.recommendation.list')}</p>
        <QueryView query={answer}>
          {({ items, fallbackReason }) => (
            <>
              {fallbackReason && (
                <div className="px-4 pt-1 sm:px-5">
                  <Notice tone="warning">{t(`tasks.recommendation.fallback.${fallbackReason}`)}</Notice>
                </div>
              )}
              <RankedItems items={items} />
            </>
          )}
        </QueryView>
      </div>
    </li>
  );
}

/** What the version recommends, be it deployed or not. */
function useTriedRecommendations({ model, version }: ExamplesProps, userId: string) {
  const path = {
    projectId: model.projectId,
    modelId: model.id,
    modelVersionId: version.id,
    operation: 'recommendations',
  };
  return useQuery({
    queryKey: ['tried', version.id, userId],
    queryFn: async () => {
      const answer: unknown = await unwrap(triesTry({ path, body: { userId, limit: ITEMS_SHOWN } }));
      return answer as Pick<Recommendations, 'items' | 'fallbackReason'>;
    },
    // Each is counted.
    staleTime: Infinity,
  });
}
