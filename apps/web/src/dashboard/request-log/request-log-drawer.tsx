import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RequestLogEntryDetail } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { findFallbacks } from '../../tasks/tasks';
import { Badge } from '../../ui/badge';
import { CodeBlock } from '../../ui/code-block';
import { DetailPart, DetailRow } from '../../ui/details';
import { Drawer } from '../../ui/dialog';
import { Notice } from '../../ui/notice';
import { QueryView } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { type Directory, nameOf } from '../projects/use-directory';
import { curlOf, hasBody } from './curl';
import { Path, toneOf } from './request-log-table';
import { requestLogEntryQuery } from './request-log.queries';

const DAY_MS = 86_400_000;

interface RequestLogDrawerProps {
  entryId: string;
  directory: Directory;
  onClose: () => void;
}

/** One call: what is known of it, what to do about its error, and how to make it again. */
export function RequestLogDrawer({ entryId, directory, onClose }: RequestLogDrawerProps) {
  const { t } = useTranslation();
  const entry = useQuery(requestLogEntryQuery(entryId));
  return (
    <Drawer title={t('requestLog.call')} onClose={onClose} returnTo={`[data-call="${entryId}"]`}>
      <QueryView query={entry}>{(found) => <Call entry={found} directory={directory} />}</QueryView>
    </Drawer>
  );
}

function Call({ entry, directory }: { entry: RequestLogEntryDetail; directory: Directory }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { method, path, status, projectId, deploymentId } = entry;
  const deployment = directory.deployments.find(({ id }) => id === deploymentId);
  const fallbackName = deployment && findFallbacks(deployment.task)?.[entry.fallbackReason ?? ''];
  return (
    <div className="space-y-5">
      <p className="flex items-start gap-2">
        <Badge tone={toneOf(status)}>{status}</Badge>
        <code className="min-w-0 pt-0.5 font-mono text-xs leading-5 wrap-anywhere">
          {method} <Path path={path} />
        </code>
      </p>
      {entry.errorCode && <ErrorHelp entry={entry} code={entry.errorCode} />}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-6 gap-y-1.5">
        <DetailRow name={t('requestLog.time')}>
          <time dateTime={entry.occurredAt}>{format.timestamp(entry.occurredAt)}</time>
        </DetailRow>
        <DetailRow name={t('requestLog.latency')}>
          {t('requestLog.milliseconds', { duration: entry.durationMs })}
        </DetailRow>
        <DetailRow name={t('requestLog.key')}>
          {entry.apiKeyId ? nameOf(directory.apiKeys, entry.apiKeyId) : t('requestLog.fromDashboard')}
        </DetailRow>
        {entry.fallbackReason && (
          <DetailRow name={t('requestLog.fallback')}>
            {fallbackName ? t(fallbackName) : <code>{entry.fallbackReason}</code>}
          </DetailRow>
        )}
        <DetailRow name={t('requestLog.project')}>{nameOf(directory.projects, projectId)}</DetailRow>
        {deploymentId && (
          <DetailRow name={t('requestLog.deployment')}>
            {deployment ? (
              <TextLink
                to="/projects/$projectId/deployments/$deploymentId"
                params={{ projectId: deployment.projectId, deploymentId }}
              >
                {deployment.name}
              </TextLink>
            ) : (
              deploymentId
            )}
          </DetailRow>
        )}
      </dl>
      <DetailPart title={t('requestLog.requestId')}>
        <CodeBlock label={t('requestLog.requestId')} code={entry.requestId} testId="request-id" />
      </DetailPart>
      <DetailPart title="curl">
        <CodeBlock label="curl" code={curlOf(window.location.origin, entry)} testId="curl" />
        <p className="mt-1 text-xs text-muted">
          {hasBody(method) ? t('requestLog.curlHintWithBody') : t('requestLog.curlHint')}
        </p>
      </DetailPart>
    </div>
  );
}

function ErrorHelp({ entry, code }: { entry: RequestLogEntryDetail; code: string }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const isOurs = entry.status >= 500;
  const fallback = isOurs ? t('requestLog.helpWithOurs') : t('requestLog.helpWithYours');
  return (
    <Notice tone={isOurs ? 'danger' : 'warning'}>
      <p className="font-mono text-xs font-medium">{code}</p>
      <p className="mt-1">{terms.name('problems', code, fallback)}</p>
      {entry.sameError !== null && (
        <TextLink
          to="/request-log"
          search={() => ({
            errorCode: code,
            route: entry.route,
            from: new Date(Date.now() - DAY_MS).toISOString(),
          })}
        >
          {t('requestLog.sameError', { count: entry.sameError })}
        </TextLink>
      )}
    </Notice>
  );
}
