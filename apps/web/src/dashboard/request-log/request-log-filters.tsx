import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { DateTimeField, readTime, toLocalTime } from '../../ui/date-time-field';
import { SelectField, TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { type Directory } from '../projects/use-directory';
import { readFilter, type RequestLogFilter } from './request-log.queries';

/** A date and time is too wide for half of a phone's screen. */
const WIDE_ON_PHONES = 'min-[24rem]:max-sm:col-span-2';

const STATUS_CLASSES = ['2xx', '4xx', '5xx'] as const;

interface RequestLogFiltersProps {
  filter: RequestLogFilter;
  directory: Directory;
  /** The filters of the last search. */
  error: unknown;
  isBusy: boolean;
}

/** Which calls to show; kept in the URL, so that a search can be shared as a link. */
export function RequestLogFilters({ filter, directory, error, isBusy }: RequestLogFiltersProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = (values: FormData) => {
    const times = { from: readTime(values, 'from'), to: readTime(values, 'to') };
    void navigate({ to: '/request-log', search: readFilter({ ...Object.fromEntries(values), ...times }) });
  };
  return (
    <Card>
      <Form
        onSubmit={search}
        error={error}
        actions={
          <>
            <Button onClick={() => void navigate({ to: '/request-log', search: {} })}>{t('requestLog.clear')}</Button>
            <Button type="submit" variant="primary" isBusy={isBusy}>
              {t('requestLog.search')}
            </Button>
          </>
        }
      >
        {/* What is typed and not searched for must not outlive a change of the address. */}
        <FilterFields key={JSON.stringify(filter)} filter={filter} directory={directory} />
      </Form>
    </Card>
  );
}

function FilterFields({ filter, directory }: Pick<RequestLogFiltersProps, 'filter' | 'directory'>) {
  const { t } = useTranslation();
  const [projectId, setProjectId] = useState(filter.projectId ?? '');
  const { projects, apiKeys, deployments } = directory;
  const isOfProject = (thing: { projectId: string }) => !projectId || thing.projectId === projectId;
  return (
    <div className="grid grid-cols-1 gap-x-4 gap-y-3 min-[24rem]:grid-cols-2 lg:grid-cols-4">
      <div className={WIDE_ON_PHONES}>
        <DateTimeField
          label={t('requestLog.from')}
          name="from"
          defaultValue={filter.from && toLocalTime(filter.from)}
        />
      </div>
      <div className={WIDE_ON_PHONES}>
        <DateTimeField label={t('requestLog.to')} name="to" defaultValue={filter.to && toLocalTime(filter.to)} />
      </div>
      <SelectField
        label={t('requestLog.project')}
        name="projectId"
        value={projectId}
        onChange={(event) => setProjectId(event.target.value)}
      >
        <Options things={projects} chosen={filter.projectId} />
      </SelectField>
      <SelectField
        key={`${projectId} deployment`}
        label={t('requestLog.deployment')}
        name="deploymentId"
        defaultValue={filter.deploymentId}
      >
        <Options things={deployments.filter(isOfProject)} chosen={filter.deploymentId} />
      </SelectField>
      <SelectField key={`${projectId} key`} label={t('requestLog.key')} name="apiKeyId" defaultValue={filter.apiKeyId}>
        <Options
          things={apiKeys.filter(isOfProject).map(({ id, name, prefix }) => ({ id, name: `${name} (${prefix}…)` }))}
          chosen={filter.apiKeyId}
        />
      </SelectField>
      <SelectField label={t('requestLog.status')} name="status" defaultValue={filter.status}>
        <Options
          things={STATUS_CLASSES.map((status) => ({ id: status, name: t(`requestLog.statuses.${status}`) }))}
          chosen={filter.status}
        />
      </SelectField>
      <TextField
        label={t('requestLog.requestId')}
        name="requestId"
        defaultValue={filter.requestId}
        maxLength={64}
        spellCheck={false}
      />
      <TextField
        label={t('requestLog.errorCode')}
        name="errorCode"
        placeholder="quota_exceeded"
        defaultValue={filter.errorCode}
        maxLength={100}
        spellCheck={false}
      />
    </div>
  );
}

/** The chosen id stays in the list, even if it was deleted or its name is not loaded yet. */
function Options({ things, chosen }: { things: { id: string; name: string }[]; chosen: string | undefined }) {
  const { t } = useTranslation();
  const isUnknown = chosen && !things.some(({ id }) => id === chosen);
  return (
    <>
      <option value="">{t('requestLog.any')}</option>
      {things.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
      {isUnknown && <option value={chosen}>{chosen}</option>}
    </>
  );
}
