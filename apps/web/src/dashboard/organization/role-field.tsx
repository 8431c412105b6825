import { useTranslation } from 'react-i18next';
import type { Member } from '../../api/client';
import { SelectField } from '../../ui/field';
import { useMe } from '../auth/auth.queries';

/** From what may do most on; only owners make owners. */
const ROLES: readonly Member['role'][] = ['owner', 'admin', 'developer', 'billing', 'viewer'];

/** Which role somebody is given. */
export function RoleField({ initial }: { initial: Member['role'] }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const roles = ROLES.filter((role) => role !== 'owner' || can('organization:write'));
  return (
    <SelectField label={t('members.role')} name="role" defaultValue={initial} hint={t('members.roleHint')}>
      {roles.map((role) => (
        <option key={role} value={role}>
          {t(`roles.${role}`)} – {t(`roleTable.summaries.${role}`)}
        </option>
      ))}
    </SelectField>
  );
}
