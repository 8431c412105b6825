import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSet } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { SelectField, TextAreaField } from '../../ui/field';
import { Form } from '../../ui/form';
import { Notice } from '../../ui/notice';
import { dataSetsQuery } from '../data-sets/data-sets.queries';
import { importTexts, labellingQuery } from './labelling.queries';
import { readCsv, toLines } from './read-csv';

const SOURCES = ['paste', 'text', 'csv', 'label-studio', 'doccano'] as const;
type Source = (typeof SOURCES)[number];

/** Texts are pasted, or come in a file, to be labelled. */
export function AddTexts({ dataSet: { id: dataSetId, projectId }, isOpen }: { dataSet: DataSet; isOpen: boolean }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [source, setSource] = useState<Source>('paste');
  const [file, setFile] = useState<File>();
  const csv = useQuery({
    queryKey: ['label-csv', file?.name, file?.size, file?.lastModified],
    queryFn: () => readCsv(file!),
    enabled: source === 'csv' && file !== undefined,
    gcTime: 0,
  });
  const add = useMutation({
    mutationFn: async (values: FormData) => {
      const path = { projectId, dataSetId };
      if (source === 'paste') return importTexts(path, 'text', new Blob([String(values.get('texts'))]));
      if (source === 'csv') return importTexts(path, 'doccano', toLines(csv.data!.rows, Number(values.get('column'))));
      return importTexts(path, source, file!);
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: labellingQuery(projectId, dataSetId).queryKey });
      await queryClient.invalidateQueries({ queryKey: dataSetsQuery(projectId).queryKey });
    },
  });
  const done = add.data;
  return (
    <Card title={t('labelling.addTitle')} hint={t('labelling.addHint')}>
      <details open={isOpen}>
        <summary className="cursor-pointer rounded font-medium">{t('labelling.addOpen')}</summary>
        <div className="mt-3">
          <Form
            onSubmit={add.mutate}
            error={add.error}
            actions={
              <Button
                type="submit"
                variant="primary"
                isBusy={add.isPending}
                disabled={source !== 'paste' && (!file || (source === 'csv' && !csv.data))}
              >
                {t('labelling.add')}
              </Button>
            }
          >
            <SelectField
              label={t('labelling.source')}
              name="source"
              value={source}
              onChange={(event) => {
                setSource(event.target.value as Source);
                add.reset();
              }}
            >
              {SOURCES.map((each) => (
                <option key={each} value={each}>
                  {t(`labelling.sources.${each}`)}
                </option>
              ))}
            </SelectField>
            {source === 'paste' ? (
              <TextAreaField
                label={t('labelling.texts')}
                name="texts"
                hint={t('labelling.textsHint')}
                rows={6}
                required
              />
            ) : (
              <label className="block">
                <span className="mb-1 block font-medium">{t('upload.file')}</span>
                <input
                  type="file"
                  accept=".txt,.csv,.json,.jsonl,.ndjson"
                  onChange={(event) => setFile(event.target.files?.[0])}
                  className="w-full rounded-md border border-line-strong bg-surface p-1.5"
                />
              </label>
            )}
            {source === 'csv' && csv.data && (
              <SelectField label={t('labelling.column')} name="column">
                {csv.data.headers.map((header, place) => (
                  // oxlint-disable-next-line react/no-array-index-key -- two headers may be alike
                  <option key={place} value={place}>
                    {header}
                  </option>
                ))}
              </SelectField>
            )}
          </Form>
          {done && (
            <div className="mt-3">
              <Notice tone="success">
                {t('labelling.added', { waiting: done.waiting, labelled: done.labelled, known: done.known })}
              </Notice>
            </div>
          )}
        </div>
      </details>
    </Card>
  );
}
