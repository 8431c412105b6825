import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { classNames } from '../../ui/class-names';
import { DateRange } from '../../ui/date-range';
import { toLocalTime } from '../../ui/date-time-field';
import { type Directory, nameOf } from '../projects/use-directory';
import { NO_KEY, type RequestLogFilter } from './request-log.queries';

const STATUS_CLASSES = ['2xx', '4xx', '5xx'] as const;

/** The API forgets calls after so many days. */
const KEPT_DAYS = 30;
const HOUR_MS = 3_600_000;
const RANGES = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS } as const;

/** Whoever types is not asked for after each letter. */
const TYPING_MS = 300;

interface FilterChipsProps {
  filter: RequestLogFilter;
  directory: Directory;
  /** Those that the calls in sight ended with, to choose from. */
  errorCodes: string[];
  onChange: (filter: RequestLogFilter) => void;
}

/** Which calls to show. Each choice takes effect at once. */
export function FilterChips({ filter, directory, errorCodes, onChange }: FilterChipsProps) {
  const { t } = useTranslation();
  const { projects, apiKeys, deployments } = directory;
  const isOfProject = (thing: { projectId: string }) => !filter.projectId || thing.projectId === filter.projectId;
  const set = (name: keyof RequestLogFilter) => (value: string) => onChange({ ...filter, [name]: value });
  return (
    <search aria-label={t('requestLog.filters')} className="flex flex-wrap items-center gap-2">
      <TimeChip filter={filter} onChange={onChange} />
      <SelectChip
        label={t('requestLog.status')}
        value={filter.status}
        options={STATUS_CLASSES.map((status) => ({ id: status, name: t(`requestLog.statuses.${status}`) }))}
        onChange={set('status')}
      />
      <SelectChip
        label={t('requestLog.project')}
        value={filter.projectId}
        options={projects}
        // What belongs to another project would match nothing.
        onChange={(projectId) => onChange({ ...filter, projectId, deploymentId: '', apiKeyId: '' })}
      />
      <SelectChip
        label={t('requestLog.deployment')}
        value={filter.deploymentId}
        options={deployments.filter(isOfProject)}
        onChange={set('deploymentId')}
      />
      <SelectChip
        label={t('requestLog.key')}
        value={filter.apiKeyId}
        options={[
          { id: NO_KEY, name: t('requestLog.fromDashboard') },
          ...apiKeys.filter(isOfProject).map(({ id, name, prefix }) => ({ id, name: `${name} (${prefix}…)` })),
        ]}
        onChange={set('apiKeyId')}
      />
      <TextChip
        label={t('requestLog.errorCode')}
        value={filter.errorCode}
        options={errorCodes}
        maxLength={100}
        onChange={set('errorCode')}
      />
      <TextChip label={t('requestLog.path')} value={filter.path} maxLength={512} onChange={set('path')} />
      <TextChip label={t('requestLog.requestId')} value={filter.requestId} maxLength={64} onChange={set('requestId')} />
      {filter.route && (
        <Chip label={t('requestLog.route')} onClear={() => set('route')('')}>
          <span className="truncate pl-3 font-mono text-xs">{filter.route}</span>
        </Chip>
      )}
      {Object.values(filter).some(Boolean) && (
        <Button variant="quiet" onClick={() => onChange({})}>
          {t('requestLog.clear')}
        </Button>
      )}
    </search>
  );
}

function TimeChip({ filter, onChange }: Pick<FilterChipsProps, 'filter' | 'onChange'>) {
  const { t } = useTranslation();
  const format = useFormat();
  const { from, to } = filter;
  const values = { from: from && format.timestamp(from), to: to && format.timestamp(to) };
  const described = from && to ? 'between' : from ? 'since' : 'until';
  const presets = (['hour', 'day', 'week'] as const).map((id) => ({ id, name: t(`requestLog.ranges.${id}`) }));
  const days = daysKept();
  const chosen = from || to ? [{ id: 'chosen', name: t(`requestLog.ranges.${described}`, values) }] : [];
  return (
    <>
      <SelectChip
        label={t('requestLog.time')}
        value={chosen[0]?.id}
        options={[...presets, ...chosen]}
        onChange={(id) => {
          const ms = RANGES[id as keyof typeof RANGES];
          onChange({ ...filter, from: ms ? new Date(Date.now() - ms).toISOString() : '', to: '' });
        }}
      />
      <DateRange
        label={t('requestLog.chooseDays')}
        value={
          from ? { first: localDay(Date.parse(from)), last: to ? localDay(Date.parse(to) - 1) : days.max } : undefined
        }
        {...days}
        onChange={({ first, last }) =>
          onChange({ ...filter, from: startOfDay(first, 0).toISOString(), to: startOfDay(last, 1).toISOString() })
        }
      />
    </>
  );
}

/** The day in the reader's time zone. */
const localDay = (ms: number) => toLocalTime(new Date(ms)).slice(0, 10);

const daysKept = () => ({ min: localDay(Date.now() - KEPT_DAYS * 24 * HOUR_MS), max: localDay(Date.now()) });

/** Midnight in the reader's time zone, so many days later. */
function startOfDay(day: string, later: number): Date {
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + later);
  return date;
}

interface ChipProps {
  label: string;
  /** Only where something is set. */
  onClear: (() => void) | undefined;
  children: ReactNode;
}

function Chip({ label, onClear, children }: ChipProps) {
  const { t } = useTranslation();
  return (
    <span
      className={classNames(
        'inline-flex h-8 max-w-full min-w-0 items-center rounded-full border focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent',
        onClear ? 'border-accent bg-accent-soft font-medium text-accent' : 'border-line-strong bg-surface',
      )}
    >
      {children}
      {onClear && (
        <button
          type="button"
          aria-label={t('requestLog.remove', { name: label })}
          onClick={onClear}
          className="mr-1 grid size-6 shrink-0 place-items-center rounded-full hover:bg-surface"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </span>
  );
}

interface SelectChipProps {
  label: string;
  value: string | undefined;
  options: { id: string; name: string }[];
  onChange: (value: string) => void;
}

function SelectChip({ label, value = '', options, onChange }: SelectChipProps) {
  // What was deleted, or is not loaded yet, stays the choice that it is.
  const known = value && !options.some(({ id }) => id === value) ? [...options, { id: value, name: value }] : options;
  return (
    <Chip label={label} onClear={value ? () => onChange('') : undefined}>
      <select
        aria-label={label}
        title={value ? `${label}: ${nameOf(known, value)}` : undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        // As wide as what is chosen, so that nothing moves when the options come.
        className="field-sizing-content h-full max-w-64 min-w-0 rounded-full bg-transparent pr-1 pl-2.5 text-ellipsis outline-none"
      >
        <option value="">{label}</option>
        {known.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </Chip>
  );
}

interface TextChipProps {
  label: string;
  value: string | undefined;
  options?: string[];
  maxLength: number;
  onChange: (value: string) => void;
}

function TextChip({ label, value = '', options, maxLength, onChange }: TextChipProps) {
  const listId = useId();
  const [text, setText] = useState(value);
  const said = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    // Changed from elsewhere, not by what is being typed.
    if (value === said.current) return;
    said.current = value;
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (typed: string) => {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      said.current = typed.trim();
      onChange(said.current);
    }, TYPING_MS);
  };
  return (
    <Chip label={label} onClear={value ? () => onChange('') : undefined}>
      <input
        aria-label={label}
        placeholder={label}
        value={text}
        maxLength={maxLength}
        spellCheck={false}
        list={options && listId}
        onChange={(event) => type(event.target.value)}
        // Grows with what stands in it.
        className="field-sizing-content h-full max-w-72 min-w-24 rounded-full bg-transparent px-3 outline-none placeholder:text-muted"
      />
      {options && (
        <datalist id={listId}>
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </datalist>
      )}
    </Chip>
  );
}
