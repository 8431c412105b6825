import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type SecondFactors, secondFactorsMakeRecoveryCodes, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { CodeBlock } from '../../ui/code-block';
import { Dialog } from '../../ui/dialog';
import { ProblemNotice } from '../../ui/problem-notice';
import { secondFactorsQuery } from './security.queries';

/** What stands in for a second factor that was lost. */
export function RecoveryCodesCard({
  factors,
  onCodes,
}: {
  factors: SecondFactors;
  onCodes: (codes: string[]) => void;
}) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const make = useMutation({
    mutationFn: () => unwrap(secondFactorsMakeRecoveryCodes()),
    onSuccess: ({ recoveryCodes }) => {
      onCodes(recoveryCodes);
      return queryClient.invalidateQueries(secondFactorsQuery);
    },
  });
  return (
    <Card title={t('security.recoveryCodes')} hint={t('security.recoveryHint')}>
      <div className="space-y-3">
        <p>{t('security.recoveryLeft', { count: factors.recoveryCodesLeft })}</p>
        <Button isBusy={make.isPending} onClick={() => make.mutate()}>
          {t('security.recoveryMake')}
        </Button>
        {make.isError && <ProblemNotice error={make.error} />}
      </div>
    </Card>
  );
}

export function RecoveryCodesDialog({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('security.recoveryCodes')} onClose={onClose}>
      <div className="space-y-4">
        <p>{t('security.recoveryShown')}</p>
        <CodeBlock label={t('security.recoveryCodes')} code={codes.join('\n')} />
        <div className="flex justify-end">
          <Button variant="primary" onClick={onClose}>
            {t('security.recoverySaved')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
