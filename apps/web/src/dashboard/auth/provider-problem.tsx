import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/notice';

/** Why nobody came back from a provider. */
export function ProviderProblem({ code }: { code: string | undefined }) {
  const { t, i18n } = useTranslation();
  if (!code) return null;
  const key = `identities.problems.${code}`;
  return (
    <Notice tone="danger">
      {i18n.exists(key) ? t(key as 'identities.problems.other') : t('identities.problems.other')}
    </Notice>
  );
}
