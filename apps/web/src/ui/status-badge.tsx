import { useTranslation } from 'react-i18next';
import type { TrainingJob } from '../api/client';
import { Badge, type Tone } from './badge';

const TONES: Record<TrainingJob['status'], Tone> = {
  queued: 'neutral',
  running: 'accent',
  succeeded: 'success',
  failed: 'danger',
  cancelled: 'neutral',
};

/** State of an import or a training job. */
export function StatusBadge({ status }: { status: TrainingJob['status'] }) {
  const { t } = useTranslation();
  return <Badge tone={TONES[status]}>{t(`status.${status}`)}</Badge>;
}

/** Work that has not ended. */
export function isActive(work: { status: TrainingJob['status'] } | null | undefined): boolean {
  return work?.status === 'queued' || work?.status === 'running';
}
