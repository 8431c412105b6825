import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Limit } from '../../api/client';
import { SelectField } from '../../ui/field';
import { isLive } from '../api-keys/key-status';
import { nameOf, useDirectory } from '../projects/use-directory';

type Scope = Limit['scope'];

/** For whom a limit holds. Projects and keys are offered to whoever may see them. */
export function ScopeFields() {
  const { t } = useTranslation();
  const { projects, apiKeys } = useDirectory();
  const [scope, setScope] = useState<Scope>('organization');
  const targets: Record<Scope, { id: string; name: string }[]> = {
    organization: [],
    project: projects,
    key: apiKeys
      .filter(isLive)
      .map(({ id, name, prefix, projectId }) => ({ id, name: `${name} (${prefix}…), ${nameOf(projects, projectId)}` })),
  };
  const scopes = (Object.keys(targets) as Scope[]).filter(
    (each) => each === 'organization' || targets[each].length > 0,
  );
  return (
    <>
      <SelectField
        label={t('limits.scope')}
        name="scope"
        hint={scope === 'key' ? t('limits.keyHint') : undefined}
        value={scope}
        onChange={(event) => setScope(event.target.value as Scope)}
      >
        {scopes.map((each) => (
          <option key={each} value={each}>
            {t(`limits.scopes.${each}`)}
          </option>
        ))}
      </SelectField>
      {scope !== 'organization' && (
        <SelectField key={scope} label={t(`limits.targets.${scope}`)} name="scopeId" required>
          {targets[scope].map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
    </>
  );
}
