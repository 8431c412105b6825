import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AuditEvent } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { CodeBlock } from '../../ui/code-block';
import { DetailPart, DetailRow } from '../../ui/details';
import { Drawer } from '../../ui/dialog';
import { QueryView } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { auditEventQuery } from './audit.queries';
import { type Difference, differencesOf } from './differences';
import { useAuditWords } from './use-audit-words';

interface AuditDrawerProps {
  eventId: string;
  onClose: () => void;
}

/** One event: who, what, to what, and how it was before. */
export function AuditDrawer({ eventId, onClose }: AuditDrawerProps) {
  const { t } = useTranslation();
  const words = useAuditWords();
  const event = useQuery(auditEventQuery(eventId));
  const title = event.data ? words.action(event.data.action) : t('auditLog.title');
  return (
    <Drawer title={title} onClose={onClose} returnTo={`[data-event="${eventId}"]`}>
      <QueryView query={event}>
        {(found) => (found ? <Event event={found} /> : <p className="text-muted">{t('auditLog.emptyText')}</p>)}
      </QueryView>
    </Drawer>
  );
}

function Event({ event }: { event: AuditEvent }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useAuditWords();
  const { ordinal, occurredAt, actor, target, impersonation, before, after, personal, requestId, hash } = event;
  return (
    <div className="space-y-5">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-6 gap-y-1.5">
        <DetailRow name={t('auditLog.when')}>
          <time dateTime={occurredAt}>{format.timestamp(occurredAt)}</time>
        </DetailRow>
        <DetailRow name={t('auditLog.who')}>{words.actor(actor)}</DetailRow>
        {impersonation && <DetailRow name={t('impersonation.reason')}>{impersonation.reason}</DetailRow>}
        {personal?.network && <DetailRow name={t('auditLog.from')}>{personal.network}</DetailRow>}
        <DetailRow name={words.type(target.type)}>{target.name ?? personal?.email ?? target.id}</DetailRow>
      </dl>
      <Differences differences={differencesOf(before, after)} />
      <p className="flex flex-wrap gap-x-4 gap-y-1">
        {actor.id && actor.kind !== 'operator' && (
          <TextLink to="/organization/audit" search={{ actorId: actor.id }}>
            {t('auditLog.byActor')}
          </TextLink>
        )}
        <TextLink to="/organization/audit" search={{ targetId: target.id }}>
          {t('auditLog.ofTarget')}
        </TextLink>
      </p>
      {requestId && (
        <DetailPart title={t('auditLog.requestId')}>
          <CodeBlock label={t('auditLog.requestId')} code={requestId} />
        </DetailPart>
      )}
      <DetailPart title={`${t('auditLog.event', { ordinal })} · ${t('auditLog.hash')}`}>
        <CodeBlock label={t('auditLog.hash')} code={hash} />
      </DetailPart>
    </div>
  );
}

function Differences({ differences }: { differences: Difference[] }) {
  const { t } = useTranslation();
  if (differences.length === 0) return <p className="text-muted">{t('auditLog.noDifferences')}</p>;
  return (
    <DetailPart title={t('auditLog.differences')}>
      <ul className="divide-y divide-line rounded-md border border-line">
        {differences.map(({ name, before, after }) => (
          <li key={name} className="px-3 py-2">
            <p className="font-mono text-xs text-muted wrap-anywhere">{name}</p>
            {before !== undefined && <Side label={t('auditLog.before')} sign="−" text={before} tone="text-danger" />}
            {after !== undefined && <Side label={t('auditLog.after')} sign="+" text={after} tone="text-success" />}
          </li>
        ))}
      </ul>
    </DetailPart>
  );
}

function Side({ label, sign, text, tone }: { label: string; sign: string; text: string; tone: string }) {
  const { t } = useTranslation();
  return (
    <p className={`flex gap-2 ${tone}`}>
      <span aria-hidden>{sign}</span>
      <span className="sr-only">{label}: </span>
      <span className="min-w-0 wrap-anywhere">{text || t('auditLog.nothing')}</span>
    </p>
  );
}
