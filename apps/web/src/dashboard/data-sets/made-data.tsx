import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FlaskConical, Sparkles } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dataSetsCreate, type DataSetsCreateData, madeDataImportSynthetic, unwrap } from '../../api/client';
import { useTerms } from '../../i18n/use-terms';
import type { Sample } from '../../tasks/task';
import { samples } from '../../tasks/tasks';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { familiesQuery } from '../models/families.queries';
import { addSample, ImportFailedError } from './add-sample';
import { dataSetsQuery } from './data-sets.queries';

const ROWS = 10_000;
/** As many as the API makes at once. */
const ROWS_MAX = 100_000;

/** Rows for whoever has none at hand: samples, and rows that are made up. */
export function MadeData({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const [isMaking, setMaking] = useState(false);
  const open = useOpen(projectId);
  const add = useMutation({
    mutationFn: async ({ dataSets }: Sample) => {
      const added = [];
      for (const { key, name } of dataSets) added.push(await addSample(projectId, key, t(name)));
      return added[0]!.id;
    },
    onSuccess: open,
  });
  return (
    <Card title={t('madeData.title')} hint={t('madeData.hint')}>
      <ul className="grid gap-4 md:grid-cols-3">
        {Object.entries(samples).map(([task, sample]) => (
          <li key={task} className="flex flex-col items-start gap-3 rounded-md border border-line p-4">
            <p className="flex-1">{t(sample.texts.about)}</p>
            <Button
              isBusy={add.isPending && add.variables === sample}
              disabled={add.isPending}
              onClick={() => add.mutate(sample)}
            >
              <Sparkles aria-hidden />
              {t('madeData.add')}
            </Button>
            <a href={`/samples/${sample.license}`} className="rounded text-xs text-muted underline hover:text-ink">
              {t(sample.texts.credit)}
            </a>
          </li>
        ))}
        <li className="flex flex-col items-start gap-3 rounded-md border border-line p-4">
          <p className="flex-1">{t('madeData.synthetic')}</p>
          <Button onClick={() => setMaking(true)}>
            <FlaskConical aria-hidden />
            {t('madeData.make')}
          </Button>
          <span className="text-xs text-muted">{t('madeData.syntheticCredit')}</span>
        </li>
      </ul>
      {add.error instanceof ImportFailedError ? (
        <Notice tone="danger">{terms.sentences(add.error.message)}</Notice>
      ) : (
        add.isError && <ProblemNotice error={add.error} />
      )}
      {isMaking && <SyntheticDialog projectId={projectId} onClose={() => setMaking(false)} onMade={open} />}
    </Card>
  );
}

/** Goes on to a data set that was made. */
function useOpen(projectId: string) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return async (dataSetId: string) => {
    await queryClient.invalidateQueries({ queryKey: dataSetsQuery(projectId).queryKey });
    await navigate({
      to: '/projects/$projectId/data-sets/$dataSetId',
      params: { projectId, dataSetId },
      search: {},
    });
  };
}

interface SyntheticDialogProps {
  projectId: string;
  onClose: () => void;
  onMade: (dataSetId: string) => Promise<void>;
}

function SyntheticDialog({ projectId, onClose, onMade }: SyntheticDialogProps) {
  const { t, i18n } = useTranslation();
  const terms = useTerms();
  const { data: families } = useQuery(familiesQuery);
  // A second try must not make a second data set.
  const [created, setCreated] = useState<{ id: string; kind: string }>();
  const make = useMutation({
    mutationFn: async (values: FormData) => {
      const kind = String(values.get('kind')) as DataSetsCreateData['body']['kind'];
      const name = t('madeData.name', { kind: terms.name('kinds', kind) });
      const target =
        created?.kind === kind ? created : await unwrap(dataSetsCreate({ path: { projectId }, body: { name, kind } }));
      setCreated(target);
      const language = i18n.language.startsWith('zh') ? 'zh' : 'en';
      const body = { rows: Number(values.get('rows')), seed: Number(values.get('seed')), language } as const;
      await unwrap(madeDataImportSynthetic({ path: { projectId, dataSetId: target.id }, body }));
      return target.id;
    },
    onSuccess: onMade,
  });
  return (
    <FormDialog
      title={t('madeData.make')}
      submitLabel={t('madeData.make')}
      onSubmit={make.mutate}
      onClose={onClose}
      isBusy={make.isPending}
      error={make.error}
    >
      <p className="text-muted">{t('madeData.syntheticHint')}</p>
      <SelectField label={t('dataSets.kind')} name="kind">
        {families?.kinds.map(({ key }) => (
          <option key={key} value={key}>
            {terms.name('kinds', key)}
          </option>
        ))}
      </SelectField>
      <TextField
        label={t('madeData.rows')}
        name="rows"
        type="number"
        min={1}
        max={ROWS_MAX}
        defaultValue={ROWS}
        required
      />
      <TextField
        label={t('madeData.seed')}
        name="seed"
        hint={t('madeData.seedHint')}
        type="number"
        min={0}
        max={2 ** 32 - 1}
        defaultValue={1}
        required
      />
    </FormDialog>
  );
}
