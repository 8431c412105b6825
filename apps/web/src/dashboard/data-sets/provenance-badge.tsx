import { useTranslation } from 'react-i18next';
import type { DataSet } from '../../api/client';
import { Badge } from '../../ui/badge';

/** Says of rows, or of what learnt from them, that they are not the customer's own; nothing where they are. */
export function ProvenanceBadge({ provenance }: { provenance: DataSet['provenance'] | undefined }) {
  const { t } = useTranslation();
  if (!provenance || provenance === 'uploaded') return null;
  return <Badge tone={provenance === 'synthetic' ? 'warning' : 'neutral'}>{t(`provenance.${provenance}`)}</Badge>;
}
