import { useTranslation } from 'react-i18next';
import type { ApiKey } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge, type Tone } from '../../ui/badge';
import { type KeyStatus, statusOf } from './key-status';

const TONES: Record<KeyStatus, Tone> = {
  live: 'success',
  expiring: 'warning',
  expired: 'neutral',
  revoked: 'neutral',
  leaked: 'danger',
};

/** Whether a key is accepted, since or until when, and where it was found if it leaked. */
export function KeyStatusBadge({ apiKey }: { apiKey: Pick<ApiKey, 'expiresAt' | 'revokedAt' | 'leakedUrl'> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const status = statusOf(apiKey);
  const { expiresAt, revokedAt, leakedUrl } = apiKey;
  const at = { live: null, expiring: expiresAt, expired: expiresAt, revoked: revokedAt, leaked: revokedAt }[status];
  return (
    <>
      <Badge tone={TONES[status]}>{t(`keyStatus.${status}`)}</Badge>
      {at && <p className="mt-0.5 text-xs whitespace-nowrap text-muted">{format.dateTime(at)}</p>}
      {/* The address is whatever the scanner reported: only a web page is linked. */}
      {leakedUrl && /^https?:/.test(leakedUrl) && (
        <a
          href={leakedUrl}
          target="_blank"
          rel="noreferrer"
          className="inline-flex min-h-6 items-center text-xs font-medium text-accent underline-offset-2 hover:underline"
        >
          {t('keyStatus.found')}
        </a>
      )}
    </>
  );
}
