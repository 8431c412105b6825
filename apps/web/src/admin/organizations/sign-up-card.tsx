import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type SignUp, signUpsFind, signUpsRelease, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { FactList } from '../../ui/fact-list';
import { FormDialog } from '../../ui/form-dialog';

const signUpQuery = (organizationId: string) => ({
  queryKey: ['admin', 'organization', organizationId, 'sign-up'],
  queryFn: () => unwrap(signUpsFind({ path: { organizationId } })),
});

/** How the organization was signed up for, and whether that keeps it from training; nothing where that is not known any more. */
export function SignUpCard({ organizationId }: { organizationId: string }) {
  const { data } = useQuery(signUpQuery(organizationId));
  return data?.signUp ? <Found organizationId={organizationId} signUp={data.signUp} /> : null;
}

function Found({ organizationId, signUp }: { organizationId: string; signUp: SignUp }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isOpen, setOpen] = useState(false);
  const { score, reasons, isHeld, provedAt, releasedAt } = signUp;
  const allowed = releasedAt ? t('signUp.released', { date: format.dateTime(releasedAt) }) : t('signUp.free');
  return (
    <Card
      title={t('signUp.title')}
      actions={
        isHeld && (
          <Button variant="primary" onClick={() => setOpen(true)}>
            {t('signUp.release')}
          </Button>
        )
      }
    >
      <FactList
        facts={[
          { name: t('signUp.score'), value: t('signUp.scoreOf', { score }) },
          { name: t('signUp.state'), value: isHeld ? t('signUp.held') : allowed },
          { name: t('signUp.proved'), value: provedAt ? format.dateTime(provedAt) : '–' },
        ]}
      />
      <h3 className="mt-4 font-medium">{t('signUp.reasons')}</h3>
      {reasons.length === 0 && <p className="text-muted">{t('signUp.none')}</p>}
      <ul className="list-disc pl-5">
        {reasons.map(({ code, count }) => (
          <li key={code}>{t(`signUp.reason.${code}`, { count })}</li>
        ))}
      </ul>
      {isOpen && <ReleaseDialog organizationId={organizationId} onClose={() => setOpen(false)} />}
    </Card>
  );
}

function ReleaseDialog({ organizationId, onClose }: { organizationId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const release = useMutation({
    mutationFn: () => unwrap(signUpsRelease({ path: { organizationId } })),
    onSuccess: (found) => {
      queryClient.setQueryData(signUpQuery(organizationId).queryKey, found);
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('signUp.release')}
      submitLabel={t('signUp.release')}
      onSubmit={() => release.mutate()}
      onClose={onClose}
      isBusy={release.isPending}
      error={release.error}
    >
      <p>{t('signUp.releaseText')}</p>
    </FormDialog>
  );
}
