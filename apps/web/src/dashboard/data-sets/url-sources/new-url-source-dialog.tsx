import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type DataSet, unwrap, urlSourcesCreate, type UrlSourcesCreateData } from '../../../api/client';
import { SelectField, TextField } from '../../../ui/field';
import { FormDialog } from '../../../ui/form-dialog';
import { urlSourcesQuery } from './url-sources.queries';

const INTERVALS = ['once', 'hourly', 'daily'] as const;
const OF_S3 = ['accessKeyId', 'secretAccessKey', 'region', 'endpoint'] as const;

/** The values of the fields, in the form of the API. */
function readSource(values: FormData): UrlSourcesCreateData['body'] {
  const text = (name: string) => String(values.get(name) ?? '').trim();
  const s3 = OF_S3.flatMap((name) => (text(name) ? [[name, text(name)] as const] : []));
  return {
    url: text('url'),
    interval: text('interval') as (typeof INTERVALS)[number],
    ...(text('authorization') && { authorization: text('authorization') }),
    ...(s3.length > 0 && { s3: Object.fromEntries(s3) }),
  };
}

/** An address from which the file is to be fetched, and how often. */
export function NewUrlSourceDialog({ dataSet, onClose }: { dataSet: DataSet; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { projectId, id: dataSetId } = dataSet;
  const create = useMutation({
    mutationFn: (values: FormData) =>
      unwrap(urlSourcesCreate({ path: { projectId, dataSetId }, body: readSource(values) })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: urlSourcesQuery(projectId, dataSetId).queryKey });
      onClose();
    },
  });
  const secret = { autoComplete: 'off', maxLength: 4096 } as const;
  return (
    <FormDialog
      title={t('urlSources.add')}
      submitLabel={t('urlSources.add')}
      onSubmit={create.mutate}
      onClose={onClose}
      isBusy={create.isPending}
      error={create.error}
    >
      <TextField
        label={t('urlSources.url')}
        name="url"
        hint={t('urlSources.urlHint')}
        placeholder="https://shop.example/exports/purchases.csv"
        maxLength={2048}
        required
      />
      <SelectField label={t('urlSources.interval')} name="interval" defaultValue="daily">
        {INTERVALS.map((interval) => (
          <option key={interval} value={interval}>
            {t(`urlSources.intervals.${interval}`)}
          </option>
        ))}
      </SelectField>
      <details className="space-y-4">
        <summary className="cursor-pointer font-medium">{t('urlSources.access')}</summary>
        <div className="space-y-4 pt-3">
          <TextField
            label={t('urlSources.authorization')}
            name="authorization"
            hint={t('urlSources.authorizationHint')}
            {...secret}
          />
          <TextField label={t('urlSources.accessKeyId')} name="accessKeyId" {...secret} />
          <TextField
            label={t('urlSources.secretAccessKey')}
            name="secretAccessKey"
            type="password"
            hint={t('urlSources.secretHint')}
            {...secret}
          />
          <TextField label={t('urlSources.region')} name="region" placeholder="eu-central-1" />
          <TextField label={t('urlSources.endpoint')} name="endpoint" placeholder="https://s3.example" />
        </div>
      </details>
    </FormDialog>
  );
}
