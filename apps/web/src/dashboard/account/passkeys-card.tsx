import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { passkeysCreate, passkeysDelete, passkeysRegistrationOptions, unwrap } from '../../api/client';
import { makePasskey } from '../../api/passkeys';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { passkeysQuery, secondFactorsQuery } from './security.queries';

export function PasskeysCard({ onCodes }: { onCodes: (codes: string[]) => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const passkeys = useQuery(passkeysQuery);
  const [isAdding, setAdding] = useState(false);
  const refresh = () =>
    Promise.all([queryClient.invalidateQueries(passkeysQuery), queryClient.invalidateQueries(secondFactorsQuery)]);
  const add = useMutation({
    mutationFn: async (name: string) => {
      const { options } = await unwrap(passkeysRegistrationOptions());
      const response = await makePasskey(options);
      return unwrap(passkeysCreate({ body: { name, response: response as never } }));
    },
    onSuccess: ({ recoveryCodes }) => {
      setAdding(false);
      if (recoveryCodes) onCodes(recoveryCodes);
      return refresh();
    },
  });
  const remove = useMutation({
    mutationFn: (passkeyId: string) => unwrap(passkeysDelete({ path: { passkeyId } })),
    onSuccess: refresh,
  });
  return (
    <Card title={t('security.passkeys')} hint={t('security.passkeysHint')}>
      <div className="space-y-3">
        <QueryView query={passkeys}>
          {({ data }) => (
            <ul aria-label={t('security.passkeys')} className="divide-y divide-line">
              {data.map(({ id, name, createdAt }) => (
                <li key={id} className="flex flex-wrap items-center justify-between gap-2 py-2">
                  <span className="min-w-0">
                    <span className="font-medium wrap-anywhere">{name}</span>{' '}
                    <span className="text-muted">
                      <RelativeTime time={createdAt} />
                    </span>
                  </span>
                  <Button
                    aria-label={t('security.passkeyRemoveNamed', { name })}
                    isBusy={remove.isPending && remove.variables === id}
                    onClick={() => remove.mutate(id)}
                  >
                    {t('security.passkeyRemove')}
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </QueryView>
        {remove.isError && <ProblemNotice error={remove.error} />}
        <Button onClick={() => setAdding(true)}>{t('security.passkeyAdd')}</Button>
      </div>
      {isAdding && (
        <FormDialog
          title={t('security.passkeyAdd')}
          submitLabel={t('security.passkeyAdd')}
          onSubmit={(values) => add.mutate(String(values.get('name')))}
          onClose={() => setAdding(false)}
          isBusy={add.isPending}
          error={add.error}
        >
          <TextField label={t('security.passkeyName')} name="name" maxLength={120} required />
        </FormDialog>
      )}
    </Card>
  );
}
