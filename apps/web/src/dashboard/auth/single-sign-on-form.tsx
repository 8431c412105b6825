import { useTranslation } from 'react-i18next';
import { identitiesStartSingleSignOn, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { useMailLanguage } from '../organization/use-mail-language';
import { useProvider } from './identities.queries';

/** By the address to the organization's provider. */
export function SingleSignOnForm({ returnTo, onBack }: { returnTo: string; onBack: () => void }) {
  const { t } = useTranslation();
  const language = useMailLanguage();
  const start = useProvider((email: string) =>
    unwrap(identitiesStartSingleSignOn({ body: { email, returnTo, language } })),
  );
  return (
    <Form
      onSubmit={(values) => start.mutate(String(values.get('email')))}
      error={start.error}
      actions={
        <div className="w-full space-y-2.5">
          <Button type="submit" variant="primary" isBusy={start.isPending} className="w-full">
            {t('identities.goOn')}
          </Button>
          <Button className="w-full" onClick={onBack}>
            {t('identities.back')}
          </Button>
        </div>
      }
    >
      <TextField label={t('auth.email')} name="email" type="email" autoComplete="username" required />
    </Form>
  );
}
