import { useTranslation } from 'react-i18next';
import type { ModelVersion } from '../../api/client';

/** What the customer calls a version; else its place among its model's, the oldest being 1; `versions` are newest first. */
export function useVersionName() {
  const { t } = useTranslation();
  return (versions: ModelVersion[], versionId: string) => {
    const index = versions.findIndex(({ id }) => id === versionId);
    if (versions[index]?.name) return versions[index].name;
    return index < 0 ? '—' : t('versions.name', { number: versions.length - index });
  };
}
