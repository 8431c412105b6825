import { useTranslation } from 'react-i18next';
import type { UserHistory as History } from '../../api/client';
import { ProblemError } from '../../api/problem';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import type { BesideProps } from '../task';
import { ItemRow } from './item-row';
import type { RecommendRequest } from './recommend-fields';
import { useHistory } from './users.queries';

/** What the user did before, to be held against what is recommended. Nothing for who may not see it. */
export function UserHistory({ request, deployment }: BesideProps<RecommendRequest>) {
  const { t } = useTranslation();
  const format = useFormat();
  const history = useHistory(deployment, request.userId);
  if (history.isPending && history.fetchStatus === 'idle') return null;
  const isUnknown = history.error instanceof ProblemError && history.error.status === 404;
  return (
    <Card
      title={t('tasks.recommendation.history', { userId: request.userId })}
      hint={
        history.data &&
        t('tasks.recommendation.historyHint', { count: history.data.rows, shown: format.number(history.data.rows) })
      }
      isFlush
    >
      {isUnknown ? (
        <p className="px-5 py-8 text-center text-muted">{t('tasks.recommendation.noHistory')}</p>
      ) : (
        <QueryView query={history}>{({ latest }) => <LatestItems latest={latest} />}</QueryView>
      )}
    </Card>
  );
}

/** The rows of a user, latest first. */
export function LatestItems({ latest }: Pick<History, 'latest'>) {
  const { t } = useTranslation();
  return (
    <ol aria-label={t('tasks.recommendation.historyList')} className="divide-y divide-line">
      {latest.map(({ row, attributes }, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- rows may repeat, and the list never changes
        <ItemRow key={place} itemId={String(row['item_id'])} attributes={attributes} end={<What row={row} />} />
      ))}
    </ol>
  );
}

/** The event, its value and when it was, as far as the data set knows them. */
function What({ row }: { row: Record<string, unknown> }) {
  const format = useFormat();
  const { event_type: event, value, timestamp } = row;
  const said = [event, typeof value === 'number' && format.number(value)].filter(Boolean).join(' · ');
  return (
    <div className="shrink-0 text-right text-xs text-muted tabular-nums">
      {said && <p>{said}</p>}
      {typeof timestamp === 'number' && <RelativeTime time={new Date(timestamp * 1_000).toISOString()} />}
    </div>
  );
}
