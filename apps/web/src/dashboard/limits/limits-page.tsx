import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { limitsQuery } from './limits.queries';
import { OwnLimitsCard } from './own-limits-card';
import { PlanLimitsCard } from './plan-limits-card';

export function LimitsPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const limits = useQuery(limitsQuery);
  const [isSetting, setIsSetting] = useState(false);
  return (
    <>
      <PageHeader
        title={t('limits.title')}
        hint={t('limits.hint')}
        actions={
          can('limits:write') && (
            <Button variant="primary" disabled={!limits.data} onClick={() => setIsSetting(true)}>
              <Plus aria-hidden />
              {t('limits.set')}
            </Button>
          )
        }
      />
      <QueryView query={limits}>
        {(overview) => (
          <div className="space-y-5">
            <OwnLimitsCard limits={overview} isSetting={isSetting} onSet={() => setIsSetting(false)} />
            <PlanLimitsCard limits={overview} />
          </div>
        )}
      </QueryView>
    </>
  );
}
