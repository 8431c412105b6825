import { useTranslation } from 'react-i18next';
import { TextField } from '../../ui/field';

const LENGTH_MIN = 8;

/** Where somebody chooses a password. */
export function NewPasswordField({ label, name = 'password' }: { label: string; name?: string }) {
  const { t } = useTranslation();
  return (
    <TextField
      label={label}
      name={name}
      type="password"
      autoComplete="new-password"
      minLength={LENGTH_MIN}
      hint={t('auth.passwordHint', { count: LENGTH_MIN })}
      required
    />
  );
}
