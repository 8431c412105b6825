import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { requestLogList, unwrap } from '../api/client';
import type { ProblemError } from '../api/problem';
import { CopyButton } from './code-block';
import { TextLink } from './text-link';

/** The log is written about once a second. */
const LOOK_AGAIN_MS = 1_000;
const LOOKS_MAX = 4;

/** The id to quote to support. It leads to the call's row in the request log once that is there; no link leads to none. */
export function RequestId({ problem: { requestId, isTry } }: { problem: ProblemError }) {
  const { t } = useTranslation();
  const { data: call } = useQuery({
    queryKey: ['request-log', 'of-request', requestId],
    queryFn: async () => (await unwrap(requestLogList({ query: { requestId: requestId!, limit: 1 } }))).data[0] ?? null,
    enabled: isTry && requestId !== null,
    retry: false,
    refetchInterval: ({ state }) => !state.data && !state.error && state.dataUpdateCount < LOOKS_MAX && LOOK_AGAIN_MS,
  });
  if (!requestId) return null;
  return (
    <div className="mt-0.5 flex flex-wrap items-center gap-x-1.5 text-xs">
      {t('problem.requestId')}
      {call ? (
        <TextLink to="/request-log" search={{ requestId, call: call.id }}>
          <code className="font-mono wrap-anywhere">{requestId}</code>
        </TextLink>
      ) : (
        <>
          <code className="font-mono wrap-anywhere">{requestId}</code>
          <CopyButton text={requestId} className="size-6" />
        </>
      )}
    </div>
  );
}
