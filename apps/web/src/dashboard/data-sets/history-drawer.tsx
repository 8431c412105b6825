import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { historiesGet, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { LatestItems } from '../../tasks/recommendation/user-history';
import { Drawer } from '../../ui/dialog';
import { QueryView } from '../../ui/query-view';

const ROWS_SHOWN = 50;

interface HistoryDrawerProps {
  projectId: string;
  /** Of interactions. */
  dataSetId: string;
  /** Of items, which say what they are called. */
  describedBy: string | undefined;
  userId: string;
  onClose: () => void;
}

/** What one user did, latest first. */
export function HistoryDrawer({ projectId, dataSetId, describedBy, userId, onClose }: HistoryDrawerProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = { limit: ROWS_SHOWN, ...(describedBy && { describedBy }) };
  const history = useQuery({
    queryKey: ['history', projectId, dataSetId, describedBy, userId, ROWS_SHOWN],
    queryFn: () => unwrap(historiesGet({ path: { projectId, dataSetId, userId }, query })),
  });
  return (
    <Drawer title={t('tasks.recommendation.history', { userId })} onClose={onClose}>
      <QueryView query={history}>
        {({ latest, rows }) => (
          <>
            <p className="mb-2 text-muted">
              {t('tasks.recommendation.historyHint', { count: rows, shown: format.number(rows) })}
            </p>
            <LatestItems latest={latest} />
          </>
        )}
      </QueryView>
    </Drawer>
  );
}
