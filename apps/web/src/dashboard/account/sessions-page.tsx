import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { type Session, sessionsEnd, sessionsEndOthers, sessionsList, unwrap } from '../../api/client';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';

const sessionsQuery = { queryKey: ['sessions'], queryFn: () => unwrap(sessionsList()) };

export function SessionsPage() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const sessions = useQuery(sessionsQuery);
  const endOthers = useMutation({
    mutationFn: () => unwrap(sessionsEndOthers()),
    onSettled: () => queryClient.invalidateQueries(sessionsQuery),
  });
  const end = useMutation({
    mutationFn: ({ id }: Session) => unwrap(sessionsEnd({ path: { sessionId: id } })),
    onSuccess: async (_, { isCurrent }) => {
      if (!isCurrent) return;
      await navigate({ to: '/login' });
      queryClient.clear();
    },
    onSettled: (_, __, { isCurrent }) => (isCurrent ? undefined : queryClient.invalidateQueries(sessionsQuery)),
  });
  return (
    <QueryView query={sessions}>
      {({ data }) => (
        <Card title={t('sessions.title')} hint={t('sessions.hint')}>
          <div className="space-y-4">
            {data.length > 1 && (
              <Button isBusy={endOthers.isPending} onClick={() => endOthers.mutate()}>
                {t('sessions.endOthers')}
              </Button>
            )}
            {(end.error ?? endOthers.error) && <ProblemNotice error={end.error ?? endOthers.error} />}
            <ul aria-label={t('sessions.title')} className="divide-y divide-line border-t border-line">
              {data.map((session) => (
                <li key={session.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
                  <SessionFacts session={session} />
                  <Button
                    aria-label={t('sessions.endOf', { device: deviceOf(session, t) })}
                    isBusy={end.isPending && end.variables.id === session.id}
                    onClick={() => end.mutate(session)}
                  >
                    {session.isCurrent ? t('shell.logOut') : t('sessions.end')}
                  </Button>
                </li>
              ))}
            </ul>
          </div>
        </Card>
      )}
    </QueryView>
  );
}

function SessionFacts({ session }: { session: Session }) {
  const { t } = useTranslation();
  const { isCurrent, network, createdAt, lastUsedAt } = session;
  return (
    <div className="min-w-0 space-y-0.5">
      <p className="flex flex-wrap items-center gap-x-2 font-medium">
        {deviceOf(session, t)}
        {isCurrent && <Badge tone="accent">{t('sessions.current')}</Badge>}
      </p>
      <p className="flex flex-wrap gap-x-3 text-muted">
        {network && <span className="tabular-nums">{network}</span>}
        <span>
          {t('sessions.lastUsed')} <RelativeTime time={lastUsedAt} />
        </span>
        <span>
          {t('sessions.created')} <RelativeTime time={createdAt} />
        </span>
      </p>
    </div>
  );
}

function deviceOf({ browser, system }: Session, t: TFunction): string {
  if (browser && system) return t('sessions.device', { browser, system });
  return browser ?? system ?? t('sessions.unknownDevice');
}
