import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Limit, limitsPut, type LimitsPutData, unwrap } from '../../api/client';
import { SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { metersQuery } from '../usage/usage.queries';
import { limitsQuery } from './limits.queries';
import { ScopeFields } from './scope-fields';
import { REQUESTS_PER_SECOND, SPEND, type LimitWords } from './use-limit-words';

interface LimitDialogProps {
  /** The limit to change; a new one is made when absent. */
  limit?: Limit;
  currency: string;
  words: LimitWords;
  onClose: () => void;
}

/** Sets a limit: there is one of each resource and scope, so that setting it again changes it. */
export function LimitDialog({ limit, currency, words, onClose }: LimitDialogProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { data: meters = [] } = useQuery(metersQuery);
  const [resource, setResource] = useState(limit?.resource ?? SPEND);
  const put = useMutation({
    mutationFn: (values: FormData) => unwrap(limitsPut({ body: readLimit(values, limit) })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: limitsQuery.queryKey });
      onClose();
    },
  });
  const isRate = resource === REQUESTS_PER_SECOND;
  const resources = [SPEND, REQUESTS_PER_SECOND, ...meters.map(({ key }) => key)];
  return (
    <FormDialog
      title={limit ? t('limits.changeTitle') : t('limits.set')}
      submitLabel={t('limits.submit')}
      onSubmit={put.mutate}
      onClose={onClose}
      isBusy={put.isPending}
      error={put.error}
    >
      {limit ? (
        <p className="font-medium">
          {words.resource(resource)}, {words.scope(limit)}
        </p>
      ) : (
        <>
          <ScopeFields />
          <SelectField
            label={t('limits.resource')}
            name="resource"
            value={resource}
            onChange={(event) => setResource(event.target.value)}
          >
            {resources.map((key) => (
              <option key={key} value={key}>
                {words.resource(key)}
              </option>
            ))}
          </SelectField>
        </>
      )}
      <TextField
        label={t('limits.quantity')}
        name="quantity"
        hint={hintOf(resource)}
        type="number"
        step="any"
        min={0}
        defaultValue={limit?.quantity}
        required
      />
      {isRate && (
        <TextField
          label={t('limits.burst')}
          name="burst"
          hint={t('limits.burstHint')}
          type="number"
          min={1}
          max={100_000}
          defaultValue={limit?.burst ?? undefined}
        />
      )}
    </FormDialog>
  );

  function hintOf(key: string): string {
    if (key === SPEND) return t('limits.spendHint', { currency: currency.toUpperCase() });
    return key === REQUESTS_PER_SECOND ? t('limits.rateHint') : t('limits.meterHint');
  }
}

function readLimit(values: FormData, limit: Limit | undefined): LimitsPutData['body'] {
  const { scope, scopeId, resource } = limit ?? {
    scope: values.get('scope') as Limit['scope'],
    scopeId: String(values.get('scopeId') ?? '') || undefined,
    resource: String(values.get('resource')),
  };
  const burst = String(values.get('burst') ?? '');
  return {
    scope,
    scopeId,
    resource,
    quantity: String(values.get('quantity')),
    burst: burst ? Number(burst) : undefined,
  };
}
