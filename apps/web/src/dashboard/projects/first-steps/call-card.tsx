import { Link } from '@tanstack/react-router';
import { KeyRound, Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Deployment } from '../../../api/client';
import { buttonClass } from '../../../ui/button';
import { Card } from '../../../ui/card';

/** A deployment that no program calls yet. */
export function CallCard({ deployment: { projectId, id: deploymentId, name } }: { deployment: Deployment }) {
  const { t } = useTranslation();
  return (
    <Card title={t('start.liveTitle', { name })} hint={t('start.liveHint')}>
      <div className="flex flex-wrap gap-2">
        <Link to="/projects/$projectId/api-keys" params={{ projectId }} className={buttonClass('primary')}>
          <KeyRound aria-hidden />
          {t('start.getKey')}
        </Link>
        <Link
          to="/projects/$projectId/deployments/$deploymentId"
          params={{ projectId, deploymentId }}
          className={buttonClass()}
        >
          <Play aria-hidden />
          {t('start.tryIt')}
        </Link>
      </div>
    </Card>
  );
}
