import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Limit, limitsPut, type LimitsPutData, unwrap } from '../../api/client';
import { SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { metersQuery } from '../usage/usage.queries';
import { limitsQuery, limitUseQuery } from './limits.queries';
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
  const [draft, setDraft] = useState<Draft>();
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
      <div className="space-y-4" onInput={({ currentTarget }) => setDraft(readDraft(currentTarget, limit))}>
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
      </div>
      {draft && <AlreadyUsed draft={draft} words={words} />}
    </FormDialog>
  );

  function hintOf(key: string): string {
    if (key === SPEND) return t('limits.spendHint', { currency: currency.toUpperCase() });
    return key === REQUESTS_PER_SECOND ? t('limits.rateHint') : t('limits.meterHint');
  }
}

type Draft = LimitsPutData['body'];

function readDraft(fields: HTMLElement, limit: Limit | undefined): Draft | undefined {
  const form = fields.closest('form');
  return form ? readLimit(new FormData(form), limit) : undefined;
}

/** Says so while a limit is typed that is reached from its first moment. */
function AlreadyUsed({ draft, words }: { draft: Draft; words: LimitWords }) {
  const { t } = useTranslation();
  const { scope, scopeId, resource, quantity } = draft;
  const isUsable = resource !== REQUESTS_PER_SECOND && quantity !== '' && (scope === 'organization' || scopeId);
  const use = useQuery({ ...limitUseQuery({ scope, scopeId, resource }), enabled: Boolean(isUsable) });
  const isReached = isUsable && use.data !== undefined && Number(use.data) >= Number(quantity);
  return (
    isReached && (
      <Notice tone="warning">{t('limits.alreadyUsed', { used: words.quantity(resource, use.data!) })}</Notice>
    )
  );
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
