import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiKeyMode, type ApiKeysCreateData } from '../../api/client';
import { DateTimeField, readTime, toLocalTime } from '../../ui/date-time-field';
import { CheckboxField, FieldGroup, SelectField, TextAreaField } from '../../ui/field';
import { deploymentsQuery } from '../deployments/deployments.queries';

type Restrictions = Pick<ApiKeysCreateData['body'], 'mode' | 'expiresAt' | 'deploymentIds' | 'allowedAddresses'>;

/** What stands in the lines of a field. */
export function readLines(values: FormData, name: string): string[] {
  const lines = String(values.get(name)).split('\n');
  return lines.map((line) => line.trim()).filter(Boolean);
}

/** The values of the fields, in the form of the API. */
export function readRestrictions(values: FormData): Restrictions {
  return {
    mode: values.get('mode') as Restrictions['mode'],
    expiresAt: readTime(values, 'expiresAt'),
    deploymentIds: values.getAll('deploymentIds').map(String),
    allowedAddresses: readLines(values, 'allowedAddresses'),
  };
}

/** Restrictions of a key; folded, because most keys need none. */
export function RestrictionFields({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const [now] = useState(() => toLocalTime(new Date()));
  const { data: deployments = [] } = useQuery(deploymentsQuery(projectId));
  return (
    <details className="rounded-md border border-line">
      <summary className="rounded-md px-3 py-2 font-medium hover:bg-sunken">{t('apiKeys.advanced')}</summary>
      <div className="space-y-4 border-t border-line p-3">
        <SelectField label={t('apiKeys.mode')} name="mode" hint={t('apiKeys.modeHint')}>
          {Object.values(ApiKeyMode).map((mode) => (
            <option key={mode} value={mode}>
              {t(`keyModes.${mode}`)}
            </option>
          ))}
        </SelectField>
        <DateTimeField label={t('apiKeys.expiresAt')} name="expiresAt" hint={t('apiKeys.expiresAtHint')} min={now} />
        {deployments.length > 0 && (
          <FieldGroup label={t('deployments.title')} name="deploymentIds" hint={t('apiKeys.deploymentsHint')}>
            {deployments.map(({ id, name }) => (
              <CheckboxField key={id} label={name} name="deploymentIds" value={id} />
            ))}
          </FieldGroup>
        )}
        <TextAreaField
          label={t('apiKeys.allowedAddresses')}
          name="allowedAddresses"
          hint={t('apiKeys.allowedAddressesHint')}
          placeholder={'203.0.113.7\n2001:db8::/32'}
          className="font-mono"
          spellCheck={false}
        />
      </div>
    </details>
  );
}
