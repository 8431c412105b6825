import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { SearchForm } from '../../ui/search-form';
import { Select } from '../../ui/select';
import { ACTOR_KINDS, type AuditFilter } from './audit.queries';
import { useAuditWords } from './use-audit-words';

const DAY_MS = 86_400_000;
const RANGES = { day: 1, week: 7, month: 30, quarter: 90 } as const;
type Range = keyof typeof RANGES;

interface AuditFiltersProps {
  filter: AuditFilter;
  isBusy: boolean;
  onChange: (filter: AuditFilter) => void;
}

/** Who, what and when. Each choice takes effect at once. */
export function AuditFilters({ filter, isBusy, onChange }: AuditFiltersProps) {
  const { t } = useTranslation();
  const words = useAuditWords();
  const { actorKind = '', action = '', from = '' } = filter;
  const range = rangeOf(from);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchForm
        hint={t('auditLog.searchHint')}
        search={filter.search}
        isBusy={isBusy}
        onSearch={(search) => onChange({ ...filter, search })}
      />
      <Select
        aria-label={t('auditLog.who')}
        value={actorKind}
        onChange={({ target }) => onChange({ ...filter, actorKind: target.value as AuditFilter['actorKind'] })}
      >
        <option value="">{t('auditLog.anyActor')}</option>
        {ACTOR_KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {t(`auditLog.actors.${kind}`)}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t('auditLog.what')}
        value={action}
        onChange={({ target }) => onChange({ ...filter, action: target.value as AuditFilter['action'] })}
      >
        <option value="">{t('auditLog.anyAction')}</option>
        {words.actions.map(({ type, actions }) => (
          <optgroup key={type} label={words.type(type)}>
            {actions.map((each) => (
              <option key={each} value={each}>
                {words.action(each)}
              </option>
            ))}
          </optgroup>
        ))}
      </Select>
      <Select
        aria-label={t('auditLog.when')}
        value={range}
        onChange={({ target }) => onChange({ ...filter, from: startOf(target.value) })}
      >
        <option value="">{t('auditLog.anyTime')}</option>
        {(Object.keys(RANGES) as Range[]).map((each) => (
          <option key={each} value={each}>
            {t(`auditLog.ranges.${each}`)}
          </option>
        ))}
      </Select>
      {Object.values(filter).some(Boolean) && (
        <Button variant="quiet" onClick={() => onChange({})}>
          {t('auditLog.clear')}
        </Button>
      )}
    </div>
  );
}

function startOf(range: string): string | undefined {
  const days = RANGES[range as Range];
  return days && new Date(Date.now() - days * DAY_MS).toISOString();
}

/** The shortest that reaches back so far. */
function rangeOf(from: string): Range | '' {
  if (!from) return '';
  const days = (Date.now() - Date.parse(from)) / DAY_MS;
  return (Object.keys(RANGES) as Range[]).find((range) => days <= RANGES[range] + 0.5) ?? 'quarter';
}
